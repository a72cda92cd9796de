// Laws of an account under any operations, against a plain model of what a member may do.
#include <rapidcheck.h>

#include <map>

#include "rules/points_account.h"
#include "tests/catch.h"

namespace moadon {
namespace {

const absl::CivilDay kStart(2026, 1, 1);

// An account with the holds and spends that were made on it.
class Machine {
 public:
  void act() {
    today_ = today_ + *rc::gen::inRange(0, 4);
    if (*rc::gen::inRange(0, 3) == 0) account_.pass_to(today_);
    switch (*rc::gen::inRange(0, 8)) {
      case 0:
      case 1:
        return give();
      case 2:
        return spend();
      case 3:
        return hold();
      case 4:
        return release();
      case 5:
        return reverse();
      case 6:
        return give_back();
      default:
        return take();
    }
  }

  // Every point granted is in exactly one state, the entries tell the same, and nothing is below
  // zero.
  void check() const {
    std::map<int64_t, int64_t> entries_of_lot;
    int64_t entries_milli = 0;
    int64_t number = 0;
    for (const AccountEntry& entry : account_.entries()) {
      RC_ASSERT(entry.number == ++number);
      RC_ASSERT(entry.points_milli != 0);
      entries_of_lot[entry.lot_number] += entry.points_milli;
      entries_milli += entry.points_milli;
    }
    RC_ASSERT(account_.last_entry_number() == number);
    RC_ASSERT(account_.deficit_milli() >= 0);
    RC_ASSERT(entries_of_lot[0] == -account_.deficit_milli());
    RC_ASSERT(entries_milli == account_.balance_milli());
    int64_t held_milli = 0;
    for (const PointsLot& lot : account_.lots()) {
      for (const int64_t state : {lot.left_milli, lot.held_milli, lot.spent_milli,
                                  lot.expired_milli, lot.reversed_milli, lot.deficit_paid_milli}) {
        RC_ASSERT(state >= 0);
      }
      RC_ASSERT(lot.granted_milli == lot.left_milli + lot.held_milli + lot.spent_milli +
                                         lot.expired_milli + lot.reversed_milli +
                                         lot.deficit_paid_milli);
      RC_ASSERT(entries_of_lot[lot.number] == lot.left_milli);
      held_milli += lot.held_milli;
    }
    RC_ASSERT(held_milli == sum(hold_));
    RC_ASSERT(account_.deficit_milli() == 0 ||
              account_.balance_milli() == -account_.deficit_milli());
  }

  // Nothing that has ended is left, and the standing tells the states.
  void check_passed() {
    account_.pass_to(today_);
    const v1::PointsStanding standing = account_.standing(today_);
    int64_t left_milli = 0;
    for (const PointsLot& lot : account_.lots()) {
      if (lot.expire_day && *lot.expire_day < today_) RC_ASSERT(lot.left_milli == 0);
      left_milli += lot.left_milli;
    }
    RC_ASSERT(standing.available_milli() + standing.pending_milli() == left_milli);
    RC_ASSERT(standing.held_milli() == sum(hold_));
    RC_ASSERT(standing.deficit_milli() == account_.deficit_milli());
    int64_t expiring_milli = 0;
    for (const v1::ExpiringPoints& points : standing.expiring()) {
      RC_ASSERT(points.points_milli() > 0);
      expiring_milli += points.points_milli();
    }
    RC_ASSERT(expiring_milli <= standing.available_milli());
  }

 private:
  static int64_t sum(const std::vector<LotPart>& parts) {
    int64_t total = 0;
    for (const LotPart& part : parts) total += part.points_milli;
    return total;
  }
  static int64_t any_points() { return *rc::gen::inRange<int64_t>(0, 60); }
  absl::CivilDay any_past_day() const { return today_ - *rc::gen::inRange(0, 8); }

  void give() {
    const absl::CivilDay day = any_past_day();
    PointsLife life{day + *rc::gen::inRange(0, 5), absl::nullopt};
    if (*rc::gen::inRange(0, 4) > 0) life.expire_day = day + *rc::gen::inRange(0, 15);
    account_.give(v1::POINTS_ENTRY_KIND_EARN, any_points(), "earn", day, life, today_);
  }

