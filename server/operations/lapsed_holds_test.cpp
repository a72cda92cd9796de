// Sales that were paid when what their hold had set aside was free again.
#include <string>
#include <vector>

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
