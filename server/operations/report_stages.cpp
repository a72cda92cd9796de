#include "server/operations/report_stages.h"

#include <algorithm>
#include <array>
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
#include "server/operations/member_id.h"
#include "server/operations/member_timeline.h"
#include "server/operations/page_token.h"
#include "server/storage/decision_store.h"
#include "server/storage/fact_store.h"
#include "server/storage/kept_promises_store.h"
#include "server/storage/member_details_store.h"
#include "server/storage/member_store.h"
#include "server/storage/tier_store.h"

namespace moadon {
namespace {

constexpr int kDefaultStandings = 1000;
constexpr int kMaxStandings = 5000;
constexpr int kMembersPerScan = 1000;
constexpr int kAnyStage = 0;

// The moment that a report is of: the end of a day, or an instant in it.
struct AsOf {
  absl::CivilDay day;
  std::optional<int64_t> instant_us;
};

absl::StatusOr<AsOf> as_of(const v1::AsOf& asked, const ClubView& view, int64_t now_us) {
  switch (asked.moment_case()) {
    case v1::AsOf::kDate: {
      const absl::StatusOr<absl::CivilDay> day = parse_day(asked.date(), "as_of.date");
      if (!day.ok()) return day.status();
      return AsOf{*day, std::nullopt};
    }
    case v1::AsOf::kInstant: {
      const absl::StatusOr<int64_t> us = time_us_of(asked.instant(), "as_of.instant");
      if (!us.ok()) return us.status();
      return AsOf{view.day_of(*us), *us};
    }
    case v1::AsOf::MOMENT_NOT_SET:
      break;
  }
  return AsOf{view.day_of(now_us), now_us};
}

// What was known of a member then, counted in business dates. An instant sees what had occurred by
// then, and no date later than its own: a branch east of the club may be a day ahead.
std::optional<MemberTimeline> timeline_as_of(const storage::MemberRow& row,
                                             const std::vector<storage::FactRow>& facts,
                                             const AsOf& moment) {
  MemberTimeline timeline;
  timeline.met_day = day_of_number(row.met_day);
  const bool is_met =
      moment.instant_us ? row.met_time_us <= *moment.instant_us : timeline.met_day <= moment.day;
  if (!is_met) return std::nullopt;
  timeline.met_day = std::min(timeline.met_day, moment.day);
  const bool has_signed =
      row.enrolled_day && (!moment.instant_us || *row.enrolled_time_us <= *moment.instant_us);
  if (has_signed) {
    absl::CivilDay sign_day = day_of_number(*row.enrolled_day);
    if (moment.instant_us) sign_day = std::min(sign_day, moment.day);
    timeline.sign_days.push_back(sign_day);
  }
  for (const storage::FactRow& row_of_fact : facts) {
    if (moment.instant_us && row_of_fact.fact_time_us > *moment.instant_us) continue;
    SpendFact fact = spend_fact_of(row_of_fact);
    if (moment.instant_us) {
      fact.purchase_day = std::min(fact.purchase_day, moment.day);
      fact.fact_day = std::min(fact.fact_day, moment.day);
    }
    if (fact.fact_day <= moment.day) timeline.facts.push_back(fact);
  }
  return timeline;
}

// Calls `see(row, timeline)` for each of `rows` who was met by then.
template <typename See>
absl::Status for_each_as_of(sqlite::Connection& connection,
                            const std::vector<storage::MemberRow>& rows, const AsOf& moment,
                            See see) {
  if (rows.empty()) return absl::OkStatus();
  storage::FactReader reader(connection, rows.front().member_id - 1, rows.back().member_id);
  std::vector<storage::FactRow> facts;
  for (const storage::MemberRow& row : rows) {
    facts.clear();
    absl::Status read = reader.read_until(row.member_id, facts);
    if (!read.ok()) return read;
    const std::optional<MemberTimeline> timeline = timeline_as_of(row, facts, moment);
    if (!timeline) continue;
    read = see(row, *timeline);
    if (!read.ok()) return read;
  }
  return absl::OkStatus();
}

absl::Status program_missing() {
  return refuse(v1::REASON_PROGRAM_MISSING, "no program has been published yet");
}

// The tier locks that had been decided by then.
absl::StatusOr<std::vector<TierFloor>> floors_as_of(sqlite::Connection& connection,
                                                    const storage::MemberRow& row,
                                                    const AsOf& moment) {
  std::vector<TierFloor> floors;
  if (row.lock_count == 0) return floors;
  const auto locks = storage::list_tier_locks(connection, row.member_id);
  if (!locks.ok()) return locks.status();
  for (const storage::TierLockRow& lock : *locks) {
    if (moment.instant_us) {
      const auto decision = storage::find_decision(connection, lock.request_id);
      if (!decision.ok()) return decision.status();
      if (*decision && (*decision)->record_us > *moment.instant_us) continue;
    }
    floors.push_back({lock.tier_id, day_of_number(lock.from_day), day_of_number(lock.until_day)});
  }
  return floors;
}

// Tier and points then. Points have dates and no hour: an instant sees those of its date.
absl::Status fill_promises(sqlite::Connection& connection, const storage::MemberRow& row,
                           const MemberTimeline& timeline, const ClubView& view, const AsOf& moment,
                           v1::MemberStanding& message) {
  if (view.has_tiers()) {
    const auto floors = floors_as_of(connection, row, moment);
    if (!floors.ok()) return floors.status();
    message.set_tier_id(
        tier_path(timeline.facts, *floors, view.tier_versions(), moment.day).at_end);
  }
  if (row.points_entry_number == 0) return absl::OkStatus();
  const absl::StatusOr<int64_t> points_milli =
      storage::points_as_of_day(connection, row.member_id, day_number(moment.day));
  if (points_milli.ok()) message.set_points_milli(*points_milli);
  return points_milli.status();
}

absl::StatusOr<v1::MemberStanding> standing_message(sqlite::Connection& connection,
                                                    const storage::MemberRow& row,
                                                    const MemberTimeline& timeline,
                                                    const ClubView& view, const AsOf& moment) {
  absl::StatusOr<std::string> key = storage::find_shown_key(connection, row.member_id);
  if (!key.ok()) return key.status();
  const Standing standing = standing_at(timeline, moment.day);
  const StagePath path = stage_path(timeline, view.stage_versions(), moment.day);
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
  const absl::Status filled = fill_promises(connection, row, timeline, view, moment, message);
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

// The moment that a token names: one that as_of() could have given, whoever made the token.
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

absl::StatusOr<v1::CountStagesResponse> count_stages(Club& club,
                                                     const v1::CountStagesRequest& request) {
  const ClubViewPtr view = club.view();
  const absl::StatusOr<AsOf> moment = as_of(request.as_of(), *view, club.clock().now_us());
  if (!moment.ok()) return moment.status();
  if (!view->has_program()) return program_missing();
  auto reader = club.database().readers().lease_snapshot();
  if (!reader.ok()) return reader.status();
  std::array<int64_t, v1::Stage_ARRAYSIZE> counts{};
  int64_t after_id = 0;
  while (true) {
    const auto rows = storage::list_members(**reader, after_id, kAnyStage, kMembersPerScan);
    if (!rows.ok()) return rows.status();
    if (rows->empty()) break;
    const absl::Status counted = for_each_as_of(
        **reader, *rows, *moment, [&](const storage::MemberRow&, const MemberTimeline& timeline) {
          ++counts[stage_at(timeline, view->stage_versions(), moment->day).stage];
          return absl::OkStatus();
        });
    if (!counted.ok()) return counted;
    after_id = rows->back().member_id;
  }
  v1::CountStagesResponse response;
  for (int stage = v1::STAGE_POTENTIAL; stage <= v1::STAGE_CHURNING; ++stage) {
    v1::StageCount& count = *response.add_stages();
    count.set_stage(static_cast<v1::Stage>(stage));
    count.set_member_count(counts[stage]);
  }
  response.set_as_of_date(format_day(moment->day));
  return response;
}

absl::StatusOr<v1::ExportMembersResponse> export_members(Club& club,
                                                         const v1::ExportMembersRequest& request) {
  const ClubViewPtr view = club.view();
  const absl::StatusOr<AsOf> asked = as_of(request.as_of(), *view, club.clock().now_us());
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
  const absl::Status exported = for_each_as_of(
      **reader, *rows, place->moment,
      [&](const storage::MemberRow& row, const MemberTimeline& timeline) -> absl::Status {
        auto message = standing_message(**reader, row, timeline, *view, place->moment);
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
