#include "rules/returns.h"

#include <rapidcheck.h>

#include <algorithm>
#include <numeric>

#include "tests/catch.h"

namespace moadon {
namespace {

SoldLine sold(const char* id, const char* sku, int64_t price, int64_t units, int64_t paid) {
  SoldLine line;
  line.line_id = id;
  line.sku = sku;
  line.unit_price_minor = price;
  line.quantity_milli = units * 1000;
  line.paid_net_minor = paid;
  return line;
}
ReturnedLine back(const char* sku, int64_t price, int64_t units, const char* line = "") {
  return {line, sku, price, units * 1000};
}

TEST_CASE("refunds are rounded against the whole, so the parts sum to what was paid") {
  const std::vector<SoldLine> sale = {sold("1", "A", 334, 3, 1000)};
  const ReturnsOfSale result =
      resolve_returns(sale, std::vector<std::vector<ReturnedLine>>{
                                {back("A", 334, 1)}, {back("A", 334, 1)}, {back("A", 334, 1)}});
  CHECK(result.returns[0].refund_minor == 333);
  CHECK(result.returns[1].refund_minor == 334);
  CHECK(result.returns[2].refund_minor == 333);
  CHECK(result.kept[0].quantity_milli == 0);
  CHECK(result.kept[0].refund_minor == 0);
}

TEST_CASE("a return takes the line it names, then the same article elsewhere on the receipt") {
  const std::vector<SoldLine> sale = {sold("1", "A", 100, 2, 200), sold("2", "B", 100, 1, 100),
                                      sold("3", "A", 100, 2, 180)};
  const ReturnsOfSale named =
      resolve_returns(sale, std::vector<std::vector<ReturnedLine>>{{back("A", 100, 3, "3")}});
  CHECK(named.kept[0].quantity_milli == 1000);
  CHECK(named.kept[1].quantity_milli == 1000);
  CHECK(named.kept[2].quantity_milli == 0);
  CHECK(named.returns[0].refund_minor == 280);
  CHECK(named.returns[0].surplus_milli == std::vector<int64_t>{0});
}

TEST_CASE("more than was sold moves nothing beyond what was sold") {
  const std::vector<SoldLine> sale = {sold("1", "A", 100, 2, 200)};
  const ReturnsOfSale result = resolve_returns(
      sale, std::vector<std::vector<ReturnedLine>>{{back("A", 100, 1)}, {back("A", 100, 5)}});
  CHECK(result.returns[1].surplus_milli == std::vector<int64_t>{4000});
  CHECK(result.returns[1].refund_minor == 100);
  CHECK(result.returns[1].not_sold == std::vector<bool>{false});
}

TEST_CASE("an article at another price was not sold") {
  const std::vector<SoldLine> sale = {sold("1", "A", 100, 2, 200)};
  const ReturnsOfSale result =
      resolve_returns(sale, std::vector<std::vector<ReturnedLine>>{{back("A", 99, 1)}});
  CHECK(result.returns[0].not_sold == std::vector<bool>{true});
  CHECK(result.returns[0].surplus_milli == std::vector<int64_t>{1000});
  CHECK(result.kept[0].quantity_milli == 2000);
}

TEST_CASE("deposits come back in money but are not spend") {
  std::vector<SoldLine> sale = {sold("1", "A", 100, 1, 100), sold("2", "D", 30, 1, 30)};
  sale[1].is_deposit = true;
  const ReturnsOfSale result = resolve_returns(
      sale, std::vector<std::vector<ReturnedLine>>{{back("A", 100, 1), back("D", 30, 1)}});
  CHECK(result.returns[0].refund_minor == 130);
  CHECK(result.returns[0].spend_minor == 100);
  CHECK(result.returns[0].units_milli == 1000);
}

TEST_CASE("the end depends only on which units were kept") {
  CHECK(rc::check("however a set of units is split over returns", [] {
    const int line_count = *rc::gen::inRange(1, 4);
    std::vector<SoldLine> sale;
    std::vector<ReturnedLine> pieces;
    for (int i = 0; i < line_count; ++i) {
      const std::string id = std::to_string(i);
      const auto units = *rc::gen::inRange<int64_t>(1, 5);
      sale.push_back({id, "A", 100, units * 1000, *rc::gen::inRange<int64_t>(0, 1000), false});
      const auto returned = *rc::gen::inRange<int64_t>(0, units + 1);
      for (int64_t u = 0; u < returned; ++u) pieces.push_back({id, "A", 100, 1000});
    }
    std::vector<std::vector<ReturnedLine>> one = {pieces};
    std::vector<std::vector<ReturnedLine>> many;
    for (size_t seed = *rc::gen::inRange<size_t>(0, 1000); !pieces.empty(); seed = seed * 31 + 7) {
      many.push_back({pieces[seed % pieces.size()]});
      pieces.erase(pieces.begin() + static_cast<std::ptrdiff_t>(seed % pieces.size()));
    }
    const ReturnsOfSale whole = resolve_returns(sale, one);
    const ReturnsOfSale split = resolve_returns(sale, many);
    int64_t refunds = 0;
    for (const ResolvedReturn& part : split.returns) refunds += part.refund_minor;
    RC_ASSERT(refunds == whole.returns[0].refund_minor);
    for (size_t i = 0; i < sale.size(); ++i) {
      RC_ASSERT(split.kept[i].quantity_milli == whole.kept[i].quantity_milli);
      RC_ASSERT(split.kept[i].refund_minor == whole.kept[i].refund_minor);
      RC_ASSERT(split.kept[i].refund_minor >= 0);
    }
  }));
}

}  // namespace
}  // namespace moadon
