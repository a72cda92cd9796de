// What comes back of points once spent.
#include <rapidcheck.h>

#include "rules/points_account.h"
#include "tests/catch.h"

namespace moadon {
namespace {

const absl::CivilDay kStart(2026, 1, 1);
constexpr int kGraceDays = 5;

PointsLife until(int day) { return {kStart, kStart + day}; }

// Points of lots that end on the days `ends` (-1: never), all spent on day 0.
struct Spent {
  PointsAccount account{{}, 0, 0};
  std::vector<LotPart> parts;
  std::vector<int64_t> lots;  // their numbers, in the order of `ends`

  Spent(const std::vector<std::pair<int, int64_t>>& ends, int64_t spent_points) {
    for (const auto& [day, points] : ends) {
      const PointsLife life = day < 0 ? PointsLife{kStart, {}} : until(day);
      lots.push_back(
          account.give(v1::POINTS_ENTRY_KIND_EARN, points, "till/earn", kStart, life, kStart));
    }
    parts = account.spend(spent_points, {}, "till/spend", kStart).parts;
  }

  void back(int64_t points, int day, int today = 0, int grace_days = kGraceDays) {
    account.give_back(points, parts, "till/return", kStart + day, grace_days,
                      kStart + std::max(day, today));
  }
  const PointsLot& lot(size_t index) const {
    return *std::find_if(account.lots().begin(), account.lots().end(),
                         [&](const PointsLot& lot) { return lot.number == lots[index]; });
  }
  int64_t still_spent() const {
    int64_t sum = 0;
    for (const LotPart& part : parts) sum += part.points_milli;
    return sum;
  }
};

TEST_CASE("given-back points go to the longest-lived lots first") {
  const struct {
    int64_t points;
    int64_t ever_left, late_left, soon_left;
  } cases[] = {{9, 9, 0, 0},    {10, 10, 0, 0},  {11, 10, 1, 0},
               {30, 10, 20, 0}, {31, 10, 20, 1}, {60, 10, 20, 30}};
  for (const auto& c : cases) {
    Spent spent({{30, 30}, {-1, 10}, {60, 20}}, 60);
    spent.back(c.points, 3);
    CHECK(spent.lot(1).left_milli == c.ever_left);
    CHECK(spent.lot(2).left_milli == c.late_left);
    CHECK(spent.lot(0).left_milli == c.soon_left);
    CHECK(spent.still_spent() == 60 - c.points);
    CHECK(spent.account.balance_milli() == c.points);
  }
}

TEST_CASE("of lots with one end the younger gets its points back first, as it was spent last") {
  Spent spent({{30, 10}, {30, 10}}, 20);
  spent.back(10, 1);
  CHECK(spent.lot(0).left_milli == 0);
  CHECK(spent.lot(1).left_milli == 10);
}

TEST_CASE("points keep their old end, and get the days of grace where it has passed") {
  const struct {
    int return_day;
    bool is_new_lot;
    int last_day;
  } cases[] = {{29, false, 30}, {30, false, 30}, {31, true, 36}, {100, true, 105}};
  for (const auto& c : cases) {
    Spent spent({{30, 40}}, 40);
    spent.account.pass_to(kStart + c.return_day);
    spent.back(40, c.return_day);
    CHECK((spent.lot(0).left_milli == 0) == c.is_new_lot);
    CHECK(spent.account.lots().size() == (c.is_new_lot ? 2 : 1));
    CHECK(spent.account.available_milli(kStart + c.last_day) == 40);
    CHECK(spent.account.available_milli(kStart + c.last_day + 1) == 0);
  }
}

TEST_CASE("without days of grace they are good for the day of the return") {
  Spent spent({{30, 40}}, 40);
  spent.back(40, 31, 31, 0);
  CHECK(spent.account.available_milli(kStart + 31) == 40);
  CHECK(spent.account.available_milli(kStart + 32) == 0);
}

TEST_CASE("points of a late return expire at once where their end has passed") {
  const struct {
    int return_day, today;
    int64_t left;
  } cases[] = {{20, 30, 40}, {20, 31, 0}, {31, 36, 40}, {31, 37, 0}};
  for (const auto& c : cases) {
    Spent spent({{30, 40}}, 40);
    spent.back(40, c.return_day, c.today);
    CHECK(spent.account.balance_milli() == c.left);
    const AccountEntry& last = spent.account.entries().back();
    CHECK(last.kind ==
          (c.left > 0 ? v1::POINTS_ENTRY_KIND_GIVE_BACK : v1::POINTS_ENTRY_KIND_EXPIRE));
    if (c.left == 0) CHECK(last.day == kStart + c.today);
  }
}

TEST_CASE("given-back points pay what is owed first") {
  for (const int return_day : {1, 31}) {  // to the old lot, to a new one
    Spent spent({{30, 40}}, 40);
    spent.account.reverse(25, 0, "till/other", kStart + 1, false, kStart + 1);
    CHECK(spent.account.deficit_milli() == 25);
    spent.back(20, return_day);
    CHECK(spent.account.deficit_milli() == 5);
    CHECK(spent.account.available_milli(kStart + return_day) == 0);
    spent.back(20, return_day);
    CHECK(spent.account.deficit_milli() == 0);
    CHECK(spent.account.available_milli(kStart + return_day) == 15);
  }
}

TEST_CASE("what was overspent lessens the deficit after the parts are whole") {
  Spent spent({{30, 60}}, 100);
  CHECK(spent.account.deficit_milli() == 40);
  spent.back(100, 1);
  CHECK(spent.account.deficit_milli() == 0);
  CHECK(spent.lot(0).left_milli == 60);
  CHECK(spent.account.balance_milli() == 60);
}

TEST_CASE("points that paid an overspend that came back are free again") {
  Spent spent({{30, 60}}, 100);
  const int64_t paid_by = spent.account.give(v1::POINTS_ENTRY_KIND_EARN, 50, "till/next",
                                             kStart + 1, until(20), kStart + 1);
  CHECK(spent.account.lots().back().deficit_paid_milli == 40);
  SECTION("with their own end while it has not passed") {
    spent.back(100, 2);
    CHECK(spent.account.lots().back().number == paid_by);
    CHECK(spent.account.lots().back().left_milli == 50);
  }
  SECTION("with the days of grace after it") {
    spent.account.pass_to(kStart + 21);
    spent.back(100, 21);
    CHECK(spent.account.available_milli(kStart + 26) == 60 + 40);
    CHECK(spent.account.available_milli(kStart + 27) == 60);
  }
  SECTION("at once expired when the return is late") {
    spent.back(100, 20, 21);
    CHECK(spent.account.balance_milli() == 60);
  }
}

TEST_CASE("points of lots that were not handed over come back with grace") {
  std::vector<LotPart> parts = {{1, 30}};
  PointsAccount account({}, 0, 5);
  account.give_back(20, parts, "till/return", kStart, kGraceDays, kStart);
  CHECK(parts[0].points_milli == 10);
  CHECK(account.available_milli(kStart + kGraceDays) == 20);
  CHECK(account.available_milli(kStart + kGraceDays + 1) == 0);
}

TEST_CASE("the end of returns does not depend on how they are split") {
  CHECK(rc::check("points given back in two returns of a day, or in one", [] {
    std::vector<std::pair<int, int64_t>> ends;
    for (int i = *rc::gen::inRange(0, 4); i > 0; --i) {
      ends.emplace_back(*rc::gen::inRange(-1, 4) * 10, *rc::gen::inRange<int64_t>(1, 50));
    }
    for (auto& [day, points] : ends) day = std::max(day, -1);
    const auto spent_points = *rc::gen::inRange<int64_t>(1, 150);
    const auto back_points = *rc::gen::inRange<int64_t>(0, spent_points + 1);
    const auto first_points = *rc::gen::inRange<int64_t>(0, back_points + 1);
    const auto owed_points = *rc::gen::inRange<int64_t>(0, 60);
    const auto next_points = *rc::gen::inRange<int64_t>(0, 60);
    const int day = *rc::gen::inRange(0, 40);
    const int today = day + *rc::gen::inRange(0, 12);
    Spent whole(ends, spent_points);
    Spent split(ends, spent_points);
    for (Spent* spent : {&whole, &split}) {
      spent->account.reverse(owed_points, 0, "till/other", kStart, false, kStart);
      spent->account.give(v1::POINTS_ENTRY_KIND_EARN, next_points, "till/next", kStart, until(25),
                          kStart);
    }
    whole.back(back_points, day, today);
    split.back(first_points, day, today);
    split.back(back_points - first_points, day, today);
    RC_ASSERT(whole.account.balance_milli() == split.account.balance_milli());
    RC_ASSERT(whole.account.deficit_milli() == split.account.deficit_milli());
    for (int i = 0; i < 60; ++i) {
      RC_ASSERT(whole.account.available_milli(kStart + i) ==
                split.account.available_milli(kStart + i));
    }
    RC_ASSERT(whole.still_spent() == split.still_spent());
  }));
  CHECK(rc::check("points clawed back in two returns of a day, or in one", [] {
    const auto earned_points = *rc::gen::inRange<int64_t>(1, 100);
    const auto spent_points = *rc::gen::inRange<int64_t>(0, 150);
    const auto other_points = *rc::gen::inRange<int64_t>(0, 100);
    const auto back_points = *rc::gen::inRange<int64_t>(0, earned_points + 1);
    const auto first_points = *rc::gen::inRange<int64_t>(0, back_points + 1);
    const int day = *rc::gen::inRange(0, 30);
    const int today = day + *rc::gen::inRange(0, 30);
    Spent whole({{10, earned_points}, {20, other_points}}, spent_points);
    Spent split({{10, earned_points}, {20, other_points}}, spent_points);
    const auto claw_back = [&](Spent& spent, int64_t points) {
      spent.account.reverse(points, 1, "till/return", kStart + day, false, kStart + today);
    };
    claw_back(whole, back_points);
    claw_back(split, first_points);
    claw_back(split, back_points - first_points);
    RC_ASSERT(whole.account.deficit_milli() == split.account.deficit_milli());
    for (size_t i = 0; i < whole.account.lots().size(); ++i) {
      const PointsLot& a = whole.account.lots()[i];
      const PointsLot& b = split.account.lots()[i];
      RC_ASSERT(a.left_milli == b.left_milli);
      RC_ASSERT(a.expired_milli == b.expired_milli);
      RC_ASSERT(a.reversed_milli == b.reversed_milli);
    }
  }));
}

}  // namespace
}  // namespace moadon
