// Verify's own walks through tiers and points say what the rules say, whatever happened: otherwise
// one of the two is wrong.
#include <algorithm>
#include <map>
#include <string>
#include <vector>

#include "absl/strings/str_cat.h"
#include "rules/calendar.h"
#include "rules/points_account.h"
#include "rules/test_dice.h"
#include "rules/tier.h"
#include "server/operations/plain_points.h"
#include "server/operations/plain_tiers.h"
#include "tests/catch.h"

namespace moadon {
namespace {

constexpr int kHistories = 300;
constexpr int64_t kFirstDay = 20'000;

// Versions, locks and facts of one member, as the rules and as verify take them.
struct TierCase {
  TierVersions versions;
  std::vector<PlainTierVersion> plain_versions;
  std::vector<TierFloor> floors;
  std::vector<PlainFloor> plain_floors;
  std::vector<SpendFact> facts;
  std::vector<PlainFact> plain_facts;
};

std::vector<v1::Tier> random_tiers(Dice& dice) {
  std::vector<std::string> ids{"bronze", "silver", "gold", "platinum"};
  std::vector<v1::Tier> tiers;
  int64_t bar_minor = 0;
  for (const std::string& id : ids) {
    if (dice.one_in(3)) continue;
    v1::Tier& tier = tiers.emplace_back();
    tier.set_tier_id(id);
    bar_minor += dice.between(1, 30);
    tier.add_any_of()->set_spend_minor(bar_minor);
    if (dice.one_in(3)) tier.mutable_any_of(0)->set_purchase_days(1);
    if (dice.one_in(3)) {
      tier.add_any_of()->set_purchase_days(static_cast<int32_t>(dice.between(2, 5)));
    }
    switch (dice.below(4)) {
      case 0:
        tier.mutable_lifetime();
        break;
      case 1:
        tier.mutable_calendar_year();
        break;
      default:
        tier.set_rolling_days(static_cast<int32_t>(dice.between(1, 60)));
    }
    tier.set_grace_days(dice.any_of({0, 0, 1, 2, 30}));
  }
  return tiers;
}

void add_fact(TierCase& made, int64_t purchase_day, int64_t fact_day, int64_t units_milli,
              int64_t spend_minor) {
  made.facts.push_back(
      {day_of_number(purchase_day), day_of_number(fact_day), units_milli, spend_minor});
  made.plain_facts.push_back({purchase_day, fact_day, units_milli, spend_minor});
}

// At a tier that the version in force has.
void add_lock(TierCase& made, Dice& dice) {
  const int64_t from_day = kFirstDay + dice.below(300);
  const PlainTierVersion* in_force = &made.plain_versions.front();
  for (const PlainTierVersion& version : made.plain_versions) {
    if (version.start_day <= from_day) in_force = &version;
  }
  if (in_force->tiers.empty()) return;
  const std::string id =
      in_force->tiers[dice.below(static_cast<int64_t>(in_force->tiers.size()))].tier_id();
  const int64_t until_day = from_day + dice.below(60);
  made.floors.push_back({id, day_of_number(from_day), day_of_number(until_day)});
  made.plain_floors.push_back({id, from_day, until_day});
}

TierCase random_tier_case(Dice& dice) {
  TierCase made;
  int64_t start_day = kFirstDay;
  for (int64_t i = 0, count = dice.between(1, 3); i < count; ++i, start_day += dice.below(200)) {
    const std::vector<v1::Tier> tiers = random_tiers(dice);
    made.versions.push_back({day_of_number(start_day), i + 1, tiers});
    made.plain_versions.push_back({start_day, tiers, i + 1});
  }
  for (int64_t i = 0, count = dice.below(3); i < count; ++i) add_lock(made, dice);
  for (int64_t i = 0, count = dice.below(25); i < count; ++i) {
    const int64_t day = kFirstDay + dice.below(400);
    const int64_t spend_minor = dice.between(0, 40);
    add_fact(made, day, day, 1000, spend_minor);
    if (dice.one_in(3)) {
      add_fact(made, day, day + dice.below(50), -dice.any_of<int64_t>({1000, 400}),
               -dice.between(0, spend_minor));
    }
    if (dice.one_in(8)) add_fact(made, day + 3, day + 3, 0, -dice.between(1, 20));
  }
  return made;
}

std::string text_of(const std::vector<PlainTierMove>& moves) {
  std::string text;
  for (const PlainTierMove& move : moves) {
    absl::StrAppend(&text, move.day, " ", move.from, ">", move.to, " ", move.window_spend_minor,
                    ",", move.window_purchase_days, ",", move.program_version, "; ");
  }
  return text;
}

std::string text_of(const TierCase& made) {
  std::string text;
  for (const PlainTierVersion& version : made.plain_versions) {
    absl::StrAppend(&text, "version ", version.program_version, " from ", version.start_day, ": ");
    for (const v1::Tier& tier : version.tiers)
      absl::StrAppend(&text, tier.ShortDebugString(), "; ");
  }
  for (const PlainFloor& floor : made.plain_floors) {
    absl::StrAppend(&text, floor.tier_id, " on ", floor.from_day, "..", floor.until_day, "; ");
  }
  for (const PlainFact& fact : made.plain_facts) {
    absl::StrAppend(&text, fact.purchase_day, " counts ", fact.fact_day, ": ", fact.units_milli,
                    " ", fact.spend_minor, "; ");
  }
  return text;
}

TEST_CASE("verify walks through tiers as the rules do") {
  Dice dice(Catch::rngSeed());
  for (int i = 0; i < kHistories; ++i) {
    const TierCase made = random_tier_case(dice);
    const int64_t until = kFirstDay + dice.below(700);
    const TierPath path = tier_path(made.facts, made.floors, made.versions, day_of_number(until));
    const PlainTierLife life =
        plain_tiers(made.plain_facts, made.plain_floors, made.plain_versions, until);
    std::vector<PlainTierMove> steps;
    for (const TierStep& step : path.steps) {
      steps.push_back({day_number(step.day), step.from, step.to, step.window_spend_minor,
                       step.window_purchase_days, step.program_version});
    }
    CAPTURE(text_of(made), until);
    REQUIRE(text_of(life.moves) == text_of(steps));
    REQUIRE(life.tier_id == path.at_end);
    REQUIRE(std::vector<std::string>(life.entered.begin(), life.entered.end()) == path.entered);
    if (!path.next_day) continue;
    const PlainTierLife later = plain_tiers(made.plain_facts, made.plain_floors,
                                            made.plain_versions, day_number(*path.next_day) - 1);
    REQUIRE(later.moves.size() == life.moves.size());
  }
}

// A member's points in the hands of chance. Sales are "r/s1", "r/s2" ..., their returns "r/b1" ...
class RandomPoints final {
 public:
  explicit RandomPoints(Dice& dice) : dice_(dice), account_({}, 0, 0) {}

