#include "server/insight/call_message.h"

#include <algorithm>
#include <limits>
#include <optional>
#include <string>

#include "absl/numeric/int128.h"
#include "absl/strings/str_cat.h"
#include "rules/calendar.h"
#include "rules/churn.h"
#include "rules/money.h"
#include "server/insight/picture_facts.h"
#include "server/operations/member_id.h"
#include "server/operations/person_profile.h"
#include "server/storage/member_details_store.h"
#include "server/storage/merge_store.h"
#include "server/storage/stage_move_store.h"

namespace moadon {
namespace {

constexpr int64_t kYearDays = 365;
constexpr int64_t kFirstDayEver = std::numeric_limits<int64_t>::min();

storage::CallableMember callable(const storage::MemberRow& row) {
  return {row.member_id, row.purchase_days,   row.first_purchase_day, row.last_purchase_day,
          row.stage,     row.stage_since_day, row.next_stage_day};
}

const StageNumbers& numbers_on(const ClubView& view, absl::CivilDay day) {
  const StageVersions& versions = view.stage_versions();
  size_t i = versions.size() - 1;
  while (i > 0 && versions[i].start_day > day) --i;
  return versions[i].numbers;
}

// The last move that had happened by `day`.
absl::StatusOr<StageNow> moved_by(sqlite::Connection& connection, int64_t member_id, int64_t day) {
  const auto moves = storage::list_stage_moves(connection, member_id, kFirstDayEver);
  if (!moves.ok()) return moves.status();
  StageNow stage;
  for (const storage::StageMoveRow& move : *moves) {
    if (move.move_day > day) break;
    stage = {static_cast<v1::Stage>(move.to_stage), move.move_day};
  }
  return stage;
}

// Mean of the gaps between purchase days; -1: there are none.
int64_t own_gap_days_milli(const storage::MemberRow& row) {
  constexpr int64_t kMilliInDay = 1000;
  if (row.purchase_days < 2 || !row.first_purchase_day || !row.last_purchase_day) return -1;
  const absl::int128 days = *row.last_purchase_day - *row.first_purchase_day;
  return round_half_up(days * kMilliInDay, row.purchase_days - 1).value_or(-1);
}

// Phone and email as given: the member's own first, then of those who are part of them.
absl::Status fill_contacts(sqlite::Connection& connection, const std::vector<int64_t>& ids,
                           v1::Call& call) {
  for (const int64_t member_id : ids) {
    const auto keys = storage::list_keys(connection, member_id);
    if (!keys.ok()) return keys.status();
    for (const storage::KeyRow& key : *keys) {
      if (key.kind == storage::KeyKind::kPhone && call.phone().empty()) call.set_phone(key.shown);
      if (key.kind == storage::KeyKind::kEmail && call.email().empty()) call.set_email(key.shown);
    }
  }
  return absl::OkStatus();
}

absl::Status fill_consent(sqlite::Connection& connection, const std::vector<int64_t>& ids,
                          v1::Call& call) {
  ChannelWords words{};
  for (const int64_t member_id : ids) {
    const auto consents = storage::list_consents(connection, member_id);
    if (!consents.ok()) return consents.status();
    ChannelWords own{};
    for (const storage::ConsentRow& consent : *consents) {
      hear(consent.channel, {consent.occurred_us, consent.granted}, own);
    }
    join(own, words);
  }
  const std::optional<ChannelWord>& phone = words[v1::CONTACT_CHANNEL_PHONE];
  call.set_may_phone(phone && phone->granted);
  return absl::OkStatus();
}

absl::Status fill_person(sqlite::Connection& connection, const storage::MemberRow& row,
                         v1::Call& call) {
  const auto ids = ids_of_person(connection, row);
  if (!ids.ok()) return ids.status();
  const auto details = details_of_person(connection, row);
  if (!details.ok()) return details.status();
  const std::string& first = details->first_name;
  const std::string& last = details->last_name;
  call.set_name(absl::StrCat(first, first.empty() || last.empty() ? "" : " ", last));
  const absl::Status filled = fill_contacts(connection, *ids, call);
  return filled.ok() ? fill_consent(connection, *ids, call) : filled;
}

}  // namespace

absl::StatusOr<std::vector<int64_t>> ids_of_person(sqlite::Connection& connection,
                                                   const storage::MemberRow& row) {
  std::vector<int64_t> ids = {row.member_id};
  if (row.merge_count == 0) return ids;
  for (size_t i = 0; i < ids.size(); ++i) {
    const auto merges = storage::list_merges_into(connection, ids[i]);
    if (!merges.ok()) return merges.status();
    for (const storage::MergeRow& merge : *merges) {
      const bool is_known = std::find(ids.begin(), ids.end(), merge.lost_id) != ids.end();
      if (!merge.undo_us && !is_known) ids.push_back(merge.lost_id);
    }
  }
  return ids;
}

absl::StatusOr<StageNow> stage_on(sqlite::Connection& connection,
                                  const storage::CallableMember& member, const ClubView& view,
                                  absl::CivilDay day) {
  const int64_t number = day_number(day);
  if (member.next_stage_day && *member.next_stage_day <= number) {
    const auto row = storage::find_member(connection, member.member_id);
    if (!row.ok()) return row.status();
    if (!*row) return StageNow{};
    return stage_now(connection, **row, {view, end_of_day_us(day, view.zone(), 0)});
  }
  if (member.stage_since_day && *member.stage_since_day > number) {
    return moved_by(connection, member.member_id, number);
  }
  return StageNow{static_cast<v1::Stage>(member.stage), member.stage_since_day};
}

absl::StatusOr<CallRank> call_rank(sqlite::Connection& connection,
                                   const storage::CallableMember& member, const ClubView& view,
                                   absl::CivilDay day) {
  CallRank rank;
  rank.member_id = member.member_id;
  PurchaseRhythm rhythm;
  if (member.last_purchase_day && member.first_purchase_day) {
    const int64_t last = *member.last_purchase_day;
    rhythm = {member.purchase_days, last - *member.first_purchase_day};
    rank.silent_days = std::max<int64_t>(day_number(day) - last, 0);
    const absl::StatusOr<int64_t> spend_minor =
        storage::sum_spend(connection, member.member_id, last - kYearDays + 1, last);
    if (!spend_minor.ok()) return spend_minor.status();
    rank.value_minor = std::max<int64_t>(*spend_minor, 0);
  }
  rank.rhythm_days_milli = std::max<int64_t>(rhythm_days_milli(numbers_on(view, day), rhythm), 1);
  return rank;
}

absl::StatusOr<v1::Call> call_message(sqlite::Connection& connection, const storage::MemberRow& row,
                                      const ClubView& view, absl::CivilDay day) {
  const storage::CallableMember member = callable(row);
  const absl::StatusOr<StageNow> stage = stage_on(connection, member, view, day);
  if (!stage.ok()) return stage.status();
  const absl::StatusOr<CallRank> rank = call_rank(connection, member, view, day);
  if (!rank.ok()) return rank.status();
  v1::Call call;
  call.set_member_id(member_id_text(row.member_id));
  call.set_stage(stage->stage);
  if (stage->since_day) call.set_stage_since_date(format_day(day_of_number(*stage->since_day)));
  call.set_silent_days(rank->silent_days);
  call.set_rhythm_days_milli(rank->rhythm_days_milli);
  call.set_own_gap_days_milli(own_gap_days_milli(row));
  call.set_purchase_day_count(row.purchase_days);
  call.set_net_spend_minor(std::max<int64_t>(row.net_spend_sum_minor, 0));
  call.set_last_year_spend_minor(rank->value_minor);
  const absl::Status filled = fill_person(connection, row, call);
  if (!filled.ok()) return filled;
  return call;
}

}  // namespace moadon