  void spend() {
    account_.pass_to(today_);
    const int64_t wanted_milli = any_points();
    const int64_t available_milli = account_.available_milli(today_);
    const bool uses_hold = *rc::gen::inRange(0, 2) == 0;
    const std::vector<LotPart> held = uses_hold ? std::exchange(hold_, {}) : std::vector<LotPart>{};
    const std::vector<PointsLot> before = account_.lots();
    const auto missing = *rc::gen::inRange(0, 3) == 0 ? PointsAccount::Missing::kIsLost
                                                      : PointsAccount::Missing::kIsOwed;
    const bool is_lost = missing == PointsAccount::Missing::kIsLost;
    const int64_t deficit_milli = account_.deficit_milli();
    PointsAccount::Spent spent = account_.spend(wanted_milli, held, "spend", today_, missing);
    RC_ASSERT(sum(spent.parts) + spent.overspent_milli == wanted_milli);
    RC_ASSERT(spent.overspent_milli ==
              std::max<int64_t>(wanted_milli - sum(held) - available_milli, 0));
    RC_ASSERT(sum(spent.unused_hold) == std::max<int64_t>(sum(held) - wanted_milli, 0));
    for (size_t i = 0; i < before.size(); ++i) {
      const PointsLot& lot = before[i];
      const bool is_usable =
          lot.usable_day <= today_ && (!lot.expire_day || *lot.expire_day >= today_);
      const PointsLot& after = account_.lots()[i];
      if (!is_usable) {  // it can only pay what is owed
        RC_ASSERT(after.spent_milli + after.held_milli == lot.spent_milli + lot.held_milli);
      }
      RC_ASSERT(account_.lots()[i].expired_milli == lot.expired_milli);
      if (!uses_hold) RC_ASSERT(account_.lots()[i].held_milli == lot.held_milli);
    }
    if (is_lost) RC_ASSERT(account_.deficit_milli() == deficit_milli);
    if (is_lost) spent.overspent_milli = 0;  // never comes back to the account
    hold_.insert(hold_.end(), spent.unused_hold.begin(), spent.unused_hold.end());
    spends_.push_back(spent);
  }

  void hold() {
    account_.pass_to(today_);
    const int64_t wanted_milli = any_points();
    const int64_t available_milli = account_.available_milli(today_);
    const int64_t balance_milli = account_.balance_milli();
    const auto held = account_.hold(wanted_milli, "hold", today_);
    RC_ASSERT(held.has_value() == (wanted_milli <= available_milli));
    if (!held) {
      RC_ASSERT(account_.balance_milli() == balance_milli);
      return;
    }
    RC_ASSERT(sum(*held) == wanted_milli);
    if (*rc::gen::inRange(0, 3) == 0) {  // free again at once: as if it had not been
      account_.release(*held, "hold", today_, today_);
      RC_ASSERT(account_.balance_milli() == balance_milli);
    } else {
      hold_.insert(hold_.end(), held->begin(), held->end());
    }
  }

  void release() {
    const std::vector<LotPart> held = std::exchange(hold_, {});
    account_.release(held, "hold", any_past_day(), today_);
  }

  void reverse() {
    const std::vector<PointsLot>& lots = account_.lots();
    const int64_t own_lot =
        lots.empty() ? 0 : lots[*rc::gen::inRange<size_t>(0, lots.size())].number;
    const bool forgives = *rc::gen::inRange(0, 4) == 0;
    const int64_t held_milli = account_.standing(today_).held_milli();
    const int64_t deficit_milli = account_.deficit_milli();
    const int64_t points_milli = any_points();
    const int64_t missing_milli =
        account_.reverse(points_milli, own_lot, "return", any_past_day(), forgives, today_);
    RC_ASSERT(missing_milli >= 0);
    RC_ASSERT(missing_milli <= points_milli);
    RC_ASSERT(account_.deficit_milli() == deficit_milli + (forgives ? 0 : missing_milli));
    RC_ASSERT(account_.standing(today_).held_milli() == held_milli);
  }

