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

}  // namespace
}  // namespace moadon
