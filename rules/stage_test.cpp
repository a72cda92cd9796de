#include "rules/stage.h"

#include <rapidcheck.h>

#include <algorithm>
#include <map>
#include <set>

#include "rules/calendar.h"
#include "tests/catch.h"

namespace moadon {
namespace {

const absl::CivilDay kStart(2026, 1, 1);

SpendFact bought(int day, int64_t spend_minor = 1000) {
  return {kStart + day, kStart + day, 1000, spend_minor};
}
SpendFact came_back(int purchase_day, int day, int64_t spend_minor = 1000) {
  return {kStart + purchase_day, kStart + day, -1000, -spend_minor};
}

StageVersions defaults() { return {{absl::CivilDay::min(), 1, StageNumbers{}}}; }

MemberTimeline member_with(std::vector<SpendFact> facts) {
  MemberTimeline member;
  member.met_day = kStart;
  member.sign_days = {kStart};
  member.facts = std::move(facts);
  return member;
}

v1::Stage stage_on(const MemberTimeline& member, int day) {
  return stage_at(member, defaults(), kStart + day).stage;
}

TEST_CASE("without a purchase a sign of interest counts for thirty days") {
  const MemberTimeline member = member_with({});
  CHECK(stage_on(member, -1) == v1::STAGE_UNSPECIFIED);
  CHECK(stage_on(member, 0) == v1::STAGE_INTERESTED);
  CHECK(stage_on(member, 30) == v1::STAGE_INTERESTED);
  CHECK(stage_on(member, 31) == v1::STAGE_POTENTIAL);
}

TEST_CASE("one purchase day is new until silence exceeds three times the club's gap") {
  const MemberTimeline member = member_with({bought(0), bought(0)});
  CHECK(stage_on(member, 0) == v1::STAGE_NEW);
  CHECK(stage_on(member, 90) == v1::STAGE_NEW);  // 3 x 30, not more
  CHECK(stage_on(member, 91) == v1::STAGE_CHURNING);
}

TEST_CASE("the member's own gaps bend the rhythm, exactly") {
  // rhythm = (5 x 30 + 7) / (5 + 1) = 26.1666; x 3 = 78.5: silence of 78 is active, 79 churning.
  const MemberTimeline member = member_with({bought(0), bought(7)});
  CHECK(stage_on(member, 7) == v1::STAGE_ACTIVE);
  CHECK(stage_on(member, 7 + 78) == v1::STAGE_ACTIVE);
  CHECK(stage_on(member, 7 + 79) == v1::STAGE_CHURNING);
  CHECK(stage_at(member, defaults(), kStart + 7).rhythm_days_milli == 26167);
}

TEST_CASE("an exact multiple of the rhythm is not yet churning") {
  // (5 x 30 + 6) / 6 = 26; x 3 = 78 exactly.
  const MemberTimeline member = member_with({bought(0), bought(6)});
  CHECK(stage_on(member, 6 + 78) == v1::STAGE_ACTIVE);
  CHECK(stage_on(member, 6 + 79) == v1::STAGE_CHURNING);
}

TEST_CASE("loyal is reached at the sixth purchase day in the window and lost when one leaves it") {
  std::vector<SpendFact> facts;
  for (int i = 0; i < 5; ++i) facts.push_back(bought(i));
  CHECK(stage_on(member_with(facts), 5) == v1::STAGE_ACTIVE);
  facts.push_back(bought(340));
  MemberTimeline member = member_with(facts);
  CHECK(stage_on(member, 340) == v1::STAGE_LOYAL);
  CHECK(stage_on(member, 364) == v1::STAGE_LOYAL);   // day 0 is within the last 365 days
  CHECK(stage_on(member, 365) == v1::STAGE_ACTIVE);  // day 0 has left
}

TEST_CASE("the loyal bar on spend counts what is kept in the window, never below zero") {
  StageVersions versions = defaults();
  versions[0].numbers.loyal_purchase_days = 2;
  versions[0].numbers.loyal_spend_minor = 2000;
  MemberTimeline member = member_with({bought(0, 1000), bought(1, 999)});
  CHECK(stage_at(member, versions, kStart + 1).stage == v1::STAGE_ACTIVE);
  member.facts.push_back(bought(1, 1));
  CHECK(stage_at(member, versions, kStart + 1).stage == v1::STAGE_LOYAL);
  member.facts.push_back({kStart + 2, kStart + 2, 0, -5000});  // a return without receipt
  CHECK(stage_at(member, versions, kStart + 1).stage == v1::STAGE_LOYAL);
  CHECK(stage_at(member, versions, kStart + 2).stage == v1::STAGE_ACTIVE);
  versions[0].numbers.loyal_spend_minor = 0;
  CHECK(stage_at(member, versions, kStart + 2).stage == v1::STAGE_LOYAL);
}

TEST_CASE("a return counts from its own day and takes the purchase day away when nothing is kept") {
  const MemberTimeline member = member_with({bought(0), bought(10), came_back(10, 20)});
  CHECK(stage_on(member, 19) == v1::STAGE_ACTIVE);
  CHECK(stage_on(member, 20) == v1::STAGE_NEW);
  const Standing before = standing_at(member, kStart + 19);
  CHECK(before.purchase_days == 2);
  CHECK(before.net_spend_minor == 2000);
  const Standing after = standing_at(member, kStart + 20);
  CHECK(after.purchase_days == 1);
  CHECK(after.last_purchase_day == kStart);
  CHECK(after.net_spend_minor == 1000);
}

TEST_CASE("net spend is summed first and then clamped") {
  MemberTimeline member = member_with({bought(0, 1000)});
  member.facts.push_back({kStart + 1, kStart + 1, 0, -3000});
  CHECK(standing_at(member, kStart + 1).net_spend_minor == 0);
  member.facts.push_back(bought(2, 2500));
  CHECK(standing_at(member, kStart + 2).net_spend_minor == 500);
}

TEST_CASE("moves carry the day they became true and the reason") {
  const MemberTimeline member = member_with({bought(5), bought(12), came_back(12, 13)});
  const StagePath path = stage_path(member, defaults(), kStart + 400);
  const struct {
    int day;
    v1::Stage stage;
    v1::StageReason reason;
  } expected[] = {{0, v1::STAGE_INTERESTED, v1::STAGE_REASON_INTEREST},
                  {5, v1::STAGE_NEW, v1::STAGE_REASON_PURCHASE},
                  {12, v1::STAGE_ACTIVE, v1::STAGE_REASON_PURCHASE},
                  {13, v1::STAGE_NEW, v1::STAGE_REASON_RETURN},
                  {96, v1::STAGE_CHURNING, v1::STAGE_REASON_SILENCE}};
  REQUIRE(path.steps.size() == std::size(expected));
  for (size_t i = 0; i < path.steps.size(); ++i) {
    CAPTURE(i);
    CHECK(path.steps[i].day == kStart + expected[i].day);
    CHECK(path.steps[i].decision.stage == expected[i].stage);
    CHECK(path.steps[i].reason == expected[i].reason);
  }
  CHECK(path.at_end.stage == v1::STAGE_CHURNING);
  CHECK_FALSE(path.next_day.has_value());
}

TEST_CASE("the next day on which time changes the stage is exact") {
  CHECK(stage_path(member_with({bought(0)}), defaults(), kStart).next_day == kStart + 91);
  CHECK(stage_path(member_with({}), defaults(), kStart).next_day == kStart + 31);
  MemberTimeline later = member_with({bought(0), bought(50)});
  CHECK(stage_path(later, defaults(), kStart + 10).next_day == kStart + 50);
}

TEST_CASE("a program version decides from its day on") {
  StageVersions versions = defaults();
  versions.push_back({kStart + 20, 2, StageNumbers{}});
  versions[1].numbers.churn_factor_milli = 500;  // silence of more than half the rhythm of 30
  const MemberTimeline member = member_with({bought(0)});
  CHECK(stage_at(member, versions, kStart + 19).stage == v1::STAGE_NEW);
  const StagePath path = stage_path(member, versions, kStart + 30);
  CHECK(path.steps.back().day == kStart + 20);
  CHECK(path.steps.back().reason == v1::STAGE_REASON_PROGRAM);
  CHECK(path.at_end.program_version == 2);
  CHECK(stage_path(member, versions, kStart + 5).next_day == kStart + 20);
}

// The formula of design.md, section 6, in rational numbers and day by day, with nothing clever.
v1::Stage plain_stage(const MemberTimeline& member, const StageNumbers& n, absl::CivilDay day) {
  if (day < member.met_day) return v1::STAGE_UNSPECIFIED;
  std::map<absl::CivilDay, int64_t> units, spend;
  for (const SpendFact& fact : member.facts) {
    if (fact.fact_day > day) continue;
    units[fact.purchase_day] += fact.units_milli;
    spend[fact.purchase_day] += fact.spend_minor;
  }
  std::vector<absl::CivilDay> days;
  for (const auto& [d, u] : units) {
    if (u > 0) days.push_back(d);
  }
  if (days.empty()) {
    for (const absl::CivilDay sign : member.sign_days) {
      if (sign <= day && day - sign <= n.interest_days) return v1::STAGE_INTERESTED;
    }
    return v1::STAGE_POTENTIAL;
  }
  int64_t gaps = 0;
  for (size_t i = 1; i < days.size(); ++i) gaps += days[i] - days[i - 1];
  const int64_t count = static_cast<int64_t>(days.size());
  // s > f x (w x g + gaps) / (w + n), all numbers in thousandths: both sides times 10^6 x (w + n).
  const int64_t w = n.prior_weight_milli;
  const int64_t left = (day - days.back()) * 1'000'000 * (w + (count - 1) * 1000);
  const int64_t right = n.churn_factor_milli * (w * n.club_gap_days_milli + gaps * 1'000'000);
  if (left > right) return v1::STAGE_CHURNING;
  if (count == 1) return v1::STAGE_NEW;
  int64_t window_days = 0, window_spend = 0;
  for (const absl::CivilDay d : days) window_days += day - n.loyal_window_days < d ? 1 : 0;
  for (const auto& [d, s] : spend) window_spend += day - n.loyal_window_days < d ? s : 0;
  return window_days >= n.loyal_purchase_days &&
                 std::max<int64_t>(window_spend, 0) >= n.loyal_spend_minor
             ? v1::STAGE_LOYAL
             : v1::STAGE_ACTIVE;
}

MemberTimeline any_member() {
  MemberTimeline member = member_with({});
  const int count = *rc::gen::inRange(0, 12);
  for (int i = 0; i < count; ++i) {
    const int day = *rc::gen::inRange(0, 120);
    const int64_t spend = *rc::gen::inRange(0, 500);
    member.facts.push_back(bought(day, spend));
    if (*rc::gen::inRange(0, 3) == 0) {
      member.facts.push_back(came_back(day, day + *rc::gen::inRange(0, 40), spend));
    }
    if (*rc::gen::inRange(0, 5) == 0) {
      member.facts.push_back({kStart + day, kStart + day, 0, -*rc::gen::inRange<int64_t>(0, 400)});
    }
  }
  return member;
}

StageNumbers small_numbers() {
  StageNumbers n;
  n.club_gap_days_milli = *rc::gen::inRange(1000, 15000);
  n.prior_weight_milli = *rc::gen::inRange(1, 6000);
  n.churn_factor_milli = *rc::gen::inRange(1, 4000);
  n.loyal_window_days = *rc::gen::inRange(1, 60);
  n.loyal_purchase_days = *rc::gen::inRange(1, 5);
  n.loyal_spend_minor = *rc::gen::inRange(0, 900);
  n.interest_days = *rc::gen::inRange(0, 20);
  return n;
}

TEST_CASE("stage, path and next day agree with the plain formula on every day") {
  CHECK(rc::check("any history", [] {
    const MemberTimeline member = any_member();
    const StageVersions versions = {{absl::CivilDay::min(), 1, small_numbers()}};
    const absl::CivilDay end = kStart + 260;
    const StagePath path = stage_path(member, versions, end);
    v1::Stage stage = v1::STAGE_UNSPECIFIED;
    size_t next = 0;
    for (absl::CivilDay day = kStart - 2; day <= end; ++day) {
      if (next < path.steps.size() && path.steps[next].day == day) {
        RC_ASSERT(path.steps[next].from == stage);
        stage = path.steps[next++].decision.stage;
      }
      const v1::Stage plain = plain_stage(member, versions[0].numbers, day);
      RC_ASSERT(stage == plain);
      RC_ASSERT(stage_at(member, versions, day).stage == plain);
    }
    RC_ASSERT(next == path.steps.size());
  }));
}

TEST_CASE("a path continued from summed-up days is the path computed whole") {
  CHECK(rc::check("any history, cut at its last fact", [] {
    const MemberTimeline member = any_member();
    const StageVersions versions = {{absl::CivilDay::min(), 1, small_numbers()}};
    absl::CivilDay cut = kStart;
    for (const SpendFact& fact : member.facts) cut = std::max(cut, fact.fact_day);
    const StagePath whole = stage_path(member, versions, kStart + 260);

    MemberTimeline summed = member_with({});
    std::map<absl::CivilDay, SpendFact> days;
    bool return_counted = false;
    for (const SpendFact& fact : member.facts) {
      SpendFact& day = days[fact.purchase_day];
      day.purchase_day = day.fact_day = fact.purchase_day;
      day.units_milli += fact.units_milli;
      day.spend_minor += fact.spend_minor;
      return_counted |= fact.fact_day == cut && (fact.units_milli < 0 || fact.spend_minor < 0);
    }
    for (const auto& [day, fact] : days) {
      if (cut - day < 60) {
        summed.facts.push_back(fact);
      } else if (fact.units_milli > 0) {
        if (summed.older.count++ == 0) summed.older.first_day = day;
        summed.older.last_day = day;
      }
    }
    PathStart start;
    start.day = cut;
    start.return_counted = return_counted;
    for (const StageStep& step : whole.steps) {
      if (step.day < cut) start.stage = step.decision.stage;
    }
    const StagePath tail = stage_path(summed, versions, kStart + 260, start);
    std::vector<StageStep> expected;
    for (const StageStep& step : whole.steps) {
      if (step.day >= cut) expected.push_back(step);
    }
    RC_ASSERT(tail.steps.size() == expected.size());
    for (size_t i = 0; i < expected.size(); ++i) {
      RC_ASSERT(tail.steps[i].day == expected[i].day);
      RC_ASSERT(tail.steps[i].from == expected[i].from);
      RC_ASSERT(tail.steps[i].reason == expected[i].reason);
      RC_ASSERT(tail.steps[i].decision.stage == expected[i].decision.stage);
      RC_ASSERT(tail.steps[i].decision.rhythm_days_milli == expected[i].decision.rhythm_days_milli);
      RC_ASSERT(tail.steps[i].decision.window_spend_minor ==
                expected[i].decision.window_spend_minor);
    }
    RC_ASSERT(tail.next_day == whole.next_day);
  }));
}

TEST_CASE("the largest numbers the program allows do not overflow") {
  StageVersions versions = defaults();
  versions[0].numbers = {3650, 3'650'000, 1'000'000, 1'000'000, 36500, 36500, 10'000'000'000'000};
  MemberTimeline member = member_with({});
  for (int i = 0; i < 3000; i += 100) member.facts.push_back(bought(i * 900, 1'000'000'000'000));
  const StagePath path = stage_path(member, versions, absl::CivilDay(9999, 12, 30));
  CHECK(path.at_end.stage == v1::STAGE_ACTIVE);
}

}  // namespace
}  // namespace moadon
