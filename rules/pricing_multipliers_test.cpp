// Multipliers of points that add nothing: they are not applied, and nobody loses anything by them.
#include "rules/test_pricing.h"

namespace moadon {
namespace {

const char* const kPointPerTenShekels =
    "points { earn_rules { rule_id: 'r' per_amount { points_milli: 1000 amount_minor: 1000 } } "
    "spending { thousand_points_value_minor: 1000 step_milli: 1000 } } ";

std::string multiplier(const std::string& id, int factor_bps, const std::string& more = "") {
  return benefit(id, more + " effect { points_multiplier { factor_bps: " +
                         std::to_string(factor_bps) + " } }");
}

TEST_CASE("multipliers that reach a step together only are all applied, and stand when kept") {
  const struct {
    const char* what;
    std::string multipliers;
    int64_t price_minor;
    const char* applied;
    int64_t earned_milli;
  } cases[] = {
      {"1.5 of one point: one", multiplier("a", 15000), 1000, "", 1000},
      {"1.5 x 1.5 of one point: two", multiplier("a", 15000) + multiplier("b", 15000), 1000, "a b",
       2000},
      {"1.4 x 1.4 of one point: one", multiplier("a", 14000) + multiplier("b", 14000), 1000, "",
       1000},
      {"1.1 x 2 of one point: the first changes nothing",
       multiplier("a", 11000) + multiplier("b", 20000), 1000, "b", 2000},
      {"2 x 1.1 of one point: the second changes nothing",
       multiplier("a", 20000) + multiplier("b", 11000), 1000, "a", 2000},
      {"twice and half", multiplier("a", 20000) + multiplier("b", 5000), 1000, "a b", 1000},
  };
  for (const auto& c : cases) {
    CAPTURE(c.what);
    const Scene scene{kPointPerTenShekels + c.multipliers, line("1", c.price_minor)};
    const v1::Quote quote = quote_of(scene);
    CHECK(applied_in(quote) == c.applied);
    CHECK(quote.points().earned_milli() == c.earned_milli);
    int64_t parts_milli = 0;
    for (const v1::AppliedBenefit& applied : quote.applied()) parts_milli += applied.points_milli();
    CHECK(parts_milli == c.earned_milli - 1000);
    const KeptRewards kept = Pricing(program_of(scene))
                                 .kept_rewards(from_text<v1::Basket>(scene.basket),
                                               from_text<v1::MemberFacts>(scene.facts),
                                               occasion_of(scene), quote, {1000});
    CHECK(kept.earned_milli == c.earned_milli);
  }
}

TEST_CASE("a multiplier that adds nothing silences no exclusive benefit") {
  const std::string gift =
      benefit("x", "exclusive: true effect { gift_line { sku: 'G' description: 'G' } }");
  const std::string program = kPointPerTenShekels + gift + multiplier("m", 20000);
  CHECK(applied_in(quote_of({program, line("1", 300)})) == "x");
  CHECK(applied_in(quote_of({program, line("1", 1000)})) == "m");
  CHECK(applied_in(quote_of({program + multiplier("y", 30000, "exclusive: true priority: -1"),
                             line("1", 300)})) == "x");
}

TEST_CASE("a multiplier that adds nothing uses no right, whoever comes after it") {
  const std::string with_right = "conditions { right_held { right_id: 'c' } } ";
  const std::string program =
      std::string(kPointPerTenShekels) + "rights { right_id: 'c' title: 'C' coupon {} } " +
      multiplier("m", 20000, with_right) +
      benefit("z", with_right + "effect { bonus_points { points_milli: 5000 } }");
  const std::string facts =
      std::string(kMember) +
      "rights { grant_id: 'g' right_id: 'c' valid_from_date: '2026-01-01' uses_left: 1 }";
  const v1::Quote small = quote_of({program, line("1", 300), facts});
  CHECK(applied_in(small) == "z");
  CHECK(small.rights_used_size() == 1);
  CHECK(reason_for(small, "m") == "changes_nothing { }");
  CHECK(applied_in(quote_of({program, line("1", 1000), facts})) == "m");
}

TEST_CASE("of a group with a multiplier that adds nothing another is chosen") {
  const std::string program =
      std::string(kPointPerTenShekels) + multiplier("m", 20000, "group: 'g' priority: -1") +
      benefit("z", "group: 'g' effect { bonus_points { points_milli: 1000 } }");
  CHECK(applied_in(quote_of({program, line("1", 300)})) == "z");
  CHECK(applied_in(quote_of({program, line("1", 1000)})) == "m");
}

}  // namespace
}  // namespace moadon
