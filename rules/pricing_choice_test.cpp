// rules.md, "Choosing benefits", and design.md section 6, "Order".
#include "rules/test_pricing.h"

namespace moadon {
namespace {

using Amounts = std::vector<int64_t>;

std::string percent(const std::string& id, int bps, const std::string& more = "") {
  return benefit(
      id, "effect { percent_off_lines { percent_bps: " + std::to_string(bps) + " } } " + more);
}
std::string off_basket(const std::string& id, int64_t amount_minor, const std::string& more = "") {
  return benefit(id, "effect { amount_off_basket { amount_minor: " + std::to_string(amount_minor) +
                         " } } " + more);
}

TEST_CASE("line benefits act first, then basket percentages, then basket amounts") {
  const std::string program =
      off_basket("amount", 100, "priority: -3") +
      benefit("percent", "priority: -2 effect { percent_off_basket { percent_bps: 5000 } }") +
      percent("lines", 1000, "priority: 9");
  const v1::Quote quote = quote_of({program, line("1", 1000)});
  CHECK(applied_in(quote) == "lines percent amount");
  CHECK(quote.total_minor() == 350);  // 1000 -> 900 -> 450 -> 350
}

TEST_CASE("inside a phase the smaller priority acts first, then ids by bytes") {
  const struct {
    const char* first;
    const char* second;
    const char* expect;
  } cases[] = {{"priority: 1", "priority: 2", "b a"},
               {"priority: 2", "priority: 1", "a b"},
               {"priority: 1", "priority: 1", "a b"},
               {"priority: -1", "", "b a"}};
  for (const auto& c : cases) {
    CAPTURE(c.first, c.second);
    CHECK(applied_in(quote_of({percent("b", 1000, c.first) + percent("a", 2000, c.second),
                               line("1", 1000)})) == c.expect);
  }
  CHECK(applied_in(quote_of({percent("a", 1000) + percent("B", 1000) + percent("_", 1000),
                             line("1", 1000)})) == "B _ a");
}

TEST_CASE("each line benefit acts on what is left of the line") {
  CHECK(quote_of({percent("a", 1000) + percent("b", 1000), line("1", 1000)}).total_minor() == 810);
}

TEST_CASE("within a group only the benefit worth most applies") {
  const std::string basket = line("1", 1000);
  const struct {
    const char* what;
    std::string program;
    const char* applied;
    int64_t total_minor;
  } cases[] = {
      {"one agora more", percent("a", 1000, "group: 'g'") + off_basket("b", 101, "group: 'g'"), "b",
       899},
      {"as much: priority",
       percent("a", 1000, "group: 'g' priority: 1") + off_basket("b", 100, "group: 'g'"), "b", 900},
      {"as much, same priority: id",
       percent("a", 1000, "group: 'g'") + off_basket("b", 100, "group: 'g'"), "a", 900},
      {"two groups", percent("a", 1000, "group: 'g'") + percent("b", 2000, "group: 'h'"), "a b",
       720},
      {"a member that does not hold is none",
       percent("a", 1000, "group: 'g'") +
           percent("b", 9000, "group: 'g' conditions { member_tags { tags: 'x' } }"),
       "a", 900},
      {"the winner acts at its own place",
       percent("a", 1000, "group: 'g' priority: 1") + percent("b", 5000, "priority: 2") +
           off_basket("c", 300, "group: 'g'"),
       "b c", 200},
  };
  for (const auto& c : cases) {
    CAPTURE(c.what);
    const v1::Quote quote = quote_of({c.program, basket});
    CHECK(applied_in(quote) == c.applied);
    CHECK(quote.total_minor() == c.total_minor);
  }
  CHECK(reason_for(quote_of({cases[0].program, basket}), "a") ==
        "better_in_group { benefit_id: \"b\" title: \"b\" }");
}

TEST_CASE("a group is valued on what is left when its first benefit is reached") {
  // Half off comes before the group: then 20% of 500 is less than 150.
  const std::string early = percent("half", 5000, "priority: 1") +
                            percent("a", 2000, "group: 'g' priority: 2") +
                            off_basket("b", 150, "group: 'g'");
  CHECK(applied_in(quote_of({early, line("1", 1000)})) == "half b");
  // It comes after the group's first benefit: 20% of 1000 is more.
  const std::string late = percent("half", 5000, "priority: 3") +
                           percent("a", 2000, "group: 'g' priority: 2") +
                           off_basket("b", 150, "group: 'g'");
  CHECK(applied_in(quote_of({late, line("1", 1000)})) == "a half");
}

TEST_CASE("worth counts money saved and the points a benefit itself adds") {
  // A point is worth 0.10: 1000 points 100.00.
  const std::string points =
      "points { earn_rules { rule_id: 'r' per_amount { points_milli: 1000 amount_minor: 100 } } "
      "spending { thousand_points_value_minor: 10000 step_milli: 1000 } } ";
  const struct {
    const char* what;
    std::string other;
    const char* applied;
  } cases[] = {
      {"bonus worth as much loses by priority",
       benefit("b", "group: 'g' priority: 1 effect { bonus_points { points_milli: 10000 } }"), "a"},
      {"bonus worth a thousandth of a point more",
       benefit("b", "group: 'g' priority: 1 effect { bonus_points { points_milli: 10001 } }"), "b"},
      {"a multiplier that adds ten points",
       benefit("b", "group: 'g' priority: 1 effect { points_multiplier { factor_bps: 20000 } }"),
       "a"},
      {"a multiplier that adds eleven",
       benefit("b", "group: 'g' priority: 1 effect { points_multiplier { factor_bps: 21000 } }"),
       "b"},
      {"a gift is worth nothing",
       benefit("b", "group: 'g' priority: -1 effect { gift_line { sku: 'G' description: 'G' } }"),
       "a"},
      {"so is a message",
       benefit("b", "group: 'g' priority: -1 effect { receipt_message { text: 'G' } }"), "a"},
  };
  for (const auto& c : cases) {
    CAPTURE(c.what);
    CHECK(applied_in(quote_of({points + off_basket("a", 100, "group: 'g'") + c.other,
                               line("1", 1000)})) == c.applied);
  }
}

TEST_CASE("base points lost through a discount are not subtracted from its worth") {
  const std::string program =
      "points { earn_rules { rule_id: 'r' per_amount { points_milli: 1000 amount_minor: 1 } } "
      "spending { thousand_points_value_minor: 1000 step_milli: 1000 } } " +
      off_basket("a", 100, "group: 'g'") +
      benefit("b", "group: 'g' effect { bonus_points { points_milli: 99000 } }");
  CHECK(applied_in(quote_of({program, line("1", 1000)})) == "a");
}

TEST_CASE("an exclusive benefit competes as a whole with the stack of the others") {
  const std::string stack = percent("a", 1000) + off_basket("b", 50);
  const struct {
    int64_t exclusive_minor;
    const char* applied;
  } cases[] = {{149, "a b"}, {150, "a b"}, {151, "x"}};
  for (const auto& c : cases) {
    CAPTURE(c.exclusive_minor);
    const v1::Quote quote =
        quote_of({stack + off_basket("x", c.exclusive_minor, "exclusive: true"), line("1", 1000)});
    CHECK(applied_in(quote) == c.applied);
    if (c.exclusive_minor == 151) {
      CHECK(reason_for(quote, "a") == "silenced { benefit_id: \"x\" title: \"x\" }");
      CHECK(reason_for(quote, "b") == "silenced { benefit_id: \"x\" title: \"x\" }");
    } else {
      CHECK(reason_for(quote, "x") == "silenced { }");
    }
  }
  CHECK(reason_for(quote_of({off_basket("a", 10) + off_basket("x", 9, "exclusive: true"),
                             line("1", 1000)}),
                   "x") == "silenced { benefit_id: \"a\" title: \"a\" }");
}

TEST_CASE("of several exclusive benefits the one worth most competes, then priority, then id") {
  const struct {
    const char* what;
    std::string program;
    const char* applied;
  } cases[] = {
      {"worth", off_basket("x", 100, "exclusive: true") + off_basket("y", 101, "exclusive: true"),
       "y"},
      {"priority",
       off_basket("x", 100, "exclusive: true priority: 1") +
           off_basket("y", 100, "exclusive: true"),
       "y"},
      {"id", off_basket("x", 100, "exclusive: true") + off_basket("y", 100, "exclusive: true"),
       "x"},
  };
  for (const auto& c : cases) {
    CAPTURE(c.what);
    const v1::Quote quote = quote_of({c.program, line("1", 1000)});
    CHECK(applied_in(quote) == c.applied);
    const std::string loser = std::string(c.applied) == "x" ? "y" : "x";
    CHECK(reason_for(quote, loser) == std::string("silenced { benefit_id: \"") + c.applied +
                                          "\" title: \"" + c.applied + "\" }");
  }
}

TEST_CASE("exclusive silences benefits, not base earning, payment, messages or prompts") {
  const std::string program =
      "points { earn_rules { rule_id: 'r' per_amount { points_milli: 1000 amount_minor: 100 } } "
      "spending { thousand_points_value_minor: 1000 step_milli: 1000 } } " +
      off_basket("x", 100, "exclusive: true") + percent("a", 500) +
      benefit("double", "effect { points_multiplier { factor_bps: 10001 } }") +
      benefit("gift", "effect { gift_line { sku: 'G' description: 'G' } }") +
      benefit("say", "effect { receipt_message { text: 'thanks' } }") +
      benefit("ask", "effect { cashier_prompt { text: 'bag?' } }");
  const v1::Quote quote = quote_of({program, line("1", 1000) + "spend_points_milli: 100000",
                                    std::string(kMember) + "points { available_milli: 100000 }"});
  CHECK(applied_in(quote) == "x ask say");
  CHECK(quote.receipt_messages(0) == "thanks");
  CHECK(quote.cashier_prompts(0) == "bag?");
  CHECK(quote.points().spent_minor() == 100);
  CHECK(quote.points().earned_milli() == 8000);
  CHECK(quote.gifts().empty());
}

TEST_CASE("an exclusive gift is given where no other benefit acts") {
  const std::string gift =
      benefit("x", "exclusive: true effect { gift_line { sku: 'G' description: 'G' } }");
  CHECK(applied_in(quote_of({gift, line("1", 1000)})) == "x");
  CHECK(applied_in(quote_of({gift + percent("a", 100), line("1", 1000)})) == "a");
}

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

}  // namespace
}  // namespace moadon
