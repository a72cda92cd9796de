// Effects that count units: rules.md, "Choosing benefits".
#include "rules/test_pricing.h"

namespace moadon {
namespace {

using Amounts = std::vector<int64_t>;

TEST_CASE("buy some, get some: every X bought allow up to Y more") {
  const struct {
    int buy, get, units, expect_free;
  } cases[] = {
      {2, 2, 2, 0}, {2, 2, 3, 1}, {2, 2, 4, 2}, {2, 2, 5, 2}, {2, 2, 6, 2}, {2, 2, 7, 3},
      {1, 1, 1, 0}, {1, 1, 2, 1}, {1, 1, 3, 1}, {1, 1, 4, 2}, {2, 1, 2, 0}, {2, 1, 3, 1},
      {2, 1, 5, 1}, {2, 1, 6, 2}, {1, 2, 2, 1}, {1, 2, 3, 2}, {1, 2, 4, 2}, {3, 2, 4, 1},
  };
  for (const auto& c : cases) {
    CAPTURE(c.buy, c.get, c.units);
    const std::string program =
        benefit("a", "effect { buy_get { buy_count: " + std::to_string(c.buy) +
                         " get_count: " + std::to_string(c.get) + " } }");
    const v1::Quote quote = quote_of({program, line("1", 100, c.units * 1000)});
    CHECK(quote.saved_minor() == 100 * c.expect_free);
    if (c.expect_free > 0) {
      CHECK(quote.applied(0).use_count() == (c.expect_free + c.get - 1) / c.get);
    }
  }
}

TEST_CASE("from one pool the cheapest of all units are the ones given") {
  const std::string two_and_one = benefit("a", "effect { buy_get { buy_count: 2 get_count: 1 } }");
  const struct {
    const char* what;
    std::string basket;
    Amounts expect;
  } cases[] = {
      {"the cheapest", line("1", 300) + line("2", 100) + line("3", 200), {300, 0, 200}},
      {"ties: the earlier line", line("1", 100) + line("2", 100) + line("3", 100), {0, 100, 100}},
      {"two rounds take the two cheapest",
       line("1", 300, 2000) + line("2", 100, 2000) + line("3", 200, 2000),
       {600, 0, 400}},
      {"weighed goods take no part",
       line("1", 300) + line("2", 100, 500) + line("3", 200),
       {300, 50, 200}},
      {"a unit costs what is left of its line by quantity",
       line("1", 300, 3000, "register_discount_minor: 600"),
       {200}},
      {"a cashier's price can be bought, not given",
       line("1", 300, 2000) + line("2", 100, 1000, "price_override { unit_price_minor: 90 }"),
       {300, 90}},
  };
  for (const auto& c : cases) {
    CAPTURE(c.what);
    CHECK(paid_nets(quote_of({two_and_one, c.basket})) == c.expect);
  }
}

TEST_CASE("from another pool the units given do not count as bought") {
  const auto program = [](const char* more) {
    return benefit("a", std::string("effect { buy_get { buy_count: 2 get_count: 1 filter { skus: "
                                    "['A', 'B'] } get_filter { skus: ['B', 'C'] } ") +
                            more + " } }");
  };
  const auto basket = [](int a, int b, int c) {
    return (a > 0 ? line("1", 500, a * 1000, "sku: 'A'") : "") +
           (b > 0 ? line("2", 200, b * 1000, "sku: 'B'") : "") +
           (c > 0 ? line("3", 300, c * 1000, "sku: 'C'") : "");
  };
  const struct {
    const char* more;
    int a, b, c;
    int64_t saved_minor;
    int rounds;
  } cases[] = {
      {"", 1, 1, 1, 0, 0},
      {"", 2, 1, 1, 200, 1},
      {"", 2, 0, 1, 300, 1},
      {"", 2, 0, 0, 0, 0},
      {"", 3, 2, 2, 200, 1},
      {"", 4, 1, 1, 500, 2},
      {"", 4, 1, 0, 200, 1},
      {"repeat_count: 1", 4, 1, 1, 200, 1},
      {"percent_bps: 5000", 4, 1, 1, 250, 2},
  };
  for (const auto& c : cases) {
    CAPTURE(c.more, c.a, c.b, c.c);
    const v1::Quote quote = quote_of({program(c.more), basket(c.a, c.b, c.c)});
    CHECK(quote.saved_minor() == c.saved_minor);
    if (c.rounds > 0) CHECK(quote.applied(0).use_count() == c.rounds);
  }
}

TEST_CASE("cheapest means the unit price as sent, ties to the earlier line") {
  const std::string half = benefit("a", "effect { cheapest_off { percent_bps: 5000 } }");
  const struct {
    std::string basket;
    Amounts expect;
  } cases[] = {
      {line("1", 300) + line("2", 101, 2000), {300, 151}},
      {line("1", 100) + line("2", 100), {50, 100}},
      {line("1", 100, 2000, "register_discount_minor: 100") + line("2", 90), {100, 45}},
      {line("1", 50, 500) + line("2", 100), {25, 50}},
  };
  for (const auto& c : cases) CHECK(paid_nets(quote_of({half, c.basket})) == c.expect);
}

TEST_CASE("of articles that are not there, or not enough, the cashier hears how many are missing") {
  const std::string set =
      "effect { set_price { unit_count: 3 price_minor: 100 filter { skus: 'a' } } }";
  const std::string one_pool =
      "effect { buy_get { buy_count: 2 get_count: 1 filter { skus: 'a' } } }";
  const std::string two_pools =
      "effect { buy_get { buy_count: 2 get_count: 1 filter { skus: 'a' } "
      "get_filter { skus: 'b' } } }";
  const struct {
    const std::string& effect;
    std::string basket;
    const char* expect;
  } cases[] = {
      {set, "", "products_missing { }"},
      {set, line("1", 100, 1000, "sku: 'x'"), "products_missing { }"},
      {set, line("1", 100, 1000, "sku: 'a'"), "quantity_missing { quantity_milli: 2000 }"},
      {set, line("1", 100, 2000, "sku: 'a'"), "quantity_missing { quantity_milli: 1000 }"},
      {set, line("1", 30, 3000, "sku: 'a'"), "changes_nothing { }"},
      {one_pool, line("1", 100, 1000, "sku: 'a'"), "quantity_missing { quantity_milli: 2000 }"},
      {one_pool, line("1", 100, 2000, "sku: 'a'"), "quantity_missing { quantity_milli: 1000 }"},
      {two_pools, line("1", 100, 1000, "sku: 'a'"), "quantity_missing { quantity_milli: 1000 }"},
      {two_pools, line("1", 100, 2000, "sku: 'a'"), "products_missing { }"},
      {two_pools, line("1", 100, 2000, "sku: 'a'") + line("2", 0, 1000, "sku: 'b'"),
       "changes_nothing { }"},
  };
  for (const auto& c : cases) {
    CAPTURE(c.effect, c.basket);
    CHECK(reason_for(quote_of({benefit("a", c.effect), c.basket}), "a") == c.expect);
  }
}

}  // namespace
}  // namespace moadon
