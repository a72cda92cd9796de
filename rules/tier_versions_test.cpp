// Tiers under locks and changing programs.
#include "rules/tier.h"
#include "tests/catch.h"

namespace moadon {
namespace {

const absl::CivilDay kStart(2026, 3, 1);

SpendFact bought(int day, int64_t spend_minor) {
  return {kStart + day, kStart + day, 1000, spend_minor};
}
v1::Tier tier(const char* id, int64_t spend_minor, int grace_days) {
  v1::Tier tier;
  tier.set_tier_id(id);
  tier.add_any_of()->set_spend_minor(spend_minor);
  tier.set_rolling_days(30);
  tier.set_grace_days(grace_days);
  return tier;
}
TierVersion version(int number, int start_day, std::vector<v1::Tier> tiers) {
  return {kStart + start_day, number, std::move(tiers)};
}
TierFloor lock(const char* id, int from, int until) { return {id, kStart + from, kStart + until}; }

using Moves = std::vector<std::string>;

Moves moves(const std::vector<SpendFact>& facts, const TierVersions& versions,
            const std::vector<TierFloor>& floors = {}, int until = 400) {
  Moves told;
  for (const TierStep& step : tier_path(facts, floors, versions, kStart + until).steps) {
    told.push_back(std::to_string(step.day - kStart) + " " + step.from + ">" + step.to + " " +
                   v1::TierReason_Name(step.reason).substr(12));
  }
  return told;
}

TierVersions three_tiers(int grace_days) {
  return {version(1, 0,
                  {tier("bronze", 100, grace_days), tier("silver", 1000, grace_days),
                   tier("gold", 10000, grace_days)})};
}

TEST_CASE("a lock is a floor from its first day to its last, then the clock starts") {
  CHECK(moves({}, three_tiers(0), {lock("silver", 3, 9)}) ==
        Moves{"3 >silver LOCK", "10 silver>bronze LAPSE", "11 bronze> LAPSE"});
  CHECK(moves({}, three_tiers(5), {lock("silver", 3, 9)}) ==
        Moves{"3 >silver LOCK", "15 silver>bronze LAPSE", "21 bronze> LAPSE"});
  CHECK(moves({}, three_tiers(0), {lock("silver", 3, 3)}, 3) == Moves{"3 >silver LOCK"});
  CHECK(tier_path({}, std::vector{lock("silver", 3, 9)}, three_tiers(5), kStart).next_day ==
        kStart + 3);
  CHECK(tier_path({}, std::vector{lock("silver", 3, 9)}, three_tiers(5), kStart + 3).next_day ==
        kStart + 15);
}

TEST_CASE("a lock lets rise above itself and catches at itself") {
  CHECK(moves({bought(4, 10000)}, three_tiers(0), {lock("silver", 3, 60)}) ==
        Moves{"3 >silver LOCK", "4 silver>gold PURCHASE", "34 gold>silver LAPSE",
              "61 silver>bronze LAPSE", "62 bronze> LAPSE"});
}

TEST_CASE("a lock of a tier that was reached begins nothing, but stops its clock") {
  CHECK(moves({bought(0, 1000)}, three_tiers(10), {lock("silver", 35, 50)}) ==
        Moves{"0 >silver PURCHASE", "61 silver>bronze LAPSE", "72 bronze> LAPSE"});
  // Of two locks the higher one holds.
  CHECK(moves({}, three_tiers(0), {lock("silver", 0, 9), lock("bronze", 0, 20)}) ==
        Moves{"0 >silver LOCK", "10 silver>bronze LAPSE", "21 bronze> LAPSE"});
}

TEST_CASE("a lock is entered with the tier's gift, and lasts through returns") {
  const std::vector<SpendFact> facts = {bought(0, 10000), {kStart, kStart + 5, -1000, -10000}};
  const TierPath path =
      tier_path(facts, std::vector{lock("silver", 0, 20)}, three_tiers(0), kStart + 5);
  CHECK(path.at_end == "silver");
  CHECK(path.entered == std::vector<std::string>{"silver"});
}

TEST_CASE("rises that a new version causes are immediate, falls go through grace") {
  TierVersions versions = three_tiers(5);
  versions.push_back(version(2, 10, {tier("bronze", 100, 5), tier("silver", 500, 5)}));
  CHECK(moves({bought(0, 600)}, versions, {}, 20) ==
        Moves{"0 >bronze PURCHASE", "10 bronze>silver PROGRAM"});
  versions[1] = version(2, 10, {tier("bronze", 700, 5), tier("silver", 7000, 5)});
  CHECK(moves({bought(0, 600)}, versions, {}, 60) ==
        Moves{"0 >bronze PURCHASE", "15 bronze> LAPSE"});
  const TierPath path = tier_path(std::vector{bought(0, 600)}, {}, versions, kStart + 15);
  CHECK(path.steps.back().program_version == 2);
  CHECK(path.steps.back().window_spend_minor == 600);
}

TEST_CASE("a new version's grace decides of a clock that runs") {
  const struct {
    int grace_days;
    int fall_day;
  } cases[] = {{0, 33}, {3, 33}, {4, 34}, {20, 50}};
  for (const auto& c : cases) {
    const TierVersions versions = {version(1, 0, {tier("silver", 1000, 10)}),
                                   version(2, 33, {tier("silver", 1000, c.grace_days)})};
    CHECK(moves({bought(0, 1000)}, versions) ==
          Moves{"0 >silver PURCHASE", std::to_string(c.fall_day) + " silver> LAPSE"});
  }
}

TEST_CASE("the version in force on a day decides on that day") {
  const TierVersions versions = {version(1, 0, {tier("silver", 1000, 0)}),
                                 version(2, 10, {tier("silver", 500, 0)})};
  CHECK(tier_path(std::vector{bought(9, 500)}, {}, versions, kStart + 9).at_end.empty());
  CHECK(tier_path(std::vector{bought(9, 500)}, {}, versions, kStart + 9).next_day == kStart + 10);
  CHECK(tier_path(std::vector{bought(10, 500)}, {}, versions, kStart + 10).at_end == "silver");
}

TEST_CASE("holders of a dropped tier take the highest below it that still exists") {
  TierVersions versions = three_tiers(5);
  const std::vector<SpendFact> gold = {bought(0, 10000)};
  SECTION("the one below") {
    versions.push_back(version(2, 10, {tier("bronze", 100, 5), tier("silver", 20000, 5)}));
    CHECK(moves(gold, versions, {}, 16) ==
          Moves{"0 >gold PURCHASE", "10 gold>silver PROGRAM", "16 silver>bronze LAPSE"});
  }
  SECTION("a lower one") {
    versions.push_back(version(2, 10, {tier("bronze", 100, 5), tier("amber", 20000, 5)}));
    CHECK(moves(gold, versions, {}, 20) == Moves{"0 >gold PURCHASE", "10 gold>bronze PROGRAM"});
  }
  SECTION("none of them, then by its bars") {
    versions.push_back(version(2, 10, {tier("amber", 20000, 5)}));
    CHECK(moves(gold, versions, {}, 20) == Moves{"0 >gold PURCHASE", "10 gold> PROGRAM"});
    versions[1] = version(2, 10, {tier("amber", 2000, 5), tier("opal", 10000, 5)});
    CHECK(moves(gold, versions, {}, 20) == Moves{"0 >gold PURCHASE", "10 gold>opal PROGRAM"});
    CHECK(tier_path(gold, {}, versions, kStart + 20).entered ==
          std::vector<std::string>{"gold", "opal"});
  }
  SECTION("or a higher one that they reach") {
    versions.push_back(version(2, 10, {tier("silver", 100, 5), tier("opal", 10000, 5)}));
    CHECK(moves(gold, versions, {}, 20) == Moves{"0 >gold PURCHASE", "10 gold>opal PROGRAM"});
  }
}

TEST_CASE("a tier that stays is kept, whatever its place in the new version") {
  TierVersions versions = three_tiers(5);
  versions.push_back(version(2, 10, {tier("gold", 10000, 5), tier("silver", 90000, 5)}));
  CHECK(moves({bought(0, 10000)}, versions, {}, 34) == Moves{"0 >gold PURCHASE"});
}

TEST_CASE("a version without tiers has none, and a later one begins by its bars") {
  TierVersions versions = three_tiers(0);
  versions.push_back(version(2, 10, {}));
  versions.push_back(version(3, 12, {tier("gold", 9000, 0)}));
  CHECK(moves({bought(0, 10000)}, versions, {}, 20) ==
        Moves{"0 >gold PURCHASE", "10 gold> PROGRAM", "12 >gold PROGRAM"});
}

TEST_CASE("a return on the day that a version drops the tier tells the move once") {
  TierVersions versions = three_tiers(5);
  versions.push_back(version(2, 10, {}));
  const SpendFact returned = {kStart, kStart + 10, -1, -1};
  CHECK(moves({bought(0, 10001), returned}, versions, {}, 20) ==
        Moves{"0 >gold PURCHASE", "10 gold> PROGRAM"});
  // A return that undoes the rise, on a day on which nothing else happens.
  const SpendFact all = {kStart, kStart + 9, -1000, -10001};
  CHECK(moves({bought(0, 10001), all}, versions, {}, 20) ==
        Moves{"0 >gold PURCHASE", "9 gold> RETURN"});
}

TEST_CASE("a lock of a dropped tier holds the tier its holders take") {
  TierVersions versions = three_tiers(0);
  versions.push_back(version(2, 10, {tier("bronze", 100, 0), tier("silver", 20000, 0)}));
  CHECK(moves({}, versions, {lock("gold", 0, 20)}) ==
        Moves{"0 >gold LOCK", "10 gold>silver PROGRAM", "21 silver>bronze LAPSE",
              "22 bronze> LAPSE"});
  CHECK(moves({}, versions, {lock("unknown", 0, 20)}).empty());
}

}  // namespace
}  // namespace moadon
