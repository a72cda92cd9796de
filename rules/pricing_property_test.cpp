// Laws of pricing on random programs, baskets, facts and occasions.
#include <rapidcheck.h>

#include <algorithm>

#include "rules/check.h"
#include "rules/money.h"
#include "rules/price.h"
#include "rules/program.h"
#include "rules/test_random_case.h"
#include "tests/catch.h"

namespace moadon {
namespace {

RandomCase any_case() { return random_case(*rc::gen::noShrink(rc::gen::arbitrary<uint64_t>())); }

v1::Quote priced(const RandomCase& c) {
  return Pricing(c.program).quote(c.basket, c.facts, c.occasion).value();
}

bool is_gift(const v1::Program& program, const std::string& benefit_id) {
  return std::any_of(
      program.benefits().begin(), program.benefits().end(), [&](const v1::Benefit& benefit) {
        return benefit.benefit_id() == benefit_id && benefit.effect().has_gift_line();
      });
}

TEST_CASE("random programs and baskets pass their checks") {
  CHECK(rc::check("any seed", [] {
    const RandomCase c = any_case();
    const absl::Status program = check_program(c.program);
    RC_LOG() << program.message();
    RC_ASSERT(program.ok());
    const absl::Status basket = check_basket(c.basket);
    RC_LOG() << basket.message();
    RC_ASSERT(basket.ok());
  }));
}

TEST_CASE("parts sum to wholes, and nothing is below zero") {
  CHECK(rc::check("any case", [] {
    const RandomCase c = any_case();
    const v1::Quote quote = priced(c);
    RC_ASSERT(quote.lines_size() == c.basket.lines_size());
    std::map<std::string, int64_t> saved_by_benefit;
    int64_t value = 0, total = 0, points_minor = 0, points_milli = 0, gift_balance = 0;
    for (int i = 0; i < quote.lines_size(); ++i) {
      const v1::QuotedLine& line = quote.lines(i);
      int64_t discounts = 0;
      for (const v1::DiscountPart& part : line.discounts()) {
        RC_ASSERT(part.amount_minor() > 0);
        discounts += part.amount_minor();
        saved_by_benefit[part.benefit_id()] += part.amount_minor();
      }
      RC_ASSERT(line.paid_net_minor() == charged_minor(c.basket.lines(i)) - discounts);
      RC_ASSERT(line.paid_net_minor() >= 0);
      RC_ASSERT(line.points_spent_minor() >= 0);
      RC_ASSERT(line.gift_balance_minor() >= 0);
      RC_ASSERT(line.points_spent_minor() + line.gift_balance_minor() <= line.paid_net_minor());
      value += line.value_minor();
      total += line.paid_net_minor();
      points_minor += line.points_spent_minor();
      points_milli += line.points_spent_milli();
      gift_balance += line.gift_balance_minor();
    }
    RC_ASSERT(quote.value_minor() == value);
    RC_ASSERT(quote.total_minor() == total);
    RC_ASSERT(quote.saved_minor() == value - total);
    RC_ASSERT(quote.points().spent_minor() == points_minor);
    RC_ASSERT(quote.points().spent_milli() == points_milli);
    RC_ASSERT(quote.gift_balance_minor() == gift_balance);
    RC_ASSERT(quote.due_minor() == total - points_minor - gift_balance);
    RC_ASSERT(quote.due_minor() >= 0);
    RC_ASSERT(quote.points().earned_milli() >= 0);
    for (const v1::AppliedBenefit& applied : quote.applied()) {
      RC_ASSERT(applied.saved_minor() == saved_by_benefit[applied.benefit_id()]);
    }
    RC_ASSERT(quote.applied_size() + quote.not_applied_size() == c.program.benefits_size());
    for (const v1::UnappliedBenefit& unapplied : quote.not_applied()) {
      RC_ASSERT(unapplied.reason_case() != v1::UnappliedBenefit::REASON_NOT_SET);
      RC_ASSERT(saved_by_benefit.count(unapplied.benefit_id()) == 0u);
    }
  }));
}

TEST_CASE("no cap, budget or limit in the basket is ever passed") {
  CHECK(rc::check("any case", [] {
    const RandomCase c = any_case();
    const v1::Quote quote = priced(c);
    int64_t discounts = 0;
    for (const v1::AppliedBenefit& applied : quote.applied()) {
      if (is_gift(c.program, applied.benefit_id())) continue;
      discounts += applied.saved_minor();
      for (const v1::Benefit& benefit : c.program.benefits()) {
        if (benefit.benefit_id() != applied.benefit_id()) continue;
        if (benefit.cap_minor() > 0) RC_ASSERT(applied.saved_minor() <= benefit.cap_minor());
        const int32_t most = benefit.limits().per_basket_count();
        if (most > 0) RC_ASSERT(applied.use_count() <= most);
        if (benefit.limits().club_budget_minor() > 0) {
          RC_ASSERT(applied.saved_minor() <= benefit.limits().club_budget_minor());
        }
      }
    }
    if (c.program.basket_cap_minor() > 0) RC_ASSERT(discounts <= c.program.basket_cap_minor());
  }));
}

TEST_CASE("points are spent in whole steps that are held") {
  CHECK(rc::check("any case", [] {
    const RandomCase c = any_case();
    const v1::QuotedPoints points = priced(c).points();
    if (points.spent_milli() == 0) return;
    const v1::PointSpending& spending = c.program.points().spending();
    RC_ASSERT(points.spent_milli() % spending.step_milli() == 0);
    RC_ASSERT(points.spent_milli() >= spending.minimum_milli());
    RC_ASSERT(points.spent_milli() <= points.spendable_milli());
    RC_ASSERT(points.spendable_milli() <= points.available_milli());
    RC_ASSERT(points.spent_milli() <= c.basket.spend_points_milli());
    RC_ASSERT(points.spent_minor() * 1'000'000 ==
              points.spent_milli() * spending.thousand_points_value_minor());
  }));
}

TEST_CASE("the order of the benefits in the file does not matter") {
  CHECK(rc::check("any case, shuffled", [] {
    RandomCase c = any_case();
    const v1::Quote quote = priced(c);
    Dice dice(*rc::gen::arbitrary<uint64_t>());
    for (int i = c.program.benefits_size() - 1; i > 0; --i) {
      c.program.mutable_benefits()->SwapElements(i, static_cast<int>(dice.below(i + 1)));
    }
    RC_ASSERT(priced(c).SerializeAsString() == quote.SerializeAsString());
  }));
}

TEST_CASE("the same quote twice is identical") {
  CHECK(rc::check("any case", [] {
    const RandomCase c = any_case();
    const Pricing pricing(c.program);
    const std::string first = pricing.quote(c.basket, c.facts, c.occasion)->SerializeAsString();
    RC_ASSERT(pricing.quote(c.basket, c.facts, c.occasion)->SerializeAsString() == first);
    RC_ASSERT(priced(c).SerializeAsString() == first);
    google::protobuf::Arena arena;
    RC_ASSERT(pricing.quote(c.basket, c.facts, c.occasion, arena).value()->SerializeAsString() ==
              first);
  }));
}

TEST_CASE("adding a benefit that does not apply changes nothing") {
  CHECK(rc::check("any case and a benefit whose conditions do not hold", [] {
    RandomCase c = any_case();
    const v1::Quote before = priced(c);
    Dice dice(*rc::gen::arbitrary<uint64_t>());
    v1::Benefit added = ProgramMaker(dice).make(1).benefits(0);
    added.set_benefit_id("added");
    added.set_priority(static_cast<int32_t>(dice.between(-2, 3)));
    added.add_conditions()->mutable_dates()->set_until_date("2020-01-01");
    *c.program.add_benefits() = added;
    v1::Quote after = priced(c);
    const auto last = std::find_if(
        after.not_applied().begin(), after.not_applied().end(),
        [](const v1::UnappliedBenefit& benefit) { return benefit.benefit_id() == "added"; });
    RC_ASSERT(last != after.not_applied().end());
    after.mutable_not_applied()->erase(last);
    // A code that nobody knew may be the added benefit's: still refused, now with its reason.
    for (v1::RefusedCode& refused : *after.mutable_refused_codes()) {
      if (refused.benefit().benefit_id() == "added") refused.clear_benefit();
    }
    v1::Quote expected = before;
    for (int i = 0; i < after.refused_codes_size(); ++i) {
      if (!after.refused_codes(i).has_benefit()) expected.mutable_refused_codes(i)->clear_benefit();
    }
    RC_ASSERT(after.SerializeAsString() == expected.SerializeAsString());
  }));
}

TEST_CASE("where no benefit applies a larger basket never earns fewer points") {
  CHECK(rc::check("any case without benefits, and one more line or unit", [] {
    RandomCase c = any_case();
    c.program.clear_benefits();
    c.basket.clear_spend_points_milli();
    c.basket.clear_gift_balance_minor();
    const int64_t earned = priced(c).points().earned_milli();
    Dice dice(*rc::gen::arbitrary<uint64_t>());
    v1::Line line;
    line.set_line_id("more");
    line.set_sku(ProgramMaker::sku(dice.below(6)));
    line.set_category(ProgramMaker::category(dice.below(2)));
    line.set_quantity_milli(dice.between(1, 5000));
    line.set_unit_price_minor(dice.below(500));
    if (c.basket.lines().empty() || dice.one_in(2)) {
      *c.basket.add_lines() = line;
    } else {
      v1::Line& grown =
          *c.basket.mutable_lines(static_cast<int>(dice.below(c.basket.lines_size())));
      grown.set_quantity_milli(grown.quantity_milli() + dice.between(1, 5000));
    }
    RC_ASSERT(priced(c).points().earned_milli() >= earned);
  }));
}

TEST_CASE(
    "kept units never deserve more than the sale first gave, and nothing kept gives nothing") {
  CHECK(rc::check("any case, partly returned", [] {
    const RandomCase c = any_case();
    const Pricing pricing(c.program);
    const v1::Quote verdict = pricing.quote(c.basket, c.facts, c.occasion).value();
    Dice dice(*rc::gen::arbitrary<uint64_t>());
    std::vector<int64_t> all, some, none(static_cast<size_t>(c.basket.lines_size()), 0);
    for (const v1::Line& line : c.basket.lines()) {
      all.push_back(line.quantity_milli());
      some.push_back(dice.below(line.quantity_milli() + 1));
    }
    const KeptRewards whole = pricing.kept_rewards(c.basket, c.facts, c.occasion, verdict, all);
    RC_ASSERT(whole.earned_milli == verdict.points().earned_milli());
    for (int i = 0; i < verdict.rights_granted_size(); ++i) {
      RC_ASSERT(whole.kept_grants[static_cast<size_t>(i)] <=
                verdict.rights_granted(i).right_count());
    }
    const KeptRewards part = pricing.kept_rewards(c.basket, c.facts, c.occasion, verdict, some);
    RC_ASSERT(part.earned_milli >= 0);
    RC_ASSERT(part.earned_milli <= verdict.points().earned_milli());
    RC_ASSERT(part.right_use_stands.size() == static_cast<size_t>(verdict.rights_used_size()));
    RC_ASSERT(part.benefit_stands.size() == static_cast<size_t>(verdict.applied_size()));
    const KeptRewards empty = pricing.kept_rewards(c.basket, c.facts, c.occasion, verdict, none);
    RC_ASSERT(empty.earned_milli == 0);
    RC_ASSERT(std::count(empty.kept_grants.begin(), empty.kept_grants.end(), 0) ==
              static_cast<ptrdiff_t>(empty.kept_grants.size()));
    RC_ASSERT(std::count(empty.benefit_stands.begin(), empty.benefit_stands.end(), true) == 0);
    RC_ASSERT(std::count(empty.right_use_stands.begin(), empty.right_use_stands.end(), true) == 0);
  }));
}

}  // namespace
}  // namespace moadon
