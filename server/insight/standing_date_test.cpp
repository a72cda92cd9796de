#include "server/insight/standing_date.h"

#include <optional>
#include <random>
#include <vector>

#include "rules/calendar.h"
#include "rules/stage.h"
#include "tests/catch.h"

namespace moadon {
namespace {

constexpr int64_t kStart = 20000;  // 2024-10-04

class Dice final {
 public:
  explicit Dice(uint32_t seed) : engine_(seed) {}
  int64_t draw(int64_t low, int64_t high) {
    return std::uniform_int_distribution<int64_t>(low, high)(engine_);
  }

 private:
  std::mt19937 engine_;
};

// Sales, returns of some of them on later days, and perhaps a time as part of another member.
MemberTimeline random_life(Dice& dice) {
  MemberTimeline member;
  member.met_day = day_of_number(kStart);
  for (int64_t i = dice.draw(0, 12); i > 0; --i) {
    SpendFact bought;
    const int64_t day = kStart + dice.draw(0, 300);
    bought.purchase_day = bought.fact_day = day_of_number(day);
    bought.units_milli = 1000 * dice.draw(1, 2);
    bought.spend_minor = 500;
    member.facts.push_back(bought);
    if (dice.draw(0, 3) > 0) continue;
    SpendFact back = bought;
    back.fact_day = day_of_number(day + dice.draw(0, 60));
    back.units_milli = -1000 * dice.draw(1, 2);
    member.facts.push_back(back);
  }
  if (dice.draw(0, 4) == 0) {
    const int64_t from = kStart + dice.draw(0, 300);
    DayPeriod away;
    away.from_day = day_of_number(from);
    if (dice.draw(0, 1) == 0) away.until_day = day_of_number(from + dice.draw(1, 50));
    member.merges.away.push_back(away);
  }
  return member;
}

StageNumbers random_numbers(Dice& dice) {
  StageNumbers numbers;
  numbers.club_gap_days_milli = dice.draw(1000, 60000);
  numbers.prior_weight_milli = dice.draw(1, 20000);
  numbers.churn_factor_milli = dice.draw(1, 6000);
  return numbers;
}

// The stage rule itself, of a member whose days as of `day` are asked of rules/stage.h.
TEST_CASE("who is churning is exactly what the stage rule says") {
  Dice dice(7);
  int churning = 0;
  for (int i = 0; i < 3000; ++i) {
    const MemberTimeline member = random_life(dice);
    const StageNumbers numbers = random_numbers(dice);
    std::vector<PurchaseHistories> histories(1);
    histories[0].add_counted(counted_days(member));
    const int64_t day = kStart + dice.draw(0, 400);
    const StageDecision decision =
        stage_at(member, {StageVersion{absl::CivilDay(), 1, numbers}}, day_of_number(day));
    const StandingDate date = stand_at(histories, day, 30);
    const bool has_bought = decision.purchase_days > 0 && decision.stage != v1::STAGE_UNSPECIFIED;
    REQUIRE(date.members.size() == (has_bought ? 1u : 0u));
    if (!has_bought) continue;
    CHECK(date.members[0].purchase_days == decision.purchase_days);
    CHECK(date.members[0].silent_days == decision.silent_days);
    CHECK(is_churning(numbers, date.members[0]) == (decision.stage == v1::STAGE_CHURNING));
    churning += decision.stage == v1::STAGE_CHURNING ? 1 : 0;
  }
  CHECK(churning > 300);
}

TEST_CASE("at the very day on which silence exceeds the rhythm a member churns") {
  StageNumbers numbers;
  numbers.club_gap_days_milli = 10000;
  numbers.prior_weight_milli = 1000;
  numbers.churn_factor_milli = 2000;
  StandingMember member;
  member.purchase_days = 2;
  member.gaps_days = 20;  // rhythm (10 + 20) / 2 = 15
  member.silent_days = 30;
  CHECK_FALSE(is_churning(numbers, member));
  CHECK(silence_ratio(numbers, member) == 2);
  CHECK(rhythm_days(numbers, member) == 15);
  member.silent_days = 31;
  CHECK(is_churning(numbers, member));
}

TEST_CASE("two ways of keeping the same days are one history") {
  Dice dice(11);
  for (int i = 0; i < 500; ++i) {
    MemberTimeline member = random_life(dice);
    member.merges.away.clear();
    std::vector<int64_t> days;
    for (auto fact = member.facts.begin(); fact != member.facts.end();) {
      fact = fact->units_milli < 0 ? member.facts.erase(fact) : fact + 1;
    }
    for (const CountedDay& day : counted_days(member)) days.push_back(day.day);
    std::vector<PurchaseHistories> plain(1);
    plain[0].add_plain(days);
    std::vector<PurchaseHistories> counted(1);
    counted[0].add_counted(counted_days(member));
    const int64_t day = kStart + dice.draw(0, 300);
    const StandingDate one = stand_at(plain, day, 40);
    const StandingDate other = stand_at(counted, day, 40);
    CHECK(one.members.size() == other.members.size());
    CHECK(one.back_count == other.back_count);
    CHECK(one.later_purchase_days == other.later_purchase_days);
  }
}

TEST_CASE("who came back is looked up to the last day of the horizon") {
  std::vector<PurchaseHistories> histories(2);
  histories[0].add_plain({kStart, kStart + 10, kStart + 40});
  histories[0].add_plain({});
  histories[1].add_plain({kStart + 5, kStart + 41});
  histories[1].add_plain({kStart + 11});
  const StandingDate date = stand_at(histories, kStart + 10, 30);
  REQUIRE(date.members.size() == 2);
  CHECK(date.members[0].purchase_days == 2);
  CHECK(date.members[0].gaps_days == 10);
  CHECK(date.members[0].silent_days == 0);
  CHECK(date.members[0].is_back);
  CHECK_FALSE(date.members[1].is_back);
  CHECK(date.back_count == 1);
  CHECK(date.later_purchase_days == 1);
}

TEST_CASE("a day counts until everything of it went back") {
  MemberTimeline member;
  member.met_day = day_of_number(kStart);
  const absl::CivilDay bought = day_of_number(kStart);
  member.facts = {{bought, bought, 2000, 200},
                  {bought, day_of_number(kStart + 5), -1000, -100},
                  {bought, day_of_number(kStart + 9), -1000, -100}};
  const std::vector<CountedDay> days = counted_days(member);
  REQUIRE(days.size() == 1);
  CHECK(days[0].day == kStart);
  CHECK(days[0].from == kStart);
  CHECK(days[0].until == kStart + 9);
}

}  // namespace
}  // namespace moadon
