#include "rules/product_filter.h"

#include "rules/basket_lines.h"
#include "rules/test_pricing.h"

namespace moadon {
namespace {

// Ids of the lines that a filter picks: "1 3".
std::string picked(const std::string& filter, const std::string& basket_text) {
  const auto basket = from_text<v1::Basket>(basket_text);
  const BasketLines lines = basket_lines(basket, false);
  FilterIndex index;
  // Not alone: filters share values.
  index.add(from_text<v1::ProductFilter>("skus: 'A1' categories: 'c'"));
  const int number = index.add(from_text<v1::ProductFilter>(filter));
  index.add(from_text<v1::ProductFilter>("sku_prefixes: 'A' excluded_tags: 't'"));
  const FilterMatches matches = index.match(basket.lines(), lines.articles);
  std::string result;
  matches.lines_of(number).for_each([&](size_t i) {
    result += (result.empty() ? "" : " ") + basket.lines(static_cast<int>(i)).line_id();
  });
  return result;
}

const std::string kBasket =
    line("1", 100, 1000, "sku: 'A1' category: 'c' brand: 'x' tags: 't' tags: 'u'") +
    line("2", 100, 1000, "sku: 'A12' category: 'd' brand: 'x'") +
    line("3", 100, 1000, "sku: 'B1' category: 'c' brand: 'y' tags: 'u'") +
    line("4", 100, 1000, "sku: 'a1'");

TEST_CASE("a filter picks by any value within a kind and by all kinds together") {
  const struct {
    const char* filter;
    const char* expect;
  } cases[] = {
      {"", "1 2 3 4"},
      {"skus: 'A1'", "1"},
      {"skus: ['A1', 'B1', 'B1']", "1 3"},
      {"skus: 'A'", ""},
      {"sku_prefixes: 'A'", "1 2"},
      {"sku_prefixes: ['A12', 'A1', 'B']", "1 2 3"},
      {"sku_prefixes: 'A123'", ""},
      {"skus: 'B1' sku_prefixes: 'A12'", "2 3"},
      {"categories: 'c'", "1 3"},
      {"categories: ['c', 'd'] brands: 'x'", "1 2"},
      {"tags: ['t', 'u']", "1 3"},
      {"tags: 'u' brands: 'y' categories: 'c' sku_prefixes: 'B'", "3"},
      {"tags: 'u' brands: 'x' categories: 'd'", ""},
      {"brands: ''", "4"},
  };
  for (const auto& c : cases) {
    CAPTURE(c.filter);
    CHECK(picked(c.filter, kBasket) == c.expect);
  }
}

TEST_CASE("exclusions win") {
  const struct {
    const char* filter;
    const char* expect;
  } cases[] = {
      {"excluded_skus: 'A1'", "2 3 4"},
      {"excluded_sku_prefixes: 'A'", "3 4"},
      {"excluded_categories: 'c'", "2 4"},
      {"excluded_brands: ['x', 'y']", "4"},
      {"excluded_tags: 't'", "2 3 4"},
      {"skus: 'A1' excluded_skus: 'A1'", ""},
      {"sku_prefixes: 'A' excluded_tags: 't'", "2"},
      {"categories: 'c' excluded_brands: 'x'", "3"},
  };
  for (const auto& c : cases) {
    CAPTURE(c.filter);
    CHECK(picked(c.filter, kBasket) == c.expect);
  }
}

TEST_CASE("only articles are picked") {
  const std::string basket = line("1", 100) + line("2", 100, 1000, "is_deposit: true") +
                             line("3", 100, 1000, "is_gift_balance: true") +
                             line("4", 100, 1000, "gift_benefit_id: 'g'");
  CHECK(picked("", basket) == "1");
  CHECK(picked("skus: ['S1', 'S2', 'S3', 'S4']", basket) == "1");
}

TEST_CASE("equal filters are one") {
  FilterIndex index;
  const auto filter = from_text<v1::ProductFilter>("skus: 'A' tags: 'b'");
  CHECK(index.add(filter) == index.add(filter));
  CHECK(index.add(filter) != index.add(v1::ProductFilter()));
}

TEST_CASE("baskets of more lines than a word has bits are matched") {
  std::string basket;
  for (int i = 0; i < 130; ++i)
    basket += line(std::to_string(i), 1, 1000, i % 64 == 1 ? "sku: 'A1'" : "");
  CHECK(picked("skus: 'A1'", basket) == "1 65 129");
}

}  // namespace
}  // namespace moadon
