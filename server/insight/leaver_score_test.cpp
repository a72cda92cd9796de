#include "server/insight/leaver_score.h"

#include <vector>

#include "server/insight/loyal_bar.h"
#include "tests/catch.h"

namespace moadon {
namespace {

TEST_CASE("a score counts each kind of call") {
  const std::vector<LeaverCall> calls = {
      {true, false, 0},  {true, false, 0},  {true, true, 9},  // came back; the last called wrongly
      {false, true, 30}, {false, true, 50}, {false, true, 70},  // left and called
      {false, false, 0},                                        // left, not called
  };
  const v1::FitScore score = score_calls(calls);
  CHECK(score.accuracy_bps() == 7143);     // 5 of 7
  CHECK(score.false_alarm_bps() == 3333);  // 1 of 3
  CHECK(score.found_bps() == 7500);        // 3 of 4
  CHECK(score.notice_days() == 50);
  CHECK(score.auc_bps() == -1);
  CHECK(score.expected_days_milli() == -1);
  CHECK(score_calls({}).notice_days() == -1);
}

StandingDate some_date() {
  StandingDate date;
  date.day = 20000;
  date.observed_days = 70;
  date.members = {{1, 0, 5, true}, {1, 0, 20, false}, {4, 60, 14, true}, {4, 60, 263, false}};
  date.back_count = 2;
  return date;
}

TEST_CASE("the stage rule and the last weeks are scored on the same members") {
  StageNumbers numbers;
  numbers.club_gap_days_milli = 10000;
  numbers.prior_weight_milli = 1000;
  numbers.churn_factor_milli = 1500;
  // Rhythms 10 and (10 + 60) / 4 = 17.5: called from 16 and from 27 days on.
  const v1::FitScore stages = score_stages(numbers, some_date());
  CHECK(stages.accuracy_bps() == 10000);
  CHECK(stages.found_bps() == 10000);
  CHECK(stages.notice_days() == 16);
  CHECK(stages.auc_bps() == 10000);
  const v1::FitScore weeks = score_last_weeks(2, some_date());
  CHECK(weeks.accuracy_bps() == 7500);  // 14 days ago is not in the last two weeks
  CHECK(weeks.false_alarm_bps() == 5000);
  CHECK(weeks.notice_days() == 14);
  CHECK(weeks.auc_bps() == 10000);
}

TEST_CASE("Pareto/NBD calls who is more likely gone, from the day it is") {
  const ParetoNbdParameters p{0.553, 10.578, 0.606, 11.669};
  const v1::FitScore score = score_pareto_nbd(p, some_date(), 1);
  StandingMember found = some_date().members[3];
  REQUIRE(alive_probability(p, repeat_history(found)) < 0.5);
  found.silent_days = static_cast<uint16_t>(score.notice_days());
  CHECK(alive_probability(p, repeat_history(found)) < 0.5);
  --found.silent_days;
  CHECK(alive_probability(p, repeat_history(found)) >= 0.5);
  double expected = 0;
  for (const StandingMember& member : some_date().members) {
    expected += expected_purchases(p, repeat_history(member), 10);
  }
  CHECK(static_cast<double>(score.expected_days_milli()) == Approx(expected * 1000).margin(1));
}

TEST_CASE("a few members more do not make numbers better") {
  StageNumbers late;
  late.churn_factor_milli = 6000;
  StageNumbers early;
  early.churn_factor_milli = 1000;
  StandingDate date;
  // Silent for 60 days, in a rhythm of 30: `early` calls them leavers, `late` does not.
  date.members.assign(1000, {1, 0, 60, false});
  for (int i = 0; i < 490; ++i) date.members[i].is_back = true;
  CHECK_FALSE(is_clearly_better(early, late, date));  // 510 against 490
  for (int i = 0; i < 200; ++i) date.members[i].is_back = false;
  CHECK(is_clearly_better(early, late, date));
  CHECK_FALSE(is_clearly_better(late, early, date));
  CHECK_FALSE(is_clearly_better(late, late, date));
}

TEST_CASE("the loyal bar is reached by a quarter at most") {
  std::vector<WindowMember> members;
  for (int i = 1; i <= 100; ++i) members.push_back({i * 1000, i, i, i % 2 == 0});
  StageNumbers numbers;
  propose_loyal_bar(members, numbers);
  CHECK(numbers.loyal_purchase_days == 76);
  CHECK(numbers.loyal_spend_minor == 50000);
  const v1::LoyalScore score = score_loyal_bar(members, numbers);
  CHECK(score.member_count() == 25);
  CHECK(score.member_share_bps() == 2500);
  CHECK(score.bought_again_bps() == 5200);
  // (76 + ... + 100) of (1 + ... + 100).
  CHECK(score.spend_share_bps() == 4356);
}

TEST_CASE("where nearly everybody bought once, two purchase days are loyal") {
  std::vector<WindowMember> members(90, {1234567, 1, 1, false});
  members.resize(100, {99, 3, 3, true});
  StageNumbers numbers;
  propose_loyal_bar(members, numbers);
  CHECK(numbers.loyal_purchase_days == 2);
  CHECK(numbers.loyal_spend_minor == 1200000);
  CHECK(score_loyal_bar(members, numbers).member_count() == 0);
  StageNumbers untouched;
  propose_loyal_bar({}, untouched);
  CHECK(untouched.loyal_purchase_days == 6);
}

}  // namespace
}  // namespace moadon
