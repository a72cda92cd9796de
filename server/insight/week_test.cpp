#include <numeric>
#include <string>
#include <vector>

#include "absl/strings/str_cat.h"
#include "rules/calendar.h"
#include "rules/refusal.h"
#include "server/insight/count_stages.h"
#include "server/insight/get_week.h"
#include "server/insight/week_calendar.h"
#include "server/insight/week_count.h"
#include "server/operations/merge_members.h"
#include "server/operations/save_settings.h"
#include "server/operations/test_club.h"
#include "tests/catch.h"

namespace moadon {
namespace {

using Counts = google::protobuf::RepeatedField<int64_t>;

int64_t sum(const Counts& counts) {
  return std::accumulate(counts.begin(), counts.end(), int64_t{0});
}

// Rows add up to the start, columns to the end.
void check_sums(const v1::WeekTable& week) {
  REQUIRE(week.flows_size() == kStages);
  for (int i = 0; i < kStages; ++i) {
    int64_t came = week.met_counts(i) + week.unmerged_counts(i);
    for (const v1::FlowRow& row : week.flows()) came += row.to_counts(i);
    CHECK(came == week.end_counts(i));
    CHECK(sum(week.flows(i).to_counts()) + week.merged_counts(i) == week.start_counts(i));
  }
  CHECK(sum(week.met_counts()) == week.met_count());
}

v1::GetWeekResponse week_of(TestClub& club, const std::string& date,
                            const std::string& branch_id = "") {
  v1::GetWeekRequest request;
  request.set_date(date);
  request.set_branch_id(branch_id);
  const auto week = get_week(club.club(), request);
  INFO(week.status());
  REQUIRE(week.ok());
  for (const v1::WeekTable* const table :
       {&week->week(), &week->week_before(), &week->year_before()}) {
    check_sums(*table);
  }
  return *week;
}

absl::Status refusal_of(TestClub& club, const std::string& date, const std::string& branch_id) {
  v1::GetWeekRequest request;
  request.set_date(date);
  request.set_branch_id(branch_id);
  return get_week(club.club(), request).status();
}

void buy(TestClub& club, const std::string& card, const std::string& date) {
  const auto outcome = club.record(
      "r1", sale(absl::StrCat(card, "-", date), absl::StrCat(date, "T10:00:00Z"), card, {{"a"}}));
  REQUIRE_FALSE(outcome.has_refused());
}

// The same by somebody who signs up right afterwards.
void buy_and_join(TestClub& club, const std::string& card, const std::string& date) {
  buy(club, card, date);
  club.enroll(card, absl::StrCat(date, "T12:00:00Z"));
}

void set_settings(TestClub& club, const v1::ClubSettings& settings) {
  v1::SaveSettingsRequest request;
  *request.mutable_settings() = settings;
  REQUIRE(wait_for<v1::SaveSettingsResponse>([&](auto answer) {
            save_settings(club.club(), request, std::move(answer));
          }).ok());
}

TEST_CASE("a week starts on the day of the country's custom, or on the one the owner set") {
  v1::ClubSettings settings;
  CHECK(week_start_day(settings, "IL") == 1);
  CHECK(week_start_day(settings, "US") == 1);
  CHECK(week_start_day(settings, "GB") == 2);
  CHECK(week_start_day(settings, "DE") == 2);
  CHECK(week_start_day(settings, "AE") >= 1);
  settings.set_week_start_day(7);
  CHECK(week_start_day(settings, "IL") == 7);
}

TEST_CASE("every date is in the one week that starts on the right weekday") {
  const absl::CivilDay first(2026, 3, 1);  // a Sunday
  for (int start = 1; start <= kDaysPerWeek; ++start) {
    for (int i = 0; i < 15; ++i) {
      const absl::CivilDay found = week_start(first + i, start);
      CHECK(found <= first + i);
      CHECK(found > first + i - kDaysPerWeek);
      CHECK((found - first + 70) % kDaysPerWeek == start - 1);
    }
  }
}

TEST_CASE("a member is won back by a purchase and lost by silence") {
  const WeekDays week{absl::CivilDay(2026, 3, 1), absl::CivilDay(2026, 3, 7)};
  const int64_t start = day_number(week.start);
  const StageStanding gone{v1::STAGE_CHURNING, 2, start - 300, start - 200};
  const StageStanding back{v1::STAGE_ACTIVE, 3, start - 300, start + 2};
  const StageStanding quiet{v1::STAGE_ACTIVE, 2, start - 300, start - 90};
  const StageStanding left{v1::STAGE_CHURNING, 2, start - 300, start - 90};
  CHECK(week_change({start - 300, {}, gone, back}, week).is_won_back);
  CHECK_FALSE(week_change({start - 300, {}, gone, gone}, week).is_won_back);
  CHECK(week_change({start - 300, {}, quiet, left}, week).is_lost);
  CHECK_FALSE(week_change({start - 300, {}, gone, left}, week).is_lost);
  const WeekChange first =
      week_change({start + 1, start + 1, {}, {v1::STAGE_NEW, 1, start + 1, start + 1}}, week);
  CHECK(first.is_met);
  CHECK(first.signed_up);
  CHECK(first.bought_first);
  CHECK_FALSE(first.is_won_back);
}

TEST_CASE("members who merge leave the table, and come again when that is undone") {
  const WeekDays week{absl::CivilDay(2026, 3, 1), absl::CivilDay(2026, 3, 7)};
  const int64_t met_day = day_number(week.start) - 10;
  const StageStanding there{v1::STAGE_POTENTIAL, 0, 0, 0};
  WeekTally tally;
  for (const WeekOfMember& member :
       {WeekOfMember{met_day, {}, there, {}}, WeekOfMember{met_day, {}, {}, there},
        WeekOfMember{met_day, {}, {}, {}}, WeekOfMember{met_day, {}, there, there}}) {
    tally.add(member, week_change(member, week));
  }
  v1::WeekTable table;
  tally.fill(table);
  check_sums(table);
  CHECK(table.start_counts(0) == 2);
  CHECK(table.end_counts(0) == 2);
  CHECK(table.merged_counts(0) == 1);
  CHECK(table.unmerged_counts(0) == 1);
  CHECK(table.met_count() == 0);
}

TEST_CASE("small sources of a kind are summed up without a name") {
  WeekParts parts;
  WeekChange there;
  there.is_at_start = there.is_at_end = true;
  for (int i = 0; i < 500; ++i) {
    for (int j = 0; j <= i % 3; ++j) {
      parts.add({"b1", v1::SOURCE_KIND_CAMPAIGN, absl::StrCat("campaign", i)}, there);
    }
  }
  v1::GetWeekResponse response;
  parts.fill(response);
  CHECK(response.by_branch_size() == 1);
  CHECK(response.by_source_size() <= static_cast<int>(kMaxWeekSources));
  int64_t members = 0;
  for (const v1::WeekPart& part : response.by_source()) members += part.end_count();
  CHECK(members == response.by_branch(0).end_count());
  CHECK(response.by_source(0).source().name().empty());
  CHECK(response.by_source(0).end_count() > 3);
}

TEST_CASE("a week tells who came, who moved, who was won back and who was lost") {
  TestClub club;
  // 2026-03-01 is a Sunday.
  club.clock().set(us("2026-10-01T12:00:00Z"));
  for (const char* card : {"old", "gone", "fresh"}) club.enroll(card, "2026-01-05T10:00:00Z");
  buy(club, "old", "2026-01-05");
  buy(club, "gone", "2025-01-05");
  buy(club, "gone", "2026-03-03");
  buy(club, "fresh", "2026-03-07");
  club.enroll("late", "2026-03-04T09:00:00Z");

  const v1::GetWeekResponse march = week_of(club, "2026-03-05");
  CHECK(march.week().start_date() == "2026-03-01");
  CHECK(march.week().end_date() == "2026-03-07");
  CHECK(march.week_before().start_date() == "2026-02-22");
  CHECK(march.year_before().start_date() == "2025-03-02");
  CHECK_FALSE(march.is_running());
  CHECK(march.week().met_count() == 1);
  CHECK(march.week().sign_up_count() == 1);
  CHECK(march.week().first_purchase_count() == 1);
  CHECK(march.week().won_back_count() == 1);
  CHECK(march.week().lost_count() == 0);
  CHECK(march.week().met_counts(v1::STAGE_INTERESTED - 1) == 1);
  CHECK(march.year_before().end_counts(v1::STAGE_NEW - 1) == 1);
  // "old" was silent for more than 3 x 30 days since 2026-01-05.
  CHECK(week_of(club, "2026-04-06").week().lost_count() == 1);
  REQUIRE(march.by_branch_size() == 2);
  CHECK(march.by_branch(0).branch_id().empty());
  CHECK(march.by_branch(0).met_count() == 1);
  CHECK(march.by_branch(1).branch_id() == "b1");
  CHECK(march.by_branch(1).won_back_count() == 1);
  const v1::GetWeekResponse of_branch = week_of(club, "2026-03-05", "b1");
  CHECK(sum(of_branch.week().end_counts()) == march.by_branch(1).end_count());
}

TEST_CASE("both ends of a week are the stages of those dates") {
  TestClub club;
  club.clock().set(us("2026-12-01T12:00:00Z"));
  for (int i = 0; i < 40; ++i) {
    const std::string card = absl::StrCat("c", i);
    for (int k = 0; k <= i % 7; ++k) {
      buy_and_join(club, card, format_day(absl::CivilDay(2026, 1, 1) + i * 3 + k * (i % 11 + 1)));
    }
    if (i % 5 != 0) continue;
    const std::string day = format_day(absl::CivilDay(2026, 1, 1) + i * 3);
    const auto outcome = club.record(
        "r1", returned_from("r1", absl::StrCat(card, "-", day),
                            returned(absl::StrCat("back", i), "2026-05-04T10:00:00Z", {{"a"}})));
    REQUIRE_FALSE(outcome.has_refused());
  }
  for (absl::CivilDay day(2026, 1, 1); day < absl::CivilDay(2026, 7, 1); day += kDaysPerWeek) {
    const v1::WeekTable week = week_of(club, format_day(day)).week();
    v1::CountStagesRequest request;
    request.mutable_as_of()->set_date(week.end_date());
    const auto counted = count_stages(club.club(), request);
    REQUIRE(counted.ok());
    for (int i = 0; i < kStages; ++i) {
      CHECK(counted->stages(i).member_count() == week.end_counts(i));
    }
  }
  CHECK(sum(week_of(club, "2026-07-01").week().end_counts()) == 40);
}

TEST_CASE("a merge takes a member out of its week, and its undoing brings them back in its own") {
  TestClub club;
  club.clock().set(us("2026-03-04T12:00:00Z"));
  buy_and_join(club, "kept", "2026-02-10");
  buy_and_join(club, "lost", "2026-02-12");
  v1::MergeMembersRequest merge;
  merge.set_request_id("merge");
  merge.set_kept_member_id(club.member("kept").member().member_id());
  merge.set_lost_member_id(club.member("lost").member().member_id());
  merge.set_note("one person");
  merge.set_actor("dana");
  REQUIRE(wait_for<v1::MergeMembersResponse>([&](auto answer) {
            merge_members(club.club(), merge, std::move(answer));
          }).ok());
  club.clock().set(us("2026-03-12T12:00:00Z"));
  v1::UndoMergeRequest undo;
  undo.set_request_id("undo");
  undo.set_lost_member_id(merge.lost_member_id());
  undo.set_note("two people");
  undo.set_actor("dana");
  REQUIRE(wait_for<v1::UndoMergeResponse>([&](auto answer) {
            undo_merge(club.club(), undo, std::move(answer));
          }).ok());
  club.clock().set(us("2026-03-20T12:00:00Z"));

  const v1::WeekTable merged = week_of(club, "2026-03-04").week();
  CHECK(sum(merged.start_counts()) == 2);
  CHECK(merged.merged_counts(v1::STAGE_NEW - 1) == 1);
  CHECK(merged.end_counts(v1::STAGE_ACTIVE - 1) == 1);  // bought on two days now
  CHECK(sum(merged.end_counts()) == 1);
  const v1::WeekTable undone = week_of(club, "2026-03-12").week();
  CHECK(undone.unmerged_counts(v1::STAGE_NEW - 1) == 1);
  CHECK(undone.end_counts(v1::STAGE_NEW - 1) == 2);
  CHECK(undone.met_count() == 0);
}

TEST_CASE("targets stand where the week and its month are") {
  TestClub club;
  club.clock().set(us("2026-03-20T12:00:00Z"));
  v1::ClubSettings settings;
  settings.mutable_targets()->set_list_size(10);
  settings.mutable_targets()->set_met_per_week(2);
  settings.mutable_targets()->set_first_purchases_per_month(4);
  set_settings(club, settings);
  for (const char* date : {"2026-02-28", "2026-03-02", "2026-03-10", "2026-03-16"}) {
    buy_and_join(club, date, date);
  }
  const v1::GetWeekResponse week = week_of(club, "2026-03-10");
  REQUIRE(week.targets_size() == 3);
  CHECK(week.targets(0).kind() == v1::TARGET_KIND_LIST_SIZE);
  CHECK(week.targets(0).reached() == 3);
  CHECK(week.targets(1).kind() == v1::TARGET_KIND_MET_PER_WEEK);
  CHECK(week.targets(1).target() == 2);
  CHECK(week.targets(1).reached() == 1);
  CHECK(week.targets(2).kind() == v1::TARGET_KIND_FIRST_PURCHASES_PER_MONTH);
  CHECK(week.targets(2).reached() == 2);
  CHECK(week_of(club, "2026-03-10", "b1").targets_size() == 0);
}

TEST_CASE("in a week that ends in the next month the month is still that of today") {
  TestClub club;
  club.clock().set(us("2026-03-30T12:00:00Z"));
  v1::ClubSettings settings;
  settings.mutable_targets()->set_met_per_month(4);
  set_settings(club, settings);
  for (const char* date : {"2026-02-28", "2026-03-10", "2026-03-30"}) {
    buy_and_join(club, date, date);
  }
  const v1::GetWeekResponse running = week_of(club, "2026-03-30");
  REQUIRE(running.targets_size() == 1);
  CHECK(running.targets(0).reached() == 2);
}

TEST_CASE("a week that is not over is counted to today, and none is asked of the future") {
  TestClub club;
  club.clock().set(us("2026-03-04T12:00:00Z"));
  buy_and_join(club, "a", "2026-03-03");
  const v1::GetWeekResponse running = week_of(club, "2026-03-07");
  CHECK(running.is_running());
  CHECK(running.week().met_count() == 1);
  CHECK(week_of(club, "").week().start_date() == "2026-02-22");
  CHECK_FALSE(week_of(club, "").is_running());
  CHECK(reason_of(refusal_of(club, "2026-03-08", "")) == v1::REASON_FIELD_INVALID);
  CHECK(reason_of(refusal_of(club, "2026-02-30", "")) == v1::REASON_FIELD_INVALID);
  CHECK(reason_of(refusal_of(club, "1969-01-01", "")) == v1::REASON_TIME_OUT_OF_RANGE);
  CHECK(reason_of(refusal_of(club, "", "nowhere")) == v1::REASON_BRANCH_UNKNOWN);
}

TEST_CASE("a past week says when facts about it came after it was over") {
  TestClub club;
  club.clock().set(us("2026-03-10T12:00:00Z"));
  buy_and_join(club, "a", "2026-03-10");
  CHECK(week_of(club, "2026-03-03").late_fact_count() == 0);
  buy_and_join(club, "b", "2026-03-03");
  buy_and_join(club, "a", "2026-03-09");  // of the running week: late for its day, not for the week
  const v1::GetWeekResponse week = week_of(club, "2026-03-03");
  CHECK(week.week().met_count() == 1);
  CHECK(week.late_fact_count() == 1);
  CHECK(week.last_late_time().seconds() == club.clock().now_us() / 1'000'000);
  CHECK(week_of(club, "2026-03-10").late_fact_count() == 0);
  CHECK(week_of(club, "2026-02-24").late_fact_count() == 0);
  // Repeating what is known and ageing are no facts.
  buy_and_join(club, "b", "2026-03-03");
  club.clock().set(us("2026-09-10T12:00:00Z"));
  club.age();
  CHECK(week_of(club, "2026-03-03").late_fact_count() == 1);
}

}  // namespace
}  // namespace moadon
