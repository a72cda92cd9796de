#include "server/operations/report_stages.h"

#include <algorithm>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "absl/strings/str_cat.h"
#include "rules/calendar.h"
#include "rules/check.h"
#include "rules/refusal.h"
#include "rules/stage.h"
#include "rules/tier.h"
#include "server/operations/asked_moment.h"
#include "server/operations/member_id.h"
#include "server/operations/member_timeline.h"
#include "server/operations/page_token.h"
#include "server/storage/fact_store.h"
#include "server/storage/kept_promises_store.h"
#include "server/storage/member_details_store.h"
#include "server/storage/member_scan.h"
#include "server/storage/member_store.h"

namespace moadon {
namespace {

constexpr int kDefaultStandings = 1000;
constexpr int kMaxStandings = 5000;
constexpr int kAnyStage = 0;

// The member's own facts. Of a member who never returned anything, and at the end of a day, the
// sums of the days say the same, and are fewer.
absl::StatusOr<std::vector<storage::FactRow>> facts_of(sqlite::Connection& connection,
                                                       const storage::MemberRow& row,
                                                       const AsOf& moment,
                                                       storage::DayReader& reader) {
  const bool days_tell = !moment.instant_us && !row.last_return_day && row.merge_count == 0;
  if (!days_tell) return storage::list_facts(connection, row.member_id);
  std::vector<storage::MemberDay> days;
  const absl::Status read = reader.read_until(row.member_id, days);
  if (!read.ok()) return read;
  std::vector<storage::FactRow> facts;
  for (const storage::MemberDay& kept : days) {
    storage::FactRow& fact = facts.emplace_back();
    fact.member_id = row.member_id;
    fact.purchase_day = kept.day;
    fact.fact_day = kept.day;
    fact.units_milli = kept.units_milli;
    fact.spend_minor = kept.spend_minor;
  }
  return facts;
}

// Calls `see(row, then)` for each of `rows` who was a member of their own then.
template <typename See>
absl::Status for_each_as_of(sqlite::Connection& connection,
                            const std::vector<storage::MemberRow>& rows, const AsOf& moment,
                            See see) {
  if (rows.empty()) return absl::OkStatus();
  storage::DayReader days(connection, rows.front().member_id - 1, rows.back().member_id);
  for (const storage::MemberRow& row : rows) {
    const auto facts = facts_of(connection, row, moment, days);
    if (!facts.ok()) return facts.status();
    const auto then = member_as_of(connection, Living(row), *facts, moment);
    if (!then.ok()) return then.status();
    if (!*then) continue;
    const absl::Status seen = see(row, **then);
    if (!seen.ok()) return seen;
  }
  return absl::OkStatus();
}

absl::Status program_missing() {
  return refuse(v1::REASON_PROGRAM_MISSING, "no program has been published yet");
}

// Tier and points then. Points have dates and no hour: an instant sees those of its date.
absl::Status fill_promises(sqlite::Connection& connection, const storage::MemberRow& row,
                           const MemberThen& then, const ClubView& view, const AsOf& moment,
                           v1::MemberStanding& message) {
  if (view.has_tiers()) {
    message.set_tier_id(tier_path(then.timeline.facts, then.floors, view.tier_versions(),
                                  moment.day, then.timeline.merges)
                            .at_end);
  }
  if (row.points_entry_number == 0) return absl::OkStatus();
  const absl::StatusOr<int64_t> points_milli =
      storage::points_as_of_day(connection, row.member_id, day_number(moment.day));
  if (points_milli.ok()) message.set_points_milli(*points_milli);
  return points_milli.status();
}

absl::StatusOr<v1::MemberStanding> standing_message(sqlite::Connection& connection,
                                                    const storage::MemberRow& row,
                                                    const MemberThen& then, const ClubView& view,
                                                    const AsOf& moment) {
  absl::StatusOr<std::string> key = storage::find_shown_key(connection, row.member_id);
  if (!key.ok()) return key.status();
  const Standing standing = standing_at(then.timeline, moment.day);
  const StagePath path = stage_path(then.timeline, view.stage_versions(), moment.day);
  v1::MemberStanding message;
  message.set_member_id(member_id_text(row.member_id));
  message.set_key(*std::move(key));
  message.set_purchase_day_count(standing.purchase_days);
  if (standing.last_purchase_day) {
    message.set_last_purchase_date(format_day(*standing.last_purchase_day));
  }
  message.set_net_spend_minor(standing.net_spend_minor);
  message.set_stage(path.at_end.stage);
  if (!path.steps.empty()) message.set_stage_since_date(format_day(path.steps.back().day));
  const absl::Status filled = fill_promises(connection, row, then, view, moment, message);
  if (!filled.ok()) return filled;
  return message;
}

// A token carries the moment, so that all pages are of the one that the first was of.
struct ExportPlace {
  AsOf moment;
  int64_t after_id = 0;
};

std::string export_token(const ExportPlace& place) {
  return page_token("standings",
                    {absl::StrCat(day_number(place.moment.day)),
                     place.moment.instant_us ? absl::StrCat(*place.moment.instant_us) : "",
                     absl::StrCat(place.after_id)});
}

// The moment that a token names: one that asked_moment() could have given, whoever made the token.
absl::StatusOr<AsOf> moment_of(const std::string& day_text, const std::string& instant_text,
                               const ClubView& view) {
  if (instant_text.empty()) {
    const absl::StatusOr<int64_t> day = page_token_number(day_text);
    if (!day.ok()) return day.status();
    if (*day < 0 || *day > day_number(absl::CivilDay(9999, 12, 30))) return invalid_page_token();
    return AsOf{day_of_number(*day), std::nullopt};
  }
  const absl::StatusOr<int64_t> instant_us = page_token_number(instant_text);
  if (!instant_us.ok()) return instant_us.status();
  if (*instant_us < 0 || *instant_us > kMaxTimeUs) return invalid_page_token();
  return AsOf{view.day_of(*instant_us), *instant_us};
}

absl::StatusOr<ExportPlace> export_place(const v1::ExportMembersRequest& request, const AsOf& asked,
                                         const ClubView& view) {
  if (request.page_token().empty()) return ExportPlace{asked, 0};
  const auto parts = page_token_parts("standings", request.page_token(), 3);
  if (!parts.ok()) return parts.status();
  const absl::StatusOr<AsOf> moment = moment_of((*parts)[0], (*parts)[1], view);
  if (!moment.ok()) return moment.status();
  const absl::StatusOr<int64_t> after_id = page_token_number((*parts)[2]);
  if (!after_id.ok()) return after_id.status();
  const ExportPlace place{*moment, *after_id};
  const bool is_now = request.as_of().moment_case() == v1::AsOf::MOMENT_NOT_SET;
  const bool is_same = place.moment.day == asked.day && place.moment.instant_us == asked.instant_us;
  if (!is_now && !is_same) return invalid_page_token();
  return place;
}

}  // namespace

absl::StatusOr<v1::ExportMembersResponse> export_members(Club& club,
                                                         const v1::ExportMembersRequest& request) {
  const ClubViewPtr view = club.view();
  const absl::StatusOr<AsOf> asked = asked_moment(request.as_of(), *view, club.clock().now_us());
  if (!asked.ok()) return asked.status();
  const auto page_size = checked_page_size(request.page_size(), kDefaultStandings, kMaxStandings);
  if (!page_size.ok()) return page_size.status();
  absl::StatusOr<ExportPlace> place = export_place(request, *asked, *view);
  if (!place.ok()) return place.status();
  if (!view->has_program()) return program_missing();
  auto reader = club.database().readers().lease_snapshot();
  if (!reader.ok()) return reader.status();
  const auto rows = storage::list_members(**reader, place->after_id, kAnyStage, *page_size);
  if (!rows.ok()) return rows.status();
  v1::ExportMembersResponse response;
  const absl::Status exported =
      for_each_as_of(**reader, *rows, place->moment,
                     [&](const storage::MemberRow& row, const MemberThen& then) -> absl::Status {
                       auto message = standing_message(**reader, row, then, *view, place->moment);
                       if (!message.ok()) return message.status();
                       *response.add_members() = *std::move(message);
                       return absl::OkStatus();
                     });
  if (!exported.ok()) return exported;
  if (static_cast<int>(rows->size()) == *page_size) {
    place->after_id = rows->back().member_id;
    response.set_next_page_token(export_token(*place));
  }
  return response;
}

}  // namespace moadon
