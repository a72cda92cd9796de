// Sales that were paid when what their hold had set aside was free again.
#include <cstdint>
#include <random>
#include <string>
#include <vector>

#include "absl/strings/str_cat.h"
#include "server/operations/cancel_hold.h"
#include "server/operations/test_losses.h"
#include "tests/catch.h"

namespace moadon {
namespace {

using Texts = std::vector<std::string>;

// r2 has set 60 points and all rights aside, was silent too long, and r1 gave them meanwhile.
struct LateShop : LossShop {
  LateShop() {
    grant("coupon");
    context_of_r2 = context();
    context_of_r2.set_hold_id(hold("r2", 60'000));
    fall_silent();
    sell("r1", "1", {{"milk", 1000, 5000}, {"bread"}, {"cup"}}, 100'000, context());
  }

  v1::RecordContext context_of_r2;
};

TEST_CASE("what a sale's lapsed hold had set aside is the club's loss, never the member's debt") {
  LateShop shop;
  CHECK(shop.losses().empty());
  shop.sell("r2", "1", {{"milk", 4000, 1000}, {"bread"}, {"cup"}}, 60'000, shop.context_of_r2);
  CHECK(shop.losses() == Texts{"r2 1: points 60000 = 60", "r2 1: right bread = 400"});
  CHECK(shop.points().deficit_milli() == 0);
  const v1::RecordedSale recorded = shop.test.recorded("r2", "1");
  REQUIRE(recorded.differences_size() == 3);
  CHECK(recorded.differences(0).has_limit_exceeded());  // no hold had set that aside
  CHECK(recorded.differences(1).points_overspent().points_milli() == 60'000);
  CHECK(recorded.differences(2).has_right_overused());
  shop.check();
  // What comes back undoes the loss, and what comes later is the member's own.
  shop.bring_back("b1", "r2", "1", {{"milk", 2000, 1000}, {"bread"}});
  CHECK(shop.total_minor() < 60);
  CHECK(shop.points().available_milli() == 0);
  shop.check();
  shop.bring_back("b2", "r2", "1", {{"milk", 2000, 1000}, {"cup"}});
  CHECK(shop.total_minor() == 0);
  CHECK(shop.points().available_milli() == 0);
  shop.give_points(10'000, "later");
  CHECK(shop.points().available_milli() == 10'000);
  shop.check();
}

TEST_CASE("a lapsed hold costs nothing while what it had set aside is there") {
  LossShop shop;
  v1::RecordContext context = shop.context();
  context.set_hold_id(shop.hold("r2", 60'000));
  shop.fall_silent();
  CHECK(shop.points().available_milli() == 100'000);
  shop.sell("r2", "1", {{"milk", 1000, 5000}}, 60'000, context);
  CHECK(shop.losses().empty());
  CHECK(shop.points().available_milli() == 40'000);
  shop.check();
}

TEST_CASE("a hold of another register, or one that was given up, makes no debt a loss") {
  LateShop shop;
  shop.sell("r3", "1", {{"milk", 1000, 5000}}, 60'000, shop.context_of_r2);
  CHECK(shop.points().deficit_milli() == 60'000);
  shop.give_points(200'000, "more");
  v1::RecordContext context = shop.context();
  const std::string hold_id = shop.hold("r3", 100'000);
  const auto cancelled = wait_for<v1::CancelHoldResponse>([&](auto answer) {
    v1::CancelHoldRequest request;
    request.set_hold_id(hold_id);
    cancel_hold(shop.test.club(), *shop.test.club().view()->register_of_id("r3"), request,
                std::move(answer));
  });
  REQUIRE(cancelled.ok());
  shop.sell("r1", "2", {{"milk", 1000, 5000}}, 140'000, context);
  context.set_hold_id(hold_id);
  shop.sell("r3", "2", {{"milk", 1000, 5000}}, 100'000, context);
  CHECK(shop.points().deficit_milli() == 100'000);
  CHECK(shop.losses().empty());
  shop.check();
}

TEST_CASE("whatever holds lapse, losses are what was spent less what was there, and nobody owes") {
  const uint32_t seed = Catch::rngSeed();
  CAPTURE(seed);
  std::mt19937 random(seed);
  const auto pick = [&](int below) {
    return std::uniform_int_distribution<int>(0, below - 1)(random);
  };
  struct Unpaid {
    std::string register_id;
    int64_t points_milli = 0;
    v1::RecordContext context;
  };
  int64_t loss_count = 0;
  for (int round = 0; round < 6; ++round) {
    LossShop shop;
    std::vector<Unpaid> under_way;
    int64_t spent_minor = 0;
    int sale_count = 0;
    const auto pay = [&](size_t at) {
      const Unpaid sale = under_way[at];
      under_way.erase(under_way.begin() + static_cast<ptrdiff_t>(at));
      const std::string receipt = absl::StrCat("s", ++sale_count);
      shop.sell(sale.register_id, receipt, {{"tea", 4000, 2500}}, sale.points_milli, sale.context);
      const auto recorded = shop.test.recorded(sale.register_id, receipt);
      spent_minor += recorded.verdict().points().spent_minor();
    };
    for (int i = 0; i < 25; ++i) {
      const int action = pick(5);
      const int64_t available_milli = shop.points().available_milli();
      if (action == 0) shop.give_points(1000 * (1 + pick(30)), absl::StrCat("gift", i));
      if (action == 1) shop.fall_silent();
      if (action == 2 && !under_way.empty())
        pay(static_cast<size_t>(pick(static_cast<int>(under_way.size()))));
      if (action < 3 || available_milli == 0) continue;
      Unpaid& sale = under_way.emplace_back();
      sale.register_id = absl::StrCat("r", 1 + pick(3));
      sale.points_milli = 1000 * (1 + pick(static_cast<int>(available_milli / 1000)));
      sale.context = shop.context();
      sale.context.set_hold_id(shop.hold(sale.register_id, sale.points_milli));
    }
    while (!under_way.empty()) pay(0);
    const int64_t was_there_milli = -shop.test.query(
        "SELECT COALESCE(SUM(points_milli), 0) FROM points_entries WHERE kind = 2");
    CHECK(shop.total_minor() == spent_minor - was_there_milli / 1000);
    CHECK(shop.points().deficit_milli() == 0);
    CHECK(shop.points().held_milli() == 0);
    shop.check();
    loss_count += shop.all().losses_size();
  }
  CHECK(loss_count > 0);
}

TEST_CASE("verify names a loss for which no hold of the register lapsed") {
  for (const char* sql : {"UPDATE holds SET state = 3", "UPDATE holds SET register_id = 'r1'",
                          "UPDATE holds SET place_us = place_us + 864000000000"}) {
    LateShop wrong;
    wrong.sell("r2", "1", {{"milk", 1000, 5000}}, 60'000, wrong.context_of_r2);
    wrong.check();
    wrong.test.tamper(sql);
    const Texts found = wrong.test.verify();
    CAPTURE(sql, found);
    REQUIRE(found.size() == 1);
    CHECK(found[0].rfind("loss of ", 0) == 0);
  }
}

}  // namespace
}  // namespace moadon
