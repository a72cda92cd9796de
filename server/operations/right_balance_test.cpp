#include "server/operations/right_balance.h"

#include "tests/catch.h"

namespace moadon {
namespace {

v1::RightKind coupon(int use_count) {
  v1::RightKind kind;
  kind.set_right_id("coffee");
  kind.mutable_coupon()->set_use_count(use_count);
  return kind;
}

v1::RightKind voucher(int64_t amount_minor, bool single_use) {
  v1::RightKind kind;
  kind.set_right_id("gift-card");
  kind.mutable_voucher()->set_amount_minor(amount_minor);
  kind.mutable_voucher()->set_single_use(single_use);
  return kind;
}

storage::RightRow granted(const v1::RightKind& kind, int64_t day = 100) {
  return new_right(kind, {7, "request-1", day, 5});
}

TEST_CASE("a right is valid from and through the days of its kind") {
  v1::RightKind kind = coupon(1);
  kind.set_valid_after_days(2);
  kind.set_valid_days(3);
  const storage::RightRow right = granted(kind);
  CHECK_FALSE(is_usable(right, 101));
  CHECK(is_usable(right, 102));
  CHECK(is_usable(right, 104));
  CHECK_FALSE(is_usable(right, 105));
  CHECK(is_usable(granted(coupon(0)), 1'000'000));
  CHECK(granted(coupon(0)).use_count == 1);
}

TEST_CASE("a coupon's uses are set aside and free again") {
  storage::RightRow right = granted(coupon(3));
  CHECK_FALSE(hold_right(right, 4, 0, 100));
  CHECK_FALSE(hold_right(right, 1, 10, 100));
  const auto held = hold_right(right, 2, 0, 100);
  REQUIRE(held);
  CHECK(right.uses_left == 1);
  CHECK(right.uses_held == 2);
  CHECK_FALSE(hold_right(right, 2, 0, 100));
  const auto last = hold_right(right, 1, 0, 100);
  REQUIRE(last);
  CHECK_FALSE(is_usable(right, 100));
  release_right(right, *held);
  CHECK(right.uses_left == 2);
  CHECK(right.uses_held == 1);
}

TEST_CASE("a voucher is shared by amount") {
  storage::RightRow right = granted(voucher(1000, false));
  CHECK_FALSE(hold_right(right, 1, 0, 100));
  CHECK_FALSE(hold_right(right, 1, 1001, 100));
  CHECK_FALSE(hold_right(right, 2, 500, 100));
  const auto first = hold_right(right, 1, 400, 100);
  REQUIRE(first);
  CHECK(right.uses_left == 1);
  const auto second = hold_right(right, 1, 600, 100);
  REQUIRE(second);
  CHECK(right.amount_left_minor == 0);
  CHECK(right.uses_left == 0);
  CHECK(right.uses_held == 2);
  CHECK(right.amount_held_minor == 1000);
  release_right(right, *first);
  CHECK(right.uses_left == 1);
  CHECK(right.amount_left_minor == 400);
  CHECK(right.amount_held_minor == 600);
}

TEST_CASE("of a single use voucher a hold takes everything, and gives everything back") {
  storage::RightRow right = granted(voucher(1000, true));
  const auto held = hold_right(right, 1, 300, 100);
  REQUIRE(held);
  CHECK(held->amount_minor == 1000);
  CHECK_FALSE(hold_right(right, 1, 1, 100));
  release_right(right, *held);
  CHECK(right.amount_left_minor == 1000);
  CHECK(right.uses_left == 1);
  CHECK(right.uses_held == 0);
}

TEST_CASE("nothing is set aside of a right that was withdrawn") {
  storage::RightRow right = granted(coupon(1));
  right.withdrawn_day = 100;
  CHECK_FALSE(hold_right(right, 1, 0, 100));
}

}  // namespace
}  // namespace moadon
