#include "rules/points_account.h"

#include <map>

#include "tests/catch.h"

namespace moadon {
namespace {

const absl::CivilDay kStart(2026, 1, 1);
constexpr absl::optional<absl::CivilDay> kForEver = absl::nullopt;

PointsLife until(int day) { return {kStart, kStart + day}; }

// An account to which time comes day by day.
struct Given {
  PointsAccount account{{}, 0, 0};

  int64_t earn(int64_t points, int day, PointsLife life) {
    account.pass_to(kStart + day);
    return account.give(v1::POINTS_ENTRY_KIND_EARN, points, "till/sale", kStart + day, life,
                        kStart + day);
  }
  int64_t earn_late(int64_t points, int day, PointsLife life, int today) {
    account.pass_to(kStart + today);
    return account.give(v1::POINTS_ENTRY_KIND_EARN, points, "till/late", kStart + day, life,
                        kStart + today);
  }
  PointsAccount::Spent spend(int64_t points, int day) {
    account.pass_to(kStart + day);
    return account.spend(points, {}, "till/spend", kStart + day);
  }
  int64_t reverse(int64_t points, int64_t own_lot, int day, bool forgives = false) {
    return account.reverse(points, own_lot, "till/return", kStart + day, forgives, kStart + day);
  }
  void give_back(int64_t points, std::vector<LotPart>& parts, int day, int grace_days) {
    account.give_back(points, parts, "till/return", kStart + day, grace_days, kStart + day);
  }

