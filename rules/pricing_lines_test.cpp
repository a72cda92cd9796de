// rules.md, "Lines and money", sentence by sentence.
#include "rules/test_pricing.h"

namespace moadon {
namespace {

using Amounts = std::vector<int64_t>;

TEST_CASE("a line's value is unit price times quantity, rounded half up once") {
  const struct {
    int64_t unit_price_minor, quantity_milli, expect_minor;
  } cases[] = {
      {1290, 347, 448},  // 447.63
      {1000, 1, 1},     {500, 1, 1},      {499, 1, 0},
      {100, 1005, 101}, {100, 1004, 100}, {1000, 3000, 3000},
  };
  for (const auto& c : cases) {
    CAPTURE(c.unit_price_minor, c.quantity_milli);
    const v1::Quote quote = quote_of({"", line("1", c.unit_price_minor, c.quantity_milli)});
    CHECK(quote.lines(0).value_minor() == c.expect_minor);
    CHECK(quote.total_minor() == c.expect_minor);
    CHECK(quote.saved_minor() == 0);
  }
}

TEST_CASE("line benefits round half up once per line, basket benefits once per basket") {
  const std::string basket = line("1", 105) + line("2", 105) + line("3", 105);
  const struct {
    const char* effect;
    Amounts expect;
  } cases[] = {
      // A tenth of 1.05 is 0.105, rounded to 0.11 on every line.
      {"percent_off_lines { percent_bps: 1000 }", {94, 94, 94}},
      // A tenth of 3.15 is 0.315, rounded to 0.32; the odd parts go to the earlier lines.
      {"percent_off_basket { percent_bps: 1000 }", {94, 94, 95}},
      {"amount_off_basket { amount_minor: 100 }", {71, 72, 72}},
  };
  for (const auto& c : cases) {
    CAPTURE(c.effect);
    const v1::Quote quote =
        quote_of({benefit("a", std::string("effect { ") + c.effect + " }"), basket});
    CHECK(paid_nets(quote) == c.expect);
    CHECK(quote.applied(0).saved_minor() == 315 - quote.total_minor());
  }
}

TEST_CASE(
    "a basket discount is spread by what is left, largest remainder, ties to the earlier line") {
  const struct {
    Amounts prices;
    int64_t off_minor;
    Amounts expect;
  } cases[] = {
      {{100, 100, 100}, 100, {66, 67, 67}},
      {{100, 100, 100}, 2, {99, 99, 100}},
      {{100, 200, 700}, 10, {99, 198, 693}},
      {{1, 1, 998}, 10, {1, 1, 988}},
      {{0, 300, 300}, 5, {0, 297, 298}},
      {{100, 200}, 300, {0, 0}},
      {{100, 200}, 301, {0, 0}},
      {{100, 200}, 299, {0, 1}},
  };
  for (const auto& c : cases) {
    std::string basket;
    for (size_t i = 0; i < c.prices.size(); ++i) basket += line(std::to_string(i), c.prices[i]);
    CAPTURE(basket, c.off_minor);
    const std::string program = benefit(
        "a", "effect { amount_off_basket { amount_minor: " + std::to_string(c.off_minor) + " } }");
    CHECK(paid_nets(quote_of({program, basket})) == c.expect);
  }
}

TEST_CASE("what is spread is what earlier benefits have left") {
  const std::string program =
      benefit("a", "effect { fixed_price { unit_price_minor: 100 filter { skus: 'A' } } }") +
      benefit("b", "effect { amount_off_basket { amount_minor: 60 } }");
  // 1.00 and 2.00 are left of 9.00 and 2.00.
  CHECK(paid_nets(quote_of({program, line("1", 900, 1000, "sku: 'A'") + line("2", 200)})) ==
        Amounts{80, 160});
}

TEST_CASE("amount off lines and fixed price are per unit and never raise a price") {
  const struct {
    const char* effect;
    int64_t unit_price_minor, quantity_milli, expect_minor;
  } cases[] = {
      {"amount_off_lines { amount_minor: 50 }", 200, 3000, 450},
      {"amount_off_lines { amount_minor: 50 }", 1290, 347, 431},  // 448 less 17.35
      {"amount_off_lines { amount_minor: 199 }", 200, 1000, 1},
      {"amount_off_lines { amount_minor: 200 }", 200, 1000, 0},
      {"amount_off_lines { amount_minor: 201 }", 200, 1000, 0},
      {"amount_off_lines { amount_minor: 1000000000000 }", 200, 10000000000, 0},
      {"fixed_price { unit_price_minor: 199 }", 200, 3000, 597},
      {"fixed_price { unit_price_minor: 200 }", 200, 3000, 600},
      {"fixed_price { unit_price_minor: 201 }", 200, 3000, 600},
      {"fixed_price { unit_price_minor: 0 }", 200, 3000, 0},
      {"fixed_price { unit_price_minor: 1000 }", 1290, 347, 347},
      {"fixed_price { unit_price_minor: 1000000000000 }", 2, 10000000000, 20000000},
  };
  for (const auto& c : cases) {
    CAPTURE(c.effect, c.quantity_milli);
    const v1::Quote quote = quote_of({benefit("a", std::string("effect { ") + c.effect + " }"),
                                      line("1", c.unit_price_minor, c.quantity_milli)});
    CHECK(quote.total_minor() == c.expect_minor);
    CHECK(quote.applied_size() == (quote.total_minor() < quote.value_minor() ? 1 : 0));
  }
}

TEST_CASE(
    "a set price takes whole sets, dearest units first, spread over the units by their price") {
  const std::string three_for_ten =
      benefit("a", "effect { set_price { unit_count: 3 price_minor: 1000 } }");
  const struct {
    const char* what;
    std::string basket;
    Amounts expect;
    int sets;
  } cases[] = {
      {"one unit short", line("1", 400, 2000), {800}, 0},
      {"one set", line("1", 400, 3000), {1000}, 1},
      {"one set and a unit", line("1", 400, 4000), {1400}, 1},
      {"two sets", line("1", 400, 6000), {2000}, 2},
      {"a set over three lines, the odd agora on the first",
       line("1", 400) + line("2", 400) + line("3", 400),
       {334, 333, 333},
       1},
      {"a unit and two of another line", line("1", 400) + line("2", 400, 2000), {334, 666}, 1},
      {"by price", line("1", 500, 2000) + line("2", 400), {714, 286}, 1},
      {"the cheapest stays outside",
       line("1", 350) + line("2", 600) + line("3", 500, 2000),
       {350, 375, 625},
       1},
      {"a set that costs less already", line("1", 300, 3000), {900}, 0},
      {"a set that costs as much", line("1", 333, 2000) + line("2", 334), {666, 334}, 0},
      {"one agora more", line("1", 334, 2000) + line("2", 333), {667, 333}, 1},
      {"weighed goods take no part", line("1", 400, 2500) + line("2", 400), {1000, 400}, 0},
  };
  for (const auto& c : cases) {
    CAPTURE(c.what);
    const v1::Quote quote = quote_of({three_for_ten, c.basket});
    CHECK(paid_nets(quote) == c.expect);
    CHECK(quote.applied_size() == (c.sets > 0 ? 1 : 0));
    if (c.sets > 0) CHECK(quote.applied(0).use_count() == c.sets);
  }
}

TEST_CASE("a dear set is sold as one though a cheap one is left alone") {
  const v1::Quote quote =
      quote_of({benefit("a", "effect { set_price { unit_count: 2 price_minor: 500 } }"),
                line("1", 200, 4000) + line("2", 400, 2000)});
  CHECK(paid_nets(quote) == Amounts{800, 500});
  CHECK(quote.applied(0).use_count() == 1);
}

TEST_CASE("a benefit's own cap is spread over its lines by what it would have given") {
  const std::string basket = line("1", 100) + line("2", 300);
  const struct {
    int64_t cap_minor;
    Amounts expect;
  } cases[] = {
      {199, {50, 151}}, {200, {50, 150}}, {201, {50, 150}}, {1, {100, 299}}, {100, {75, 225}}};
  for (const auto& c : cases) {
    CAPTURE(c.cap_minor);
    const std::string program =
        benefit("a", "effect { percent_off_lines { percent_bps: 5000 } } cap_minor: " +
                         std::to_string(c.cap_minor));
    CHECK(paid_nets(quote_of({program, basket})) == c.expect);
  }
}

TEST_CASE("the basket's cap trims the last benefit first") {
  const std::string benefits =
      benefit(
          "a",
          "priority: 1 effect { amount_off_lines { amount_minor: 100 filter { skus: 'A' } } }") +
      benefit("b", "priority: 2 effect { amount_off_lines { amount_minor: 50 } }") +
      benefit("c", "effect { amount_off_basket { amount_minor: 30 } }");
  const std::string basket = line("1", 500, 1000, "sku: 'A'") + line("2", 500);
  const struct {
    int64_t cap_minor;
    int64_t a, b, c;
    const char* applied;
  } cases[] = {{231, 100, 100, 30, "a b c"}, {230, 100, 100, 30, "a b c"},
               {229, 100, 100, 29, "a b c"}, {200, 100, 100, 0, "a b"},
               {150, 100, 50, 0, "a b"},     {100, 100, 0, 0, "a"},
               {99, 99, 0, 0, "a"}};
  for (const auto& c : cases) {
    CAPTURE(c.cap_minor);
    const v1::Quote quote =
        quote_of({"basket_cap_minor: " + std::to_string(c.cap_minor) + " " + benefits, basket});
    CHECK(quote.saved_minor() == c.a + c.b + c.c);
    CHECK(applied_in(quote) == c.applied);
    if (c.c == 0) {
      CHECK(reason_for(quote, "c") ==
            "basket_cap_reached { amount_minor: " + std::to_string(c.cap_minor) + " }");
    }
  }
}

TEST_CASE("deposits and gift balance sold are never discounted, nor gift lines") {
  const std::string basket = line("1", 100) + line("2", 100, 1000, "is_deposit: true") +
                             line("3", 100, 1000, "is_gift_balance: true") +
                             line("4", 100, 1000, "gift_benefit_id: 'x'");
  for (const char* effect :
       {"percent_off_lines { percent_bps: 5000 }", "percent_off_basket { percent_bps: 5000 }",
        "amount_off_lines { amount_minor: 50 }", "amount_off_basket { amount_minor: 50 }",
        "fixed_price { unit_price_minor: 50 }", "cheapest_off { percent_bps: 5000 }"}) {
    CAPTURE(effect);
    const v1::Quote quote =
        quote_of({benefit("a", std::string("effect { ") + effect + " }"), basket});
    CHECK(paid_nets(quote) == Amounts{50, 100, 100, 100});
  }
  CHECK(reason_for(quote_of({benefit("a", "effect { amount_off_basket { amount_minor: 50 } }"),
                             line("2", 100, 1000, "is_deposit: true")}),
                   "a") == "products_missing { }");
}

TEST_CASE("an overridden price is not discounted unless the program allows") {
  const std::string basket =
      line("1", 1000, 1000, "price_override { unit_price_minor: 800 }") + line("2", 1000);
  for (const char* effect :
       {"percent_off_lines { percent_bps: 1000 }", "percent_off_basket { percent_bps: 1000 }"}) {
    CAPTURE(effect);
    const std::string program = benefit("a", std::string("effect { ") + effect + " }");
    CHECK(paid_nets(quote_of({program, basket})) == Amounts{800, 900});
    CHECK(paid_nets(quote_of({"discounts_overridden_prices: true " + program, basket})) ==
          Amounts{720, 900});
  }
}

TEST_CASE("a register discount comes before the benefits") {
  const v1::Quote quote =
      quote_of({benefit("a", "effect { percent_off_lines { percent_bps: 1000 } }"),
                line("1", 500, 3000, "register_discount_minor: 100")});
  CHECK(quote.lines(0).value_minor() == 1500);
  CHECK(quote.lines(0).discounts(0).amount_minor() == 140);
  CHECK(quote.total_minor() == 1260);
  CHECK(quote.saved_minor() == 240);
}

TEST_CASE("a raised price is a negative saving") {
  const v1::Quote quote =
      quote_of({"", line("1", 500, 1000, "price_override { unit_price_minor: 700 }")});
  CHECK(quote.saved_minor() == -200);
  CHECK(quote.total_minor() == 700);
}

TEST_CASE("the largest amounts are priced exactly") {
  std::string basket;
  for (int i = 0; i < 10; ++i) basket += line(std::to_string(i), 1'000'000'000'000);
  const v1::Quote quote = quote_of(
      {benefit("a", "effect { percent_off_basket { percent_bps: 3333 } }") +
           benefit("b", "effect { set_price { unit_count: 3 price_minor: 999999999999 } }"),
       basket});
  // Three sets of 999999999999 and one unit are left; a third of them less, rounded half up.
  const int64_t left_minor = 3 * int64_t{999'999'999'999} + 1'000'000'000'000;
  CHECK(quote.total_minor() == left_minor - 1'333'199'999'999);
  CHECK(quote.value_minor() == 10'000'000'000'000);
}

}  // namespace
}  // namespace moadon
