// Laws of pricing without the server: offline.proto, OfflineTerms.
#include <rapidcheck.h>

#include <algorithm>

#include "rules/money.h"
#include "rules/offline.h"
#include "rules/test_random_case.h"
#include "tests/catch.h"

namespace moadon {
namespace {

RandomCase any_case() { return random_case(*rc::gen::noShrink(rc::gen::arbitrary<uint64_t>())); }

RandomCase any_case_under_terms() {
  RandomCase c = any_case();
  Dice dice(*rc::gen::noShrink(rc::gen::arbitrary<uint64_t>()));
  *c.facts.mutable_offline() = TermsMaker(dice).make(c);
  RC_LOG() << c.program.ShortDebugString() << "\n" << c.facts.ShortDebugString();
  return c;
}

v1::Quote priced(const RandomCase& c) {
  return Pricing(c.program).quote(c.basket, c.facts, c.occasion).value();
}

bool grants_or_gives(const v1::Benefit& benefit) {
  return benefit.effect().has_grant_right() || benefit.effect().has_gift_line();
}

// Whether the terms cannot say how much of it is given.
bool has_no_price(const v1::Benefit& benefit, const v1::Program& program) {
  const bool gives_points =
      benefit.effect().has_bonus_points() || benefit.effect().has_points_multiplier();
  return grants_or_gives(benefit) || (gives_points && !program.points().has_spending());
}

const v1::AppliedBenefit* applied_of(const v1::Quote& quote, const std::string& benefit_id) {
  const auto found = std::find_if(
      quote.applied().begin(), quote.applied().end(),
      [&](const v1::AppliedBenefit& applied) { return applied.benefit_id() == benefit_id; });
  return found == quote.applied().end() ? nullptr : &*found;
}

const v1::BudgetSlice& slice_of(const v1::OfflineTerms& terms, const std::string& benefit_id) {
  for (const v1::BudgetSlice& slice : terms.slices()) {
    if (slice.benefit_id() == benefit_id) return slice;
  }
  return v1::BudgetSlice::default_instance();
}

TEST_CASE("nothing is given beyond the terms") {
  CHECK(rc::check("any case under any terms", [] {
    const RandomCase c = any_case_under_terms();
    const v1::OfflineTerms& terms = c.facts.offline();
    const v1::Quote quote = priced(c);
    const OfflineUse use = offline_use_of(quote, c.program);
    RC_ASSERT(use.amount_minor <= terms.amount_limit_minor());
    RC_ASSERT(quote.points().spent_milli() <= terms.points_limit_milli());
    RC_ASSERT(quote.points().spendable_milli() <= terms.points_limit_milli());
    for (const std::string& grant_id : use.grant_ids) {
      RC_ASSERT(std::count(terms.leased_grant_ids().begin(), terms.leased_grant_ids().end(),
                           grant_id) == 1);
    }
    for (const v1::BudgetSlice& used : use.slices) {
      const v1::BudgetSlice& slice = slice_of(terms, used.benefit_id());
      RC_ASSERT(used.amount_minor() <= slice.amount_minor());
      RC_ASSERT(used.use_count() <= slice.use_count());
    }
    for (const v1::Benefit& benefit : c.program.benefits()) {
      if (!is_limited(benefit) || !has_no_price(benefit, c.program)) continue;
      const v1::AppliedBenefit* const applied = applied_of(quote, benefit.benefit_id());
      if (applied == nullptr) continue;
      RC_ASSERT(!grants_or_gives(benefit));
      RC_ASSERT(applied->points_milli() <= 0);
    }
  }));
}

// Multipliers with limits, points that are worth much, and little to give.
RandomCase any_case_of_multipliers() {
  Dice dice(*rc::gen::noShrink(rc::gen::arbitrary<uint64_t>()));
  RandomCase c;
  v1::PointRules& points = *c.program.mutable_points();
  v1::EarnPerAmount& rate = *points.add_earn_rules()->mutable_per_amount();
  rate.set_points_milli(1000);
  rate.set_amount_minor(dice.between(30, 200));
  points.mutable_spending()->set_thousand_points_value_minor(10'000);
  points.mutable_spending()->set_step_milli(1000);
  for (int64_t i = 0, count = dice.between(1, 3); i < count; ++i) {
    v1::Benefit& benefit = *c.program.add_benefits();
    benefit.set_benefit_id(absl::StrCat("b", i));
    benefit.set_title("B");
    benefit.mutable_effect()->mutable_points_multiplier()->set_factor_bps(
        static_cast<int32_t>(dice.between(5'000, 40'000)));
    if (!dice.one_in(4)) benefit.mutable_limits()->set_per_member_day_count(1);
  }
  c.occasion = {"B1", absl::CivilDay(2026, 11, 21), 0};
  for (int64_t i = 0, count = dice.between(1, 3); i < count; ++i) {
    v1::Line& line = *c.basket.add_lines();
    line.set_line_id(absl::StrCat("l", i));
    line.set_sku("A");
    line.set_quantity_milli(1000);
    line.set_unit_price_minor(dice.between(1, 300));
  }
  c.basket.set_spend_points_milli(dice.between(0, 20) * 1000);
  c.facts.set_member_id("m");
  c.facts.set_snapshot(1);
  c.facts.mutable_points()->set_available_milli(100'000);
  c.facts.mutable_offline()->set_amount_limit_minor(dice.between(0, 120));
  c.facts.mutable_offline()->set_points_limit_milli(100'000);
  return c;
}

TEST_CASE("what multipliers add stays within the terms however the basket is paid") {
  CHECK(rc::check("any multipliers with limits", [] {
    const RandomCase c = any_case_of_multipliers();
    const v1::Quote quote = priced(c);
    RC_LOG() << c.program.ShortDebugString() << "\n" << quote.ShortDebugString();
    RC_ASSERT(offline_use_of(quote, c.program).amount_minor <=
              c.facts.offline().amount_limit_minor());
    for (const v1::UnappliedBenefit& unapplied : quote.not_applied()) {
      RC_ASSERT(unapplied.has_server_needed() || unapplied.has_changes_nothing());
    }
  }));
}

TEST_CASE("what terms take nothing away from is priced as without them") {
  CHECK(rc::check("any case whose limited benefits have a price", [] {
    RandomCase c = any_case();
    for (v1::Benefit& benefit : *c.program.mutable_benefits()) {
      if (has_no_price(benefit, c.program)) benefit.clear_limits();
    }
    v1::OfflineTerms wide;
    wide.set_amount_limit_minor(INT64_MAX);
    wide.set_points_limit_milli(INT64_MAX);
    for (const v1::HeldRight& right : c.facts.rights()) {
      wide.add_leased_grant_ids(right.grant_id());
    }
    for (v1::BenefitUses& uses : *c.facts.mutable_uses()) {
      const auto benefit = std::find_if(
          c.program.benefits().begin(), c.program.benefits().end(),
          [&](const v1::Benefit& each) { return each.benefit_id() == uses.benefit_id(); });
      const v1::Limits& limits = benefit->limits();
      // The club has something left of each, and the register has all of that.
      uses.set_club_count(
          std::min(uses.club_count(), std::max<int64_t>(0, limits.club_count() - 1)));
      uses.set_club_saved_minor(
          std::min(uses.club_saved_minor(), std::max<int64_t>(0, limits.club_budget_minor() - 1)));
      v1::BudgetSlice& slice = *wide.add_slices();
      slice.set_benefit_id(uses.benefit_id());
      slice.set_use_count(limits.club_count() - uses.club_count());
      slice.set_amount_minor(limits.club_budget_minor() - uses.club_saved_minor());
    }
    const v1::Quote connected = priced(c);
    *c.facts.mutable_offline() = wide;
    // Not of a day before this one.
    if (*rc::gen::arbitrary<bool>()) {
      c.facts.mutable_offline()->set_latest_date(format_day(c.occasion.business_day - 1));
    }
    const v1::Quote offline = priced(c);
    RC_LOG() << c.program.ShortDebugString() << "\n" << c.facts.ShortDebugString();
    RC_ASSERT(offline.ShortDebugString() == connected.ShortDebugString());
  }));
}

TEST_CASE("under the same terms the same is given, whatever the order of the file") {
  CHECK(rc::check("any case under any terms", [] {
    RandomCase c = any_case_under_terms();
    const std::string first = priced(c).SerializeAsString();
    RC_ASSERT(priced(c).SerializeAsString() == first);
    Dice dice(*rc::gen::arbitrary<uint64_t>());
    for (int i = c.program.benefits_size() - 1; i > 0; --i) {
      c.program.mutable_benefits()->SwapElements(i, static_cast<int>(dice.below(i + 1)));
    }
    RC_ASSERT(priced(c).SerializeAsString() == first);
  }));
}

TEST_CASE("under terms parts still sum to wholes and every benefit has its reason") {
  CHECK(rc::check("any case under any terms", [] {
    const RandomCase c = any_case_under_terms();
    const v1::Quote quote = priced(c);
    int64_t total = 0, discounts = 0, saved = 0, points_minor = 0;
    for (const v1::QuotedLine& line : quote.lines()) {
      RC_ASSERT(line.paid_net_minor() >= 0);
      total += line.paid_net_minor();
      points_minor += line.points_spent_minor();
      for (const v1::DiscountPart& part : line.discounts()) {
        RC_ASSERT(part.amount_minor() > 0);
        discounts += part.amount_minor();
      }
    }
    for (const v1::AppliedBenefit& applied : quote.applied()) saved += applied.saved_minor();
    RC_ASSERT(discounts == saved);
    RC_ASSERT(quote.total_minor() == total);
    RC_ASSERT(quote.points().spent_minor() == points_minor);
    RC_ASSERT(quote.due_minor() == total - points_minor - quote.gift_balance_minor());
    RC_ASSERT(quote.applied_size() + quote.not_applied_size() == c.program.benefits_size());
    for (const v1::UnappliedBenefit& unapplied : quote.not_applied()) {
      RC_ASSERT(unapplied.reason_case() != v1::UnappliedBenefit::REASON_NOT_SET);
    }
  }));
}

TEST_CASE("a sale made under terms keeps what it earned while all of it is kept") {
  CHECK(rc::check("any case under any terms, partly returned", [] {
    const RandomCase c = any_case_under_terms();
    const Pricing pricing(c.program);
    const v1::Quote verdict = pricing.quote(c.basket, c.facts, c.occasion).value();
    Dice dice(*rc::gen::arbitrary<uint64_t>());
    std::vector<int64_t> all, some;
    for (const v1::Line& line : c.basket.lines()) {
      all.push_back(line.quantity_milli());
      some.push_back(dice.below(line.quantity_milli() + 1));
    }
    const KeptRewards whole = pricing.kept_rewards(c.basket, c.facts, c.occasion, verdict, all);
    RC_ASSERT(whole.earned_milli == verdict.points().earned_milli());
    const KeptRewards part = pricing.kept_rewards(c.basket, c.facts, c.occasion, verdict, some);
    RC_ASSERT(part.earned_milli >= 0);
    RC_ASSERT(part.earned_milli <= verdict.points().earned_milli());
    RC_ASSERT(part.right_use_stands.size() == static_cast<size_t>(verdict.rights_used_size()));
    RC_ASSERT(part.benefit_stands.size() == static_cast<size_t>(verdict.applied_size()));
    RC_ASSERT(part.kept_grants.size() == static_cast<size_t>(verdict.rights_granted_size()));
  }));
}

TEST_CASE("trimmed terms allow nobody more, and leave alone what the program allows") {
  CHECK(rc::check("any case under any terms", [] {
    RandomCase c = any_case_under_terms();
    const v1::OfflineTerms trimmed = trimmed_terms(c.facts.offline(), c.facts, c.program);
    RC_ASSERT(trimmed_terms(trimmed, c.facts, c.program).SerializeAsString() ==
              trimmed.SerializeAsString());
    *c.facts.mutable_offline() = trimmed;
    const OfflineCaps caps = offline_caps_of(c.program);
    const v1::Quote quote = priced(c);
    const OfflineUse use = offline_use_of(quote, c.program);
    RC_ASSERT(use.amount_minor <= std::min(caps.member_limit_minor, caps.register_limit_minor));
    RC_ASSERT(quote.points().spent_milli() <=
              c.facts.points().available_milli() * caps.points_share_bps / 10'000);
    // One register gives no more than it is said to.
    RC_ASSERT(cache_valid_hours_of(c.program) == 0 ||
              use.amount_minor <= worst_register_loss_minor(c.program));
  }));
}

}  // namespace
}  // namespace moadon