  void live(int event_count) {
    for (int i = 0; i < event_count; ++i) {
      today_ += dice_.below(12);
      account_.pass_to(day_of_number(today_));
      happen();
    }
    account_.pass_to(day_of_number(today_));
  }

  std::vector<storage::KeptEntry> entries() const {
    std::vector<storage::KeptEntry> kept;
    for (const AccountEntry& entry : account_.entries()) {
      kept.push_back({entry.number, day_number(entry.day), entry.kind, entry.points_milli,
                      entry.source, entry.lot_number});
    }
    return kept;
  }

  std::vector<storage::KeptLot> lots() const {
    std::vector<storage::KeptLot> kept;
    for (const PointsLot& lot : account_.lots()) {
      storage::KeptLot& row = kept.emplace_back();
      row.lot_number = lot.number;
      row.usable_day = day_number(lot.usable_day);
      if (lot.expire_day) row.expire_day = day_number(*lot.expire_day);
    }
    return kept;
  }

  const PointsAccount& account() const { return account_; }
  const PlainSources& sources() const { return sources_; }

 private:
  struct Sold {
    std::string source;
    int64_t day = 0;
    int64_t lot_number = 0;
    int64_t earned_milli = 0;
    int64_t spent_milli = 0;
    std::vector<LotPart> parts;
  };

  absl::CivilDay today() const { return day_of_number(today_); }
  int64_t amount() { return dice_.between(1, 20) * 1000; }

  PointsLife life_from(int64_t day) {
    PointsLife life{day_of_number(day + dice_.any_of({0, 0, 5})), absl::nullopt};
    if (!dice_.one_in(4)) life.expire_day = day_of_number(day + dice_.between(0, 60));
    return life;
  }

