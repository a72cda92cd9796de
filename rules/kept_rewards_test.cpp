// What kept units still deserve: design.md section 6 and rules.md, "Returns".
#include "rules/test_pricing.h"

namespace moadon {
namespace {

using Kept = std::vector<int64_t>;  // thousandths, per line

KeptRewards kept_of(const Scene& scene, const Kept& kept_milli) {
  const Pricing pricing(program_of(scene));
  const auto basket = from_text<v1::Basket>(scene.basket);
  const auto facts = from_text<v1::MemberFacts>(scene.facts);
  const v1::Quote verdict = pricing.quote(basket, facts, occasion_of(scene)).value();
  return pricing.kept_rewards(basket, facts, occasion_of(scene), verdict, kept_milli);
}

int64_t earned(const Scene& scene, const Kept& kept_milli) {
  return kept_of(scene, kept_milli).earned_milli;
}

const std::string kRate =
    "earn_rules { rule_id: 'r' per_amount { points_milli: 1000 amount_minor: 100 } } ";

TEST_CASE("points become what the rules give the kept units at their paid nets") {
  const Scene scene{"points { " + kRate + " } " +
                        benefit("a", "effect { percent_off_lines { percent_bps: 1000 } }"),
                    line("1", 1000, 3000) + line("2", 550)};  // 27.00 and 4.95
  CHECK(earned(scene, {3000, 1000}) == 31000);
  CHECK(earned(scene, {2000, 1000}) == 22000);
  CHECK(earned(scene, {0, 1000}) == 4000);
  CHECK(earned(scene, {1, 0}) == 0);
  CHECK(earned(scene, {0, 0}) == 0);
}

TEST_CASE("money discounts stay, a minimum that fails later takes no discount back") {
  const Scene scene{"points { " + kRate + " } " +
                        benefit("a",
                                "effect { percent_off_lines { percent_bps: 5000 } } conditions "
                                "{ minimum_basket { amount_minor: 2000 } }"),
                    line("1", 1000, 2000)};
  CHECK(earned(scene, {1000}) == 5000);
}

TEST_CASE("points benefits are tested again on the kept units, at list prices") {
  const struct {
    const char* condition;
    int64_t all, one_back, two_back;  // of three units at 10.00, two of the first line
  } cases[] = {
      {"minimum_basket { amount_minor: 2000 }", 100000, 100000, 0},
      {"minimum_basket { amount_minor: 2001 }", 100000, 0, 0},
      {"minimum_basket { amount_minor: 1000 filter { skus: 'S1' } }", 100000, 100000, 0},
      {"minimum_quantity { quantity_milli: 2000 }", 100000, 100000, 0},
      {"minimum_quantity { quantity_milli: 2001 }", 100000, 0, 0},
      {"products { filter { skus: 'S1' } }", 100000, 100000, 0},
      {"products { filter { skus: 'S2' } }", 100000, 100000, 100000},
      {"first_purchase {}", 100000, 100000, 100000},
  };
  for (const auto& c : cases) {
    CAPTURE(c.condition);
    const Scene scene{"points {} " +
                          benefit("a", std::string("effect { bonus_points { points_milli: "
                                                   "100000 } } conditions { ") +
                                           c.condition + " }") +
                          benefit("b", "effect { amount_off_basket { amount_minor: 2500 } }"),
                      line("1", 1000, 2000) + line("2", 1000)};
    CHECK(earned(scene, {2000, 1000}) == c.all);
    CHECK(earned(scene, {1000, 1000}) == c.one_back);
    CHECK(earned(scene, {0, 1000}) == c.two_back);
    CHECK(earned(scene, {0, 0}) == 0);
  }
}

TEST_CASE("a multiplier that fails on the kept units no longer multiplies; none is added") {
  const std::string doubled = "effect { points_multiplier { factor_bps: 20000 } } conditions { ";
  const Scene scene{"points { " + kRate + " } " +
                        benefit("a", doubled + "minimum_basket { amount_minor: 2000 } }"),
                    line("1", 1000, 3000)};
  CHECK(earned(scene, {3000}) == 60000);
  CHECK(earned(scene, {2000}) == 40000);
  CHECK(earned(scene, {1999}) == 19000);
  // Of two in a group only the one that applied counts, though it fails now.
  const Scene grouped{
      "points { " + kRate + " spending { thousand_points_value_minor: 1000 step_milli: 1000 } } " +
          benefit("a", "group: 'g' " + doubled + "minimum_basket { amount_minor: 2000 } }") +
          benefit("b", "group: 'g' effect { points_multiplier { factor_bps: 15000 } }"),
      line("1", 1000, 3000)};
  CHECK(earned(grouped, {3000}) == 60000);
  CHECK(earned(grouped, {1000}) == 10000);
}

TEST_CASE("what kept units earn is never more than the sale first gave") {
  const Scene scene{"points { " + kRate + " } " +
                        benefit("a",
                                "effect { points_multiplier { factor_bps: 5000 } } conditions { "
                                "minimum_basket { amount_minor: 3000 } }"),
                    line("1", 1000, 3000)};
  CHECK(earned(scene, {3000}) == 15000);
  CHECK(earned(scene, {2000}) == 15000);  // not halved any more, yet no more than before
  CHECK(earned(scene, {1000}) == 10000);
}

TEST_CASE("points and gift balance used as payment leave with their units") {
  Scene scene{
      "points { " + kRate + " spending { thousand_points_value_minor: 1000 step_milli: 1000 } } ",
      line("1", 1000, 4000) + "spend_points_milli: 1000000 gift_balance_minor: 1000",
      std::string(kMember) + "points { available_milli: 1000000 }"};
  CHECK(earned(scene, {4000}) == 20000);  // 40.00 less 10.00 and 10.00
  CHECK(earned(scene, {2000}) == 10000);
}

TEST_CASE("a visit stays while a unit that fits is kept") {
  const Scene scene{
      "points { earn_rules { rule_id: 'r' filter { skus: 'S1' } per_visit { "
      "points_milli: 5000 } } }",
      line("1", 100, 2000) + line("2", 100)};
  CHECK(earned(scene, {1, 0}) == 5000);
  CHECK(earned(scene, {0, 1000}) == 0);
}

TEST_CASE("granted rights stay while their conditions hold for what is kept") {
  const Scene scene{"rights { right_id: 'c' title: 'C' coupon {} } " +
                        benefit("a",
                                "effect { grant_right { right_id: 'c' right_count: 3 } } "
                                "conditions { minimum_basket { amount_minor: 2000 } }") +
                        benefit("b", "effect { grant_right { right_id: 'c' } }"),
                    line("1", 1000, 3000)};
  CHECK(kept_of(scene, {2000}).kept_grants == std::vector<int>{3, 1});
  CHECK(kept_of(scene, {1000}).kept_grants == std::vector<int>{0, 1});
  CHECK(kept_of(scene, {0}).kept_grants == std::vector<int>{0, 0});
}

TEST_CASE("a right comes back when every unit of the lines that carried its benefit is back") {
  const std::string rights = "rights { right_id: 'c' title: 'C' coupon {} } points {} ";
  const std::string held =
      std::string(kMember) + "rights { grant_id: 'g' right_id: 'c' uses_left: 2 }";
  const std::string ask = "conditions { right_held { right_id: 'c' } } ";
  const Scene scene{
      rights +
          benefit(
              "a",
              ask + "effect { percent_off_lines { percent_bps: 1000 filter { skus: 'S1' } } }") +
          benefit("b", ask + "effect { bonus_points { points_milli: 1000 } }") +
          benefit("c", "effect { percent_off_lines { percent_bps: 1000 filter { skus: 'S2' } } }"),
      line("1", 1000, 2000) + line("2", 1000) + line("3", 50, 1000, "is_deposit: true"), held};
  // Applied: a, c, b. Rights used: by a and by b.
  const struct {
    Kept kept_milli;
    std::vector<bool> rights, benefits;
  } cases[] = {
      {{2000, 1000, 1000}, {true, true}, {true, true, true}},
      {{1, 0, 0}, {true, true}, {true, false, true}},
      {{0, 1000, 1000}, {false, true}, {false, true, true}},
      {{0, 0, 1000}, {false, false}, {false, false, false}},
  };
  for (const auto& c : cases) {
    const KeptRewards rewards = kept_of(scene, c.kept_milli);
    CHECK(rewards.right_use_stands == c.rights);
    CHECK(rewards.benefit_stands == c.benefits);
  }
}

TEST_CASE("a sale's basket has its gift balance and not what was charged") {
  v1::Sale sale = from_text<v1::Sale>(
      "receipt: '1' " + line("1", 1000, 1000, "paid_net_minor: 7") +
      "tenders { kind: TENDER_KIND_CASH amount_minor: 5 } tenders { kind: TENDER_KIND_GIFT_BALANCE "
      "amount_minor: 20 } tenders { kind: TENDER_KIND_GIFT_BALANCE amount_minor: 3 } "
      "coupon_codes: 'X' spend_points_milli: 9");
  const v1::Basket basket = basket_of(sale);
  CHECK_FALSE(basket.lines(0).has_paid_net_minor());
  CHECK(basket.lines(0).unit_price_minor() == 1000);
  CHECK(basket.gift_balance_minor() == 23);
  CHECK(basket.coupon_codes(0) == "X");
  CHECK(basket.spend_points_milli() == 9);
  for (v1::Tender& tender : *sale.mutable_tenders()) tender.set_amount_minor(10'000'000'000'000);
  CHECK(basket_of(sale).gift_balance_minor() == 10'000'000'000'000);
}

}  // namespace
}  // namespace moadon