  const PointsLot& lot(int64_t number) const {
    for (const PointsLot& lot : account.lots()) {
      if (lot.number == number) return lot;
    }
    FAIL("no lot " << number);
    return account.lots().front();
  }
  int64_t left(int64_t number) const { return lot(number).left_milli; }
  int64_t available(int day) const { return account.available_milli(kStart + day); }
  // What the entries dated up to a day sum to.
  int64_t balance_as_of(int day) const {
    int64_t sum = 0;
    for (const AccountEntry& entry : account.entries()) {
      if (entry.day <= kStart + day) sum += entry.points_milli;
    }
    return sum;
  }
};

TEST_CASE("points are pending before their first day and gone after their last") {
  Given given;
  given.earn(100, 0, {kStart + 10, kStart + 20});
  CHECK(given.available(9) == 0);
  CHECK(given.account.standing(kStart + 9).pending_milli() == 100);
  CHECK(given.available(10) == 100);
  CHECK(given.account.standing(kStart + 10).pending_milli() == 0);
  CHECK(given.available(20) == 100);
  CHECK(given.available(21) == 0);
  CHECK(given.account.next_day(kStart) == kStart + 10);
  CHECK(given.account.next_day(kStart + 10) == kStart + 21);
  CHECK_FALSE(given.account.next_day(kStart + 21).has_value());
  given.account.pass_to(kStart + 20);
  CHECK(given.left(1) == 100);
  given.account.pass_to(kStart + 25);
  CHECK(given.lot(1).expired_milli == 100);
  CHECK(given.account.entries().back().day == kStart + 21);
  CHECK(given.account.entries().back().kind == v1::POINTS_ENTRY_KIND_EXPIRE);
  CHECK(given.account.entries().back().points_milli == -100);
  CHECK(given.account.entries().back().source.empty());
}

TEST_CASE("no points begin no lot") {
  Given given;
  CHECK(given.earn(0, 0, until(5)) == 0);
  CHECK(given.account.lots().empty());
  CHECK(given.account.entries().empty());
}

TEST_CASE("the oldest end is spent first, never-ending last, ties the older lot first") {
  Given given;
  const int64_t ever = given.earn(10, 0, {kStart, kForEver});
  const int64_t late = given.earn(10, 0, until(30));
  const int64_t soon = given.earn(10, 0, until(20));
  const int64_t also_soon = given.earn(10, 0, until(20));
  const int64_t pending = given.earn(10, 0, {kStart + 5, kStart + 6});
  const PointsAccount::Spent spent = given.spend(35, 1);
  REQUIRE(spent.parts.size() == 4);
  const int64_t expected[][2] = {{soon, 10}, {also_soon, 10}, {late, 10}, {ever, 5}};
  for (size_t i = 0; i < 4; ++i) {
    CHECK(spent.parts[i].lot_number == expected[i][0]);
    CHECK(spent.parts[i].points_milli == expected[i][1]);
  }
  CHECK(spent.overspent_milli == 0);
  CHECK(given.left(pending) == 10);
  CHECK(given.left(ever) == 5);
}

TEST_CASE("points are spent through their last day, and what is missing is owed") {
  const struct {
    int day;
    int64_t points, overspent, deficit;
  } cases[] = {{20, 100, 0, 0},     {20, 101, 1, 1},
               {21, 100, 100, 100}, {4, 99, 99, 0},  // what is pending pays
               {4, 101, 101, 1},    {5, 100, 0, 0}};
  for (const auto& c : cases) {
    Given given;
    given.earn(100, 0, {kStart + 5, kStart + 20});
    CHECK(given.spend(c.points, c.day).overspent_milli == c.overspent);
    CHECK(given.account.deficit_milli() == c.deficit);
  }
}

TEST_CASE("what is missing and somebody else's loss is not owed, and pending points stay") {
  Given given;
  const int64_t now = given.earn(40, 0, until(20));
  const int64_t pending = given.earn(50, 0, {kStart + 5, kForEver});
  const PointsAccount::Spent spent =
      given.account.spend(100, {}, "till/spend", kStart + 1, PointsAccount::Missing::kIsLost);
  CHECK(spent.overspent_milli == 60);
  REQUIRE(spent.parts.size() == 1);
  CHECK(spent.parts[0].lot_number == now);
  CHECK(spent.parts[0].points_milli == 40);
  CHECK(given.account.deficit_milli() == 0);
  CHECK(given.left(pending) == 50);
  CHECK(given.account.balance_milli() == 50);
}

TEST_CASE("what a late sale overspends is owed by the points of the days after it") {
  for (const bool sale_comes_last : {false, true}) {
    CAPTURE(sale_comes_last);
    Given given;
    const auto spend = [&] {
      return given.account.spend(60, {}, "till/spend", kStart + 10).overspent_milli;
    };
    if (!sale_comes_last) CHECK(spend() == 60);
    const int64_t lot = given.earn_late(100, 15, {kStart + 15, kForEver}, 20);
    if (sale_comes_last) CHECK(spend() == 60);
    CHECK(given.left(lot) == 40);
    CHECK(given.lot(lot).deficit_paid_milli == 60);
    CHECK(given.account.deficit_milli() == 0);
    std::vector<LotPart> parts;
    given.give_back(60, parts, 20, 0);
    CHECK(given.left(lot) == 100);
    CHECK(given.account.balance_milli() == 100);
  }
}

TEST_CASE("a sale that arrives late spends what expired since its day") {
  Given given;
  given.earn(100, 0, until(10));
  given.account.pass_to(kStart + 40);
  CHECK(given.balance_as_of(11) == 0);
  CHECK(given.account.spend(60, {}, "till/spend", kStart + 10).overspent_milli == 0);
  CHECK(given.lot(1).spent_milli == 60);
  CHECK(given.lot(1).expired_milli == 40);
  CHECK(given.balance_as_of(9) == 100);
  CHECK(given.balance_as_of(10) == 40);
  CHECK(given.balance_as_of(11) == 0);
  CHECK(given.account.spend(40, {}, "till/spend", kStart + 11).overspent_milli == 40);
}

TEST_CASE("the next points pay what is owed first") {
  Given given;
  given.spend(100, 0);
  const int64_t first = given.earn(60, 1, until(30));
  CHECK(given.left(first) == 0);
  CHECK(given.lot(first).deficit_paid_milli == 60);
  CHECK(given.account.deficit_milli() == 40);
  const int64_t second = given.earn(50, 2, until(30));
  CHECK(given.left(second) == 10);
  CHECK(given.account.deficit_milli() == 0);
  CHECK(given.account.balance_milli() == 10);
}

TEST_CASE("a lot that arrives after its end is entered and expired together") {
  const struct {
    int today;
    int64_t left;
  } cases[] = {{10, 100}, {11, 0}, {50, 0}};
  for (const auto& c : cases) {
    Given given;
    const int64_t lot = given.earn_late(100, 0, until(10), c.today);
    CHECK(given.left(lot) == c.left);
    CHECK(given.balance_as_of(0) == 100);
    CHECK(given.balance_as_of(10) == 100);
    CHECK(given.balance_as_of(11) == c.left);
  }
}

TEST_CASE("a hold sets aside all or nothing, and free again it is as it was") {
  Given given;
  given.earn(60, 0, until(10));
  given.earn(40, 0, until(20));
  CHECK_FALSE(given.account.hold(101, "hold", kStart).has_value());
  CHECK(given.account.entries().size() == 2);
  const auto held = given.account.hold(100, "hold", kStart);
  REQUIRE(held.has_value());
  CHECK(given.available(0) == 0);
  CHECK(given.account.standing(kStart).held_milli() == 100);
  CHECK(given.account.balance_milli() == 0);
  given.account.release(*held, "hold", kStart + 1, kStart + 1);
  CHECK(given.left(1) == 60);
  CHECK(given.left(2) == 40);
  CHECK(given.account.balance_milli() == 100);
}

TEST_CASE("what is held does not expire; free again after its end it does") {
  Given given;
  given.earn(60, 0, until(10));
  const auto held = given.account.hold(60, "hold", kStart + 10);
  given.account.pass_to(kStart + 12);
  CHECK(given.lot(1).held_milli == 60);
  given.account.release(*held, "hold", kStart + 12, kStart + 12);
  CHECK(given.lot(1).expired_milli == 60);
  CHECK(given.account.entries().back().day == kStart + 12);
  CHECK(given.balance_as_of(11) == 0);
  CHECK(given.balance_as_of(12) == 0);
}

TEST_CASE("a sale spends its own hold first, also when its points have ended meanwhile") {
  Given given;
  given.earn(60, 0, until(10));
  given.earn(100, 0, until(9));
  const auto held = given.account.hold(130, "hold", kStart);
  given.account.pass_to(kStart + 11);
  const PointsAccount::Spent spent = given.account.spend(110, *held, "till/spend", kStart + 11);
  CHECK(spent.overspent_milli == 0);
  REQUIRE(spent.parts.size() == 2);
  CHECK(spent.parts[0].lot_number == 2);
  CHECK(spent.parts[0].points_milli == 100);
  CHECK(spent.parts[1].points_milli == 10);
  REQUIRE(spent.unused_hold.size() == 1);
  CHECK(spent.unused_hold[0].lot_number == 1);
  CHECK(spent.unused_hold[0].points_milli == 20);
  CHECK(given.lot(1).held_milli == 20);
  given.account.release(spent.unused_hold, "hold", kStart + 11, kStart + 11);
  CHECK(given.lot(1).held_milli == 0);
}

TEST_CASE("a hold and what else is available are one part of a spend") {
  Given given;
  given.earn(100, 0, until(10));
  const auto held = given.account.hold(30, "hold", kStart);
  const PointsAccount::Spent spent = given.account.spend(50, *held, "till/spend", kStart);
  REQUIRE(spent.parts.size() == 1);
  CHECK(spent.parts[0].points_milli == 50);
  CHECK(spent.unused_hold.empty());
  CHECK(given.left(1) == 50);
}

TEST_CASE("claw-back takes the own lot, then the oldest ending, then leaves a deficit") {
  const struct {
    int64_t points;
    int64_t own_left, soon_left, late_left, deficit;
  } cases[] = {{30, 0, 20, 20, 0}, {31, 0, 19, 20, 0}, {50, 0, 0, 20, 0}, {51, 0, 0, 19, 0},
               {70, 0, 0, 0, 0},   {71, 0, 0, 0, 1},   {29, 1, 20, 20, 0}};
  for (const auto& c : cases) {
    for (const bool forgives : {false, true}) {
      Given given;
      const int64_t late = given.earn(20, 0, {kStart, kForEver});
      const int64_t own = given.earn(30, 0, until(50));
      const int64_t soon = given.earn(20, 0, {kStart + 9, kStart + 20});  // pending
      CHECK(given.reverse(c.points, own, 1, forgives) == c.deficit);
      CHECK(given.left(own) == c.own_left);
      CHECK(given.left(soon) == c.soon_left);
      CHECK(given.left(late) == c.late_left);
      CHECK(given.account.deficit_milli() == (forgives ? 0 : c.deficit));
    }
  }
}

TEST_CASE("claw-back does not touch what is held: it leaves a deficit, which it pays once free") {
  Given given;
  const int64_t own = given.earn(100, 0, until(50));
  const auto held = given.account.hold(70, "hold", kStart);
  CHECK(given.reverse(100, own, 1) == 70);
  CHECK(given.lot(own).held_milli == 70);
  CHECK(given.lot(own).reversed_milli == 30);
  CHECK(given.account.balance_milli() == -70);
  given.account.release(*held, "hold", kStart + 2, kStart + 2);
  CHECK(given.account.deficit_milli() == 0);
  CHECK(given.available(2) == 0);
  CHECK(given.account.balance_milli() == 0);
}

TEST_CASE("what expired of the own lot before the return counts as taken, only once") {
  Given given;
  const int64_t own = given.earn(100, 0, until(10));
  given.spend(60, 1);
  const int64_t other = given.earn(50, 5, until(90));
  given.account.pass_to(kStart + 11);
  CHECK(given.lot(own).expired_milli == 40);
  CHECK(given.reverse(30, own, 20) == 0);
  CHECK(given.left(other) == 50);
  CHECK(given.lot(own).expired_milli == 10);
  CHECK(given.reverse(30, own, 21) == 0);
  CHECK(given.left(other) == 30);
  CHECK(given.lot(own).reversed_milli == 40);
  for (const auto& [day, balance] :
       std::map<int, int64_t>{{0, 100}, {4, 40}, {10, 90}, {11, 50}, {20, 50}, {21, 30}}) {
    CHECK(given.balance_as_of(day) == balance);
  }
}

TEST_CASE("a late return relabels what expired of the own lot on or after its day") {
  const struct {
    int return_day;
    int64_t balance_10, balance_11;
  } cases[] = {{9, 0, 0}, {10, 0, 0}, {11, 100, 0}, {12, 100, 0}};
  for (const auto& c : cases) {
    Given given;
    const int64_t own = given.earn(100, 0, until(10));
    given.account.pass_to(kStart + 30);
    CHECK(given.account.reverse(100, own, "till/return", kStart + c.return_day, false,
                                kStart + 30) == 0);
    CHECK(given.lot(own).reversed_milli == 100);
    CHECK(given.balance_as_of(10) == c.balance_10);
    CHECK(given.balance_as_of(11) == c.balance_11);
    CHECK(given.balance_as_of(30) == 0);
  }
}

TEST_CASE("points taken by hand come from the oldest end on, then are owed") {
  for (const bool forgives : {false, true}) {
    Given given;
    given.earn(20, 0, {kStart, kForEver});
    given.earn(30, 0, until(5));
    CHECK(given.account.take(40, "decision", kStart, forgives) == 0);
    CHECK(given.left(1) == 10);
    CHECK(given.left(2) == 0);
    CHECK(given.account.entries().back().kind == v1::POINTS_ENTRY_KIND_ADJUST);
    CHECK(given.account.take(15, "decision", kStart, forgives) == 5);
    CHECK(given.account.deficit_milli() == (forgives ? 0 : 5));
  }
}

TEST_CASE("what ends within sixty-two days is told by date") {
  Given given;
  given.earn(10, 0, until(62));
  given.earn(20, 0, until(63));
  given.earn(30, 0, until(5));
  given.earn(40, 0, until(62));
  given.earn(50, 0, {kStart + 1, kStart + 5});  // pending
  given.earn(60, 0, {kStart, kForEver});
  const v1::PointsStanding standing = given.account.standing(kStart);
  REQUIRE(standing.expiring_size() == 2);
  CHECK(standing.expiring(0).expire_date() == "2026-01-06");
  CHECK(standing.expiring(0).points_milli() == 30);
  CHECK(standing.expiring(1).expire_date() == "2026-03-04");
  CHECK(standing.expiring(1).points_milli() == 50);
  CHECK(standing.available_milli() == 160);
  CHECK(given.account.standing(kStart + 6).expiring(0).points_milli() == 50);
}

TEST_CASE("a hold of lots that were not handed over, or are free already, is nothing") {
  Given given;
  given.earn(50, 0, until(9));
  const std::vector<LotPart> held = {{7, 10}, {1, 10}};
  given.account.release(held, "hold", kStart, kStart);
  CHECK(given.account.entries().size() == 1);
  const PointsAccount::Spent spent = given.account.spend(20, held, "till/spend", kStart);
  REQUIRE(spent.parts.size() == 1);
  CHECK(spent.parts[0].points_milli == 20);
  CHECK(spent.unused_hold.empty());
}

TEST_CASE("the next day is the first on which something expires or becomes usable") {
  Given given;
  CHECK_FALSE(given.account.next_day(kStart).has_value());
  given.earn(10, 0, {kStart, kForEver});
  CHECK_FALSE(given.account.next_day(kStart).has_value());
  given.earn(10, 0, {kStart + 30, kForEver});
  given.earn(10, 0, until(50));
  given.earn(10, 0, until(20));
  given.earn(10, 0, until(40));
  CHECK(given.account.next_day(kStart) == kStart + 21);
  CHECK(given.account.next_day(kStart + 21) == kStart + 30);
  CHECK(given.account.next_day(kStart + 30) == kStart + 41);
  given.account.take(10, "decision", kStart, false);  // the lot that ends first
  CHECK(given.account.next_day(kStart) == kStart + 30);
}

TEST_CASE("an account is taken up where it was left") {
  PointsLot old;
  old.number = 7;
  old.usable_day = kStart;
  old.granted_milli = 50;
  old.left_milli = 20;
  old.spent_milli = 30;
  PointsLot older = old;
  older.number = 3;
  PointsAccount account({old, older}, 10, 9);
  CHECK(account.balance_milli() == 30);
  CHECK(account.lots().front().number == 3);
  const int64_t lot =
      account.give(v1::POINTS_ENTRY_KIND_GIFT, 15, "tier", kStart, {kStart, {}}, kStart);
  CHECK(lot == 10);
  CHECK(account.last_entry_number() == 12);
  CHECK(account.deficit_milli() == 0);
  CHECK_FALSE(account.lots().front().is_changed);
  CHECK(account.lots().back().is_changed);
}

}  // namespace
}  // namespace moadon
