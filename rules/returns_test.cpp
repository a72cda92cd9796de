#include "rules/returns.h"

#include <rapidcheck.h>

#include <algorithm>
#include <iterator>

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

TEST_CASE("gift balance sold comes back in money but is not spend") {
  std::vector<SoldLine> sale = {sold("1", "A", 100, 1, 100), sold("2", "G", 5000, 1, 5000)};
  sale[1].is_gift_balance = true;
  const ReturnsOfSale result = resolve_returns(
      sale, std::vector<std::vector<ReturnedLine>>{{back("A", 100, 1), back("G", 5000, 1)}});
  CHECK(result.returns[0].refund_minor == 5100);
  CHECK(result.returns[0].spend_minor == 100);
  CHECK(result.returns[0].units_milli == 1000);
}

// 3 units for 10.00, of which points (7.777 of them) paid 3.34 and gift balance 2.00.
SoldLine paid_in_parts() {
  SoldLine line = sold("1", "A", 334, 3, 1000);
  line.points_spent_minor = 334;
  line.points_spent_milli = 7777;
  line.gift_balance_minor = 200;
  return line;
}

TEST_CASE("each means of payment has the refund formula to itself, the refund is their sum") {
  const ReturnsOfSale result =
      resolve_returns(std::vector{paid_in_parts()},
                      std::vector<std::vector<ReturnedLine>>{
                          {back("A", 334, 1)}, {back("A", 334, 1)}, {back("A", 334, 1)}});
  // Money 466: 155.33, 310.67, 466. Points' worth 334: 111.33, 222.67. Points 7777: 2592.33,
  // 5184.67. Gift balance 200: 66.67, 133.33.
  const int64_t expected[3][4] = {{155 + 111 + 67, 111, 2592, 67},
                                  {156 + 112 + 66, 112, 2593, 66},
                                  {155 + 111 + 67, 111, 2592, 67}};
  for (int i = 0; i < 3; ++i) {
    const ResolvedReturn& part = result.returns[i];
    CHECK(part.refund_minor == expected[i][0]);
    CHECK(part.points_spent_minor == expected[i][1]);
    CHECK(part.points_spent_milli == expected[i][2]);
    CHECK(part.gift_balance_minor == expected[i][3]);
    CHECK(part.taken[0].refund_minor == expected[i][0]);
    CHECK(part.taken[0].points_spent_milli == expected[i][2]);
    CHECK(part.spend_minor == part.refund_minor);
  }
  CHECK(result.kept[0].points_spent_milli == 0);
}

TEST_CASE("what is kept tells what returning the rest would pay back, by each means") {
  const ReturnsOfSale result = resolve_returns(
      std::vector{paid_in_parts()}, std::vector<std::vector<ReturnedLine>>{{back("A", 334, 1)}});
  CHECK(result.kept[0].refund_minor == 1000 - 333);
  CHECK(result.kept[0].points_spent_minor == 334 - 111);
  CHECK(result.kept[0].points_spent_milli == 7777 - 2592);
  CHECK(result.kept[0].gift_balance_minor == 200 - 67);
}

TEST_CASE("a sold line costs what was charged, else what the verdict says") {
  v1::Sale sale;
  QuotedLines verdict;
  for (int i = 0; i < 3; ++i) {
    v1::Line& line = *sale.add_lines();
    line.set_line_id(std::to_string(i));
    line.set_sku("A");
    line.set_unit_price_minor(1000);
    line.set_quantity_milli(1000);
    v1::QuotedLine& quoted = *verdict.Add();
    quoted.set_paid_net_minor(900);
    quoted.set_points_spent_minor(300);
    quoted.set_points_spent_milli(30000);
    quoted.set_gift_balance_minor(100);
  }
  sale.mutable_lines(1)->set_paid_net_minor(350);
  sale.mutable_lines(2)->set_paid_net_minor(200);
  sale.mutable_lines(2)->set_is_gift_balance(true);
  const std::vector<SoldLine> lines = sold_lines_of(sale, verdict);
  const int64_t expected[3][3] = {{900, 300, 100}, {350, 300, 50}, {200, 200, 0}};
  for (int i = 0; i < 3; ++i) {
    CHECK(lines[i].paid_net_minor == expected[i][0]);
    CHECK(lines[i].points_spent_minor == expected[i][1]);
    CHECK(lines[i].gift_balance_minor == expected[i][2]);
    CHECK(lines[i].points_spent_milli == 30000);
  }
  CHECK(lines[2].is_gift_balance);
  const std::vector<SoldLine> plain = sold_lines_of(sale, {});
  CHECK(plain[0].paid_net_minor == 1000);
  CHECK(plain[0].points_spent_milli == 0);
  CHECK(plain[1].paid_net_minor == 350);
}

