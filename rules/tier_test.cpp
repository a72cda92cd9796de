#include "rules/tier.h"

#include "tests/catch.h"

namespace moadon {
namespace {

using Day = absl::CivilDay;

const Day kStart(2026, 3, 1);

SpendFact bought(int day, int64_t spend_minor) {
  return {kStart + day, kStart + day, 1000, spend_minor};
}
SpendFact came_back(int purchase_day, int day, int64_t spend_minor) {
  return {kStart + purchase_day, kStart + day, -1000, -spend_minor};
}

v1::TierBar spend_bar(int64_t spend_minor) {
  v1::TierBar bar;
  bar.set_spend_minor(spend_minor);
  return bar;
}
v1::Tier tier(const char* id, int64_t spend_minor, int rolling_days, int grace_days) {
  v1::Tier tier;
  tier.set_tier_id(id);
  *tier.add_any_of() = spend_bar(spend_minor);
  tier.set_rolling_days(rolling_days);
  tier.set_grace_days(grace_days);
  return tier;
}
// silver from 100.00, gold from 200.00, in 30 days.
TierVersions silver_and_gold(int grace_days) {
  return {{{}, 1, {tier("silver", 10000, 30, grace_days), tier("gold", 20000, 30, grace_days)}}};
}

std::string tier_on(int day, const std::vector<SpendFact>& facts, const TierVersions& versions,
                    const std::vector<TierFloor>& floors = {}) {
  return tier_path(facts, floors, versions, kStart + day).at_end;
}

// Moves as "day from>to reason".
std::vector<std::string> moves(int until, const std::vector<SpendFact>& facts,
                               const TierVersions& versions,
                               const std::vector<TierFloor>& floors = {}) {
  std::vector<std::string> told;
  for (const TierStep& step : tier_path(facts, floors, versions, kStart + until).steps) {
    told.push_back(std::to_string(step.day - kStart) + " " + step.from + ">" + step.to + " " +
                   v1::TierReason_Name(step.reason).substr(12));
  }
  return told;
}
using Moves = std::vector<std::string>;

TEST_CASE("reaching the number is reaching the tier, at once") {
  const TierVersions versions = silver_and_gold(0);
  CHECK(tier_on(0, {bought(0, 9999)}, versions).empty());
  CHECK(tier_on(0, {bought(0, 10000)}, versions) == "silver");
  CHECK(tier_on(0, {bought(0, 10001)}, versions) == "silver");
  CHECK(tier_on(0, {bought(0, 19999)}, versions) == "silver");
  CHECK(tier_on(0, {bought(0, 20000)}, versions) == "gold");
  CHECK(tier_on(-1, {bought(0, 20000)}, versions).empty());
  CHECK(tier_on(3, {bought(0, 9999), bought(3, 1)}, versions) == "silver");
}

TEST_CASE("several tiers skipped at once are one move into the one reached") {
  const TierPath path = tier_path(std::vector{bought(0, 20000)}, {}, silver_and_gold(0), kStart);
  REQUIRE(path.steps.size() == 1);
  CHECK(path.steps[0].from.empty());
  CHECK(path.steps[0].to == "gold");
  CHECK(path.steps[0].reason == v1::TIER_REASON_PURCHASE);
  CHECK(path.steps[0].window_spend_minor == 20000);
  CHECK(path.steps[0].window_purchase_days == 1);
  CHECK(path.steps[0].program_version == 1);
  CHECK(path.entered == std::vector<std::string>{"gold"});
}

TEST_CASE("a rolling window of N days holds the dates d with t - N < d <= t") {
  const std::vector<SpendFact> facts = {bought(0, 5000), bought(29, 5000)};
  CHECK(tier_on(29, facts, silver_and_gold(0)) == "silver");
  CHECK(tier_on(30, {bought(0, 5000), bought(30, 5000)}, silver_and_gold(0)).empty());
  CHECK(tier_on(30, facts, silver_and_gold(0)).empty());
}

TEST_CASE("one step down at the start of d + grace, when every day start was below") {
  const struct {
    int grace_days;
    int first_day_without;
  } cases[] = {{0, 30}, {1, 31}, {10, 40}};
  for (const auto& c : cases) {
    const TierVersions versions = silver_and_gold(c.grace_days);
    CHECK(tier_on(c.first_day_without - 1, {bought(0, 10000)}, versions) == "silver");
    CHECK(tier_on(c.first_day_without, {bought(0, 10000)}, versions).empty());
    CHECK(tier_path(std::vector{bought(0, 10000)}, {}, versions, kStart + 5).next_day ==
          kStart + c.first_day_without);
  }
}

TEST_CASE("each further step needs its own grace, and there is at most one a day") {
  CHECK(moves(400, {bought(0, 20000)}, silver_and_gold(0)) ==
        Moves{"0 >gold PURCHASE", "30 gold>silver LAPSE", "31 silver> LAPSE"});
  CHECK(moves(400, {bought(0, 20000)}, silver_and_gold(10)) ==
        Moves{"0 >gold PURCHASE", "40 gold>silver LAPSE", "51 silver> LAPSE"});
}

TEST_CASE("a day start at the bar begins the grace anew") {
  const TierVersions versions = silver_and_gold(10);
  // Below from the start of day 30 on; what is bought on day 35 counts from the start of day 36.
  CHECK(moves(400, {bought(0, 10000), bought(35, 10000)}, versions) ==
        Moves{"0 >silver PURCHASE", "75 silver> LAPSE"});
  CHECK(tier_on(40, {bought(0, 10000), bought(39, 9999)}, versions).empty());
  CHECK(tier_on(40, {bought(0, 10000), bought(39, 10000)}, versions) == "silver");
  // Bought on the day of the fall: down at its start, up again the same day.
  CHECK(moves(40, {bought(0, 10000), bought(40, 10000)}, versions) ==
        Moves{"0 >silver PURCHASE", "40 silver> LAPSE", "40 >silver PURCHASE"});
}

TEST_CASE("a fall tells the sums of the tier that was lost") {
  const TierPath path = tier_path(std::vector{bought(0, 15000), bought(10, 6000)}, {},
                                  silver_and_gold(0), kStart + 30);
  REQUIRE(path.steps.size() == 3);
  CHECK(path.steps[1].to == "gold");
  CHECK(path.steps[1].window_spend_minor == 21000);
  CHECK(path.steps[2].to == "silver");
  CHECK(path.steps[2].window_spend_minor == 6000);
  CHECK(path.steps[2].window_purchase_days == 1);
}

TEST_CASE("a calendar year counts from 1 January, a lifetime for ever") {
  v1::Tier year = tier("year", 10000, 1, 0);
  year.mutable_calendar_year();
  const TierVersions by_year = {{{}, 1, {year}}};
  const auto on = [&](absl::CivilDay bought_day, absl::CivilDay day) {
    const std::vector<SpendFact> facts = {{bought_day, bought_day, 1000, 10000}};
    return tier_path(facts, {}, by_year, day);
  };
  CHECK(on(Day(2026, 1, 1), Day(2026, 12, 31)).at_end == "year");
  CHECK(on(Day(2026, 1, 1), Day(2027, 1, 1)).at_end.empty());
  CHECK(on(Day(2026, 12, 31), Day(2026, 12, 31)).at_end == "year");
  CHECK(on(Day(2026, 12, 31), Day(2026, 12, 31)).next_day == absl::CivilDay(2027, 1, 1));
  v1::Tier lifetime = tier("ever", 10000, 1, 0);
  lifetime.mutable_lifetime();
  const TierPath ever = tier_path(std::vector{bought(0, 4000), bought(5000, 6000)}, {},
                                  {{{}, 1, {lifetime}}}, kStart + 10000);
  CHECK(ever.at_end == "ever");
  CHECK_FALSE(ever.next_day.has_value());
}

TEST_CASE("any of the bars reaches a tier, all that one bar asks reach the bar") {
  v1::Tier silver = tier("silver", 10000, 30, 0);
  v1::TierBar& both = *silver.add_any_of();
  both.set_spend_minor(5000);
  both.set_purchase_days(3);
  const TierVersions versions = {{{}, 1, {silver}}};
  CHECK(tier_on(2, {bought(0, 10000)}, versions) == "silver");
  CHECK(tier_on(2, {bought(0, 3000), bought(1, 3000), bought(2, 1)}, versions) == "silver");
  CHECK(tier_on(2, {bought(0, 3000), bought(1, 1999), bought(2, 1)}, versions) == "silver");
  CHECK(tier_on(2, {bought(0, 3000), bought(1, 1998), bought(2, 1)}, versions).empty());
  CHECK(tier_on(2, {bought(0, 9000), bought(2, 999)}, versions).empty());
  // Two purchases of one day are one purchase day.
  CHECK(tier_on(2, {bought(0, 3000), bought(0, 3000), bought(2, 1)}, versions).empty());
}

TEST_CASE("net spend of a window is summed first, then never below zero") {
  const SpendFact unlinked = {kStart + 1, kStart + 1, 0, -30000};
  const TierVersions versions = silver_and_gold(0);
  CHECK(tier_on(2, {unlinked, bought(2, 39999)}, versions).empty());
  CHECK(tier_on(2, {unlinked, bought(2, 40000)}, versions) == "silver");
  // When the return leaves the window, what was bought after it is enough.
  CHECK(moves(31, {unlinked, bought(2, 20000)}, versions) == Moves{"31 >gold PURCHASE"});
  const TierPath path = tier_path(std::vector{unlinked}, {}, versions, kStart + 1);
  CHECK(path.next_gaps[0].spend_minor() == 10000);
}

TEST_CASE("a return without a receipt causes a fall through grace only") {
  const SpendFact unlinked = {kStart + 5, kStart + 5, 0, -1};
  CHECK(moves(100, {bought(0, 10000), unlinked}, silver_and_gold(7)) ==
        Moves{"0 >silver PURCHASE", "13 silver> LAPSE"});
}

TEST_CASE("a rise that rested on goods since returned is undone at the return, without grace") {
  const TierVersions versions = silver_and_gold(10);
  const std::vector<SpendFact> facts = {bought(0, 10000), bought(5, 10000), came_back(5, 8, 1)};
  CHECK(moves(8, facts, versions) ==
        Moves{"0 >silver PURCHASE", "5 silver>gold PURCHASE", "8 gold>silver RETURN"});
  const TierPath path = tier_path(facts, {}, versions, kStart + 8);
  CHECK(path.entered == std::vector<std::string>{"silver"});
  CHECK(path.steps.back().window_spend_minor == 19999);
  CHECK(tier_path(facts, {}, versions, kStart + 7).entered ==
        std::vector<std::string>{"gold", "silver"});
}

TEST_CASE("the clocks of the path are those of the goods kept") {
  // With all goods, silver would be below its bar from day 35 on; with those kept, from day 30 on.
  const TierVersions versions = silver_and_gold(10);
  const std::vector<SpendFact> facts = {bought(0, 10000), bought(5, 9999), came_back(5, 42, 9999)};
  CHECK(moves(42, facts, versions) == Moves{"0 >silver PURCHASE", "40 silver> LAPSE"});
  const std::vector<SpendFact> more = {bought(0, 10000), bought(5, 10000), came_back(5, 42, 10000)};
  CHECK(moves(42, more, versions) == Moves{"0 >silver PURCHASE", "5 silver>gold PURCHASE",
                                           "40 gold>silver LAPSE", "42 silver> RETURN"});
}

TEST_CASE("a return that changes nothing of the tier is no move") {
  CHECK(moves(20, {bought(0, 15000), came_back(0, 3, 5000)}, silver_and_gold(0)) ==
        Moves{"0 >silver PURCHASE"});
  CHECK(moves(20, {bought(0, 15000), came_back(0, 3, 5001)}, silver_and_gold(0)) ==
        Moves{"0 >silver PURCHASE", "3 silver> RETURN"});
}

TEST_CASE("on the day of a return its moves are one") {
  const TierVersions versions = silver_and_gold(0);
  // Undone and reached again by what was bought that day: as if nothing had happened.
  CHECK(moves(3, {bought(0, 10000), came_back(0, 3, 10000), bought(3, 10000)}, versions) ==
        Moves{"0 >silver PURCHASE"});
  CHECK(moves(3, {bought(0, 10000), came_back(0, 3, 10000), bought(3, 20000)}, versions) ==
        Moves{"0 >silver PURCHASE", "3 silver>gold PURCHASE"});
  // A fall that the return did not cause keeps its reason.
  CHECK(moves(30, {bought(0, 10000), bought(1, 5), came_back(1, 30, 5)}, versions) ==
        Moves{"0 >silver PURCHASE", "30 silver> LAPSE"});
}

TEST_CASE("what was bought and brought back on one day leaves no trace") {
  const TierPath path = tier_path(std::vector{bought(0, 90000), came_back(0, 0, 90000)}, {},
                                  silver_and_gold(30), kStart + 100);
  CHECK(path.steps.empty());
  CHECK(path.at_end.empty());
  CHECK(path.entered.empty());
}

TEST_CASE("the next tier's gaps are what each of its bars still asks, reached parts at zero") {
  v1::Tier gold = tier("gold", 20000, 30, 0);
  gold.add_any_of()->set_purchase_days(3);
  const TierVersions versions = {{{}, 1, {tier("silver", 10000, 30, 0), gold}}};
  const TierPath path =
      tier_path(std::vector{bought(0, 12000), bought(1, 1)}, {}, versions, kStart + 1);
  REQUIRE(path.next_gaps.size() == 2);
  CHECK(path.next_gaps[0].spend_minor() == 7999);
  CHECK(path.next_gaps[0].purchase_days() == 0);
  CHECK(path.next_gaps[1].spend_minor() == 0);
  CHECK(path.next_gaps[1].purchase_days() == 1);
  CHECK(tier_path(std::vector{bought(0, 20000)}, {}, versions, kStart).next_gaps.empty());
  CHECK(tier_path({}, {}, versions, kStart).next_gaps[0].spend_minor() == 10000);
  CHECK(tier_path({}, {}, {{{}, 1, {}}}, kStart).next_gaps.empty());
}

TEST_CASE("a fact of the future wakes the member on its day") {
  const TierPath path =
      tier_path(std::vector{bought(0, 10000), bought(4, 1)}, {}, silver_and_gold(0), kStart + 2);
  CHECK(path.next_day == kStart + 4);
  CHECK_FALSE(tier_path({}, {}, silver_and_gold(0), kStart).next_day.has_value());
}

TEST_CASE("the path ends where what was kept leads to") {
  const std::vector<SpendFact> kept = {bought(0, 10000), bought(5, 9999)};
  const TierPath path = tier_path(kept, {}, silver_and_gold(3), kStart + 6);
  CHECK(path.at_end == "silver");
  CHECK(path.next_day == kStart + 33);
  CHECK(path.next_gaps[0].spend_minor() == 1);
}

}  // namespace
}  // namespace moadon
