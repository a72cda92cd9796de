// rules.md, "Choosing benefits", and design.md section 6, "Order".
#include "rules/test_pricing.h"

namespace moadon {
namespace {

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

TEST_CASE("a benefit that does not apply does not bring its group forward") {
  const std::string others = percent("half", 5000, "priority: 1") +
                             percent("a", 2000, "group: 'g' priority: 2") +
                             off_basket("b", 150, "group: 'g'");
  for (const char* more : {"conditions { member_tags { tags: 'x' } }",
                           "conditions { products { filter { skus: 'x' } } }"}) {
    CHECK(applied_in(quote_of({others + percent("c", 10, std::string("group: 'g' ") + more),
                               line("1", 1000)})) == "half b");
  }
  const std::string idle =
      benefit("c", "group: 'g' effect { fixed_price { unit_price_minor: 1000 } }");
  const v1::Quote quote = quote_of({others + idle, line("1", 1000)});
  CHECK(applied_in(quote) == "half b");
  CHECK(reason_for(quote, "c") == "changes_nothing { }");
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

}  // namespace
}  // namespace moadon