  void happen() {
    switch (dice_.below(8)) {
      case 0:
        return place_hold();
      case 1:
        return end_hold();
      case 2:
      case 3:
        return bring_back();
      case 4:
        if (dice_.one_in(2)) {
          account_.take(amount(), "decision", today(), dice_.one_in(3));
        } else {
          account_.give(v1::POINTS_ENTRY_KIND_ADJUST, amount(), "decision", today(),
                        life_from(today_), today());
        }
        return;
      default:
        return sell();
    }
  }

  void sell() {
    Sold sold;
    sold.source = absl::StrCat("r/s", sold_.size());
    sold.day = today_ - (dice_.one_in(4) ? dice_.below(40) : 0);
    sources_.sales.insert(sold.source);
    if (dice_.one_in(2)) {
      std::vector<LotPart> held;
      if (!holds_.empty() && dice_.one_in(2)) {
        held = holds_.back();
        holds_.pop_back();
      }
      sold.spent_milli = amount();
      const PointsAccount::Spent spent =
          account_.spend(sold.spent_milli, held, sold.source, day_of_number(sold.day));
      sold.parts = spent.parts;
      account_.release(spent.unused_hold, sold.source, day_of_number(sold.day), today());
    }
    if (!dice_.one_in(4)) {
      sold.earned_milli = amount();
      sold.lot_number = account_.give(v1::POINTS_ENTRY_KIND_EARN, sold.earned_milli, sold.source,
                                      day_of_number(sold.day), life_from(sold.day), today());
    }
    sold_.push_back(sold);
  }

  void place_hold() {
    auto held = account_.hold(amount(), "hold", today());
    if (held) holds_.push_back(*held);
  }

  void end_hold() {
    if (holds_.empty()) return;
    account_.release(holds_.back(), "hold", today(), today());
    holds_.pop_back();
  }

  void bring_back() {
    if (sold_.empty()) return;
    Sold& sold = sold_[dice_.below(static_cast<int64_t>(sold_.size()))];
    const std::string source = absl::StrCat("r/b", ++return_count_);
    sources_.sale_of[source] = sold.source;
    const absl::CivilDay day = day_of_number(std::max(sold.day, today_ - dice_.below(10)));
    const int64_t back_milli = dice_.below(sold.spent_milli / 1000 + 1) * 1000;
    account_.give_back(back_milli, sold.parts, source, day, 3, today());
    sold.spent_milli -= back_milli;
    const int64_t reversed_milli = dice_.below(sold.earned_milli / 1000 + 1) * 1000;
    account_.reverse(reversed_milli, sold.lot_number, source, day, dice_.one_in(4), today());
    sold.earned_milli -= reversed_milli;
  }

  Dice& dice_;
  PointsAccount account_;
  PlainSources sources_;
  int64_t today_ = kFirstDay;
  std::vector<Sold> sold_;
  std::vector<std::vector<LotPart>> holds_;
  int return_count_ = 0;
};

TEST_CASE("verify reads out of the ledger what the account has") {
  Dice dice(Catch::rngSeed());
  for (int i = 0; i < kHistories; ++i) {
    RandomPoints life(dice);
    life.live(static_cast<int>(dice.between(1, 40)));
    const PlainLedger plain = plain_ledger(life.entries(), life.lots(), life.sources());
    std::string faults;
    for (const PlainFault& fault : plain.faults) {
      absl::StrAppend(&faults, fault.entry_number, ": ", fault.what, "; ");
    }
    REQUIRE(faults == "");
    REQUIRE(plain.deficit_milli == life.account().deficit_milli());
    REQUIRE(plain.lots.size() == life.account().lots().size());
    for (const PointsLot& lot : life.account().lots()) {
      const PlainLot& read = plain.lots.at(lot.number);
      REQUIRE(read.source == lot.source);
      REQUIRE(read.granted_milli == lot.granted_milli);
      REQUIRE(read.left_milli == lot.left_milli);
      REQUIRE(read.held_milli == lot.held_milli);
      REQUIRE(read.expired_milli == lot.expired_milli);
      REQUIRE(read.reversed_milli == lot.reversed_milli);
      REQUIRE(read.spent_or_paid_milli == lot.spent_milli + lot.deficit_paid_milli);
      REQUIRE(read.paid_milli >= lot.deficit_paid_milli);
    }
  }
}

}  // namespace
}  // namespace moadon