TEST_CASE("a return without a receipt pays back what the register says, else the list price") {
  v1::Return returned;
  for (int i = 0; i < 4; ++i) {
    v1::ReturnLine& line = *returned.add_lines();
    line.set_unit_price_minor(1000);
    line.set_quantity_milli(500);
  }
  returned.mutable_lines(1)->set_refund_minor(70);
  returned.mutable_lines(2)->set_is_deposit(true);
  returned.mutable_lines(3)->set_is_gift_balance(true);
  CHECK(unlinked_refund_minor(returned) == 1570);
  CHECK(unlinked_spend_minor(returned) == 570);
  CHECK(returned_lines_of(returned).size() == 4);
}

// A line of some units, paid by some means, of which some come back one by one.
SoldLine any_line(const std::string& id) {
  SoldLine line;
  line.line_id = id;
  line.sku = "A";
  line.unit_price_minor = 100;
  line.quantity_milli = *rc::gen::inRange<int64_t>(1, 5) * 1000;
  line.paid_net_minor = *rc::gen::inRange<int64_t>(0, 1000);
  line.points_spent_minor = *rc::gen::inRange<int64_t>(0, line.paid_net_minor + 1);
  line.points_spent_milli = line.points_spent_minor * *rc::gen::inRange<int64_t>(1, 50);
  line.gift_balance_minor =
      *rc::gen::inRange<int64_t>(0, line.paid_net_minor - line.points_spent_minor + 1);
  line.is_deposit = *rc::gen::inRange(0, 5) == 0;
  return line;
}

struct Sums {
  int64_t refund_minor = 0;
  int64_t points_minor = 0;
  int64_t points_milli = 0;
  int64_t gift_minor = 0;
  int64_t spend_minor = 0;
  int64_t units_milli = 0;

  explicit Sums(const ReturnsOfSale& all) {
    for (const ResolvedReturn& part : all.returns) {
      refund_minor += part.refund_minor;
      points_minor += part.points_spent_minor;
      points_milli += part.points_spent_milli;
      gift_minor += part.gift_balance_minor;
      spend_minor += part.spend_minor;
      units_milli += part.units_milli;
    }
  }
  bool operator==(const Sums&) const = default;
};

TEST_CASE("the end depends only on which units were kept") {
  CHECK(rc::check("however a set of units is split over returns, in whatever order", [] {
    const int line_count = *rc::gen::inRange(1, 4);
    std::vector<SoldLine> sale;
    std::vector<ReturnedLine> pieces;
    for (int i = 0; i < line_count; ++i) {
      sale.push_back(any_line(std::to_string(i)));
      const auto returned = *rc::gen::inRange<int64_t>(0, sale.back().quantity_milli / 1000 + 1);
      for (int64_t u = 0; u < returned; ++u) {
        pieces.push_back({sale.back().line_id, "A", 100, 1000});
      }
    }
    std::vector<std::vector<ReturnedLine>> one = {pieces};
    std::vector<std::vector<ReturnedLine>> many;
    while (!pieces.empty()) {
      const auto piece = pieces.begin() + *rc::gen::inRange<std::ptrdiff_t>(0, std::ssize(pieces));
      if (many.empty() || *rc::gen::inRange(0, 2) == 0) many.emplace_back();
      many.back().push_back(*piece);
      pieces.erase(piece);
    }
    const ReturnsOfSale whole = resolve_returns(sale, one);
    const ReturnsOfSale split = resolve_returns(sale, many);
    RC_ASSERT(Sums(whole) == Sums(split));
    int64_t kept_minor = 0;
    int64_t paid_minor = 0;
    for (size_t i = 0; i < sale.size(); ++i) {
      const KeptUnits& kept = split.kept[i];
      RC_ASSERT(kept.quantity_milli == whole.kept[i].quantity_milli);
      RC_ASSERT(kept.refund_minor == whole.kept[i].refund_minor);
      RC_ASSERT(kept.points_spent_milli == whole.kept[i].points_spent_milli);
      RC_ASSERT(kept.points_spent_minor >= 0);
      RC_ASSERT(kept.gift_balance_minor >= 0);
      RC_ASSERT(kept.refund_minor >= kept.points_spent_minor + kept.gift_balance_minor);
      if (kept.quantity_milli == 0) RC_ASSERT(kept.refund_minor + kept.points_spent_milli == 0);
      kept_minor += kept.refund_minor;
      paid_minor += sale[i].paid_net_minor;
    }
    RC_ASSERT(kept_minor + Sums(whole).refund_minor == paid_minor);
  }));
}

}  // namespace
}  // namespace moadon