  void give_back() {
    if (spends_.empty()) return;
    PointsAccount::Spent& spent = spends_[*rc::gen::inRange<size_t>(0, spends_.size())];
    const int64_t parts_milli = sum(spent.parts);
    const auto points_milli =
        *rc::gen::inRange<int64_t>(0, parts_milli + spent.overspent_milli + 1);
    account_.give_back(points_milli, spent.parts, "return", any_past_day(), *rc::gen::inRange(0, 6),
                       today_);
    RC_ASSERT(sum(spent.parts) == parts_milli - std::min(points_milli, parts_milli));
    spent.overspent_milli -= std::max<int64_t>(points_milli - parts_milli, 0);
  }

  void take() {
    account_.pass_to(today_);
    const int64_t balance_milli = account_.balance_milli();
    const int64_t points_milli = any_points();
    const int64_t missing_milli = account_.take(points_milli, "decision", today_, false);
    RC_ASSERT(account_.balance_milli() == balance_milli - points_milli);
    RC_ASSERT(missing_milli == 0 || account_.available_milli(today_) == 0);
  }

  PointsAccount account_{{}, 0, 0};
  absl::CivilDay today_ = kStart;
  std::vector<LotPart> hold_;
  std::vector<PointsAccount::Spent> spends_;
};

TEST_CASE("every granted point is in exactly one state after any operations") {
  CHECK(rc::check("any operations", [] {
    Machine machine;
    for (int i = *rc::gen::inRange(1, 25); i > 0; --i) {
      machine.act();
      machine.check();
    }
    machine.check_passed();
    machine.check();
  }));
}

TEST_CASE("sums as of a date do not depend on when expiry was noticed") {
  CHECK(rc::check("day by day, or all at the end", [] {
    const int last = 40;
    PointsAccount daily({}, 0, 0);
    PointsAccount late({}, 0, 0);
    struct Lot {
      int day, life;
      int64_t points;
    };
    std::vector<Lot> lots;
    for (int i = *rc::gen::inRange(1, 6); i > 0; --i) {
      lots.push_back(
          {*rc::gen::inRange(0, 20), *rc::gen::inRange(0, 15), *rc::gen::inRange<int64_t>(1, 50)});
    }
    std::sort(lots.begin(), lots.end(), [](const Lot& a, const Lot& b) { return a.day < b.day; });
    const int spend_day = *rc::gen::inRange(0, 40);
    const int64_t spend_points = *rc::gen::inRange<int64_t>(0, 100);
    const auto give = [](PointsAccount& account, const Lot& lot, int today) {
      account.give(v1::POINTS_ENTRY_KIND_EARN, lot.points, "", kStart + lot.day,
                   {kStart + lot.day, kStart + lot.day + lot.life}, kStart + today);
    };
    size_t next = 0;
    for (int day = 0; day <= last; ++day) {
      daily.pass_to(kStart + day);
      for (; next < lots.size() && lots[next].day == day; ++next) give(daily, lots[next], day);
      if (day == spend_day) daily.spend(spend_points, {}, "", kStart + day);
    }
    // The sale comes last and may meet only lots of its day or before.
    for (const Lot& lot : lots) {
      if (lot.day <= spend_day) give(late, lot, last);
    }
    late.spend(spend_points, {}, "", kStart + spend_day);
    for (const Lot& lot : lots) {
      if (lot.day > spend_day) give(late, lot, last);
    }
    late.pass_to(kStart + last);
    for (int day = 0; day <= last; ++day) {
      int64_t sums[2] = {0, 0};
      for (const AccountEntry& entry : daily.entries()) {
        if (entry.day <= kStart + day) sums[0] += entry.points_milli;
      }
      for (const AccountEntry& entry : late.entries()) {
        if (entry.day <= kStart + day) sums[1] += entry.points_milli;
      }
      RC_ASSERT(sums[0] == sums[1]);
    }
  }));
}

}  // namespace
}  // namespace moadon
