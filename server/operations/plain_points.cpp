#include "server/operations/plain_points.h"

#include <limits>
#include <utility>

#include "absl/strings/str_cat.h"
#include "absl/time/civil_time.h"
#include "moadon/v1/member_service.pb.h"
#include "rules/calendar.h"

namespace moadon {
namespace {

constexpr int64_t kForEver = std::numeric_limits<int64_t>::max();

// Reads one member's entries and keeps the sums as of each.
class Reader final {
 public:
  Reader(const std::vector<storage::KeptEntry>& entries, const std::vector<storage::KeptLot>& lots,
         const PlainSources& sources)
      : entries_(entries), sources_(sources) {
    for (const storage::KeptLot& lot : lots) {
      lives_[lot.lot_number] = {lot.usable_day, lot.expire_day};
    }
  }

  PlainLedger read() {
    for (size_t i = 0; i < entries_.size(); ++i) {
      const bool is_next = entries_[i].entry_number == static_cast<int64_t>(i) + 1;
      if (!is_next) fault(entries_[i], "number is not the next");
      if (entries_[i].points_milli == 0) fault(entries_[i], "no points");
    }
    find_shortages();
    for (size_t i = 0; i < entries_.size(); ++i) {
      see_shortages(i);
      const storage::KeptEntry& entry = entries_[i];
      if (is_redating(i)) {
        ++i;  // the two of them move what was said of a lot to another date: no point moves
      } else if (entry.lot_number == 0) {
        read_debt(entry, i);
      } else if (entry.lot_number == entry.entry_number) {
        read_beginning(entry, i);
      } else if (!ledger_.lots.contains(entry.lot_number)) {
        fault(entry, "lot that no entry began");
      } else {
        read_change(entry, i);
      }
    }
    see_shortages(entries_.size());
    for (const Shortage& shortage : shortages_) {
      if (shortage.was_bare) continue;
      ledger_.faults.push_back(
          {static_cast<int64_t>(shortage.first), "lost although points are left"});
    }
    return std::move(ledger_);
  }

 private:
  // A sale that found nothing more to spend before one of the entries first .. last.
  struct Shortage {
    int64_t day = 0;
    size_t first = 0;
    size_t last = 0;
    bool was_bare = false;
  };

  // Right after what the sale spent, else before whatever else it did, else at about its time.
  void find_shortages() {
    for (const auto& [source, sale] : sources_.short_sales) {
      std::optional<size_t> first_own;
      std::optional<size_t> after_spend;
      Shortage shortage{sale.day};
      for (size_t i = 0; i < entries_.size(); ++i) {
        const storage::KeptEntry& entry = entries_[i];
        if (entry.record_us < sale.earliest_us) shortage.first = i + 1;
        if (entry.record_us <= sale.latest_us) shortage.last = i + 1;
        if (entry.source != source) continue;
        if (!first_own) first_own = i;
        if (entry.kind == v1::POINTS_ENTRY_KIND_SPEND) after_spend = i + 1;
      }
      if (first_own) shortage.first = shortage.last = after_spend.value_or(*first_own);
      shortages_.push_back(shortage);
    }
  }

  // What the entries before `i` leave.
  void see_shortages(size_t i) {
    for (Shortage& shortage : shortages_) {
      if (shortage.was_bare || i < shortage.first || i > shortage.last) continue;
      shortage.was_bare = !has_usable_before(0, shortage.day);
    }
  }

  void fault(const storage::KeptEntry& entry, absl::string_view what) {
    ledger_.faults.push_back({entry.entry_number, std::string(what)});
  }

  const storage::KeptEntry* after(size_t i) const {
    return i + 1 < entries_.size() ? &entries_[i + 1] : nullptr;
  }

  // Whether this entry and the next take back what one said and say it of another date or source.
  bool is_redating(size_t i) const {
    const storage::KeptEntry& entry = entries_[i];
    const storage::KeptEntry* next = after(i);
    const bool is_moved = entry.kind == v1::POINTS_ENTRY_KIND_REVERSE ||
                          entry.kind == v1::POINTS_ENTRY_KIND_EXPIRE ||
                          entry.kind == v1::POINTS_ENTRY_KIND_GIVE_BACK ||
                          entry.kind == v1::POINTS_ENTRY_KIND_DEFICIT;
    return is_moved && next != nullptr && next->kind == entry.kind &&
           next->lot_number == entry.lot_number && next->points_milli == -entry.points_milli;
  }

  int64_t end_of(int64_t lot_number) const {
    const auto life = lives_.find(lot_number);
    return life == lives_.end() ? kForEver : life->second.expire_day.value_or(kForEver);
  }

  // Spent before another: the older end, then the older lot.
  bool goes_before(int64_t a, int64_t b) const {
    return std::pair(end_of(a), a) < std::pair(end_of(b), b);
  }

  bool is_usable(int64_t lot_number, int64_t day) const {
    const auto life = lives_.find(lot_number);
    return life != lives_.end() && life->second.usable_day <= day && end_of(lot_number) >= day;
  }

  // Whether any lot that goes before `than` (0: any at all) has points that could be spent on the
  // day; those that expired only after it could.
  bool has_usable_before(int64_t than, int64_t day) const {
    for (const auto& [number, lot] : ledger_.lots) {
      if (!is_usable(number, day) || (than != 0 && !goes_before(number, than))) continue;
      if (lot.left_milli + lot.expired_milli > 0) return true;
    }
    return false;
  }

  // Whether any lot that goes before `than` (0: any at all) has anything left.
  bool has_left_before(int64_t than) const {
    for (const auto& [number, lot] : ledger_.lots) {
      if (lot.left_milli > 0 && (than == 0 || goes_before(number, than))) return true;
    }
    return false;
  }

  void read_beginning(const storage::KeptEntry& entry, size_t i) {
    switch (entry.kind) {
      case v1::POINTS_ENTRY_KIND_EARN:
      case v1::POINTS_ENTRY_KIND_ADJUST:
      case v1::POINTS_ENTRY_KIND_GIFT:
      case v1::POINTS_ENTRY_KIND_GIVE_BACK:
        break;
      default:
        fault(entry, "lot begun by what begins none");
    }
    if (entry.points_milli <= 0) fault(entry, "lot begun with nothing");
    PlainLot& lot = ledger_.lots[entry.lot_number];
    lot.source = entry.source;
    lot.granted_milli = lot.left_milli = entry.points_milli;
    const int64_t paid_milli = std::min(entry.points_milli, ledger_.deficit_milli);
    if (paid_milli <= 0) return;
    const storage::KeptEntry* next = after(i);
    const bool pays = next != nullptr && next->kind == v1::POINTS_ENTRY_KIND_DEFICIT &&
                      next->lot_number == entry.lot_number && next->points_milli == -paid_milli;
    if (!pays) fault(entry, "what is owed is not paid first");
  }

  // Entries of no lot: owed, paid, or brought back.
  void read_debt(const storage::KeptEntry& entry, size_t i) {
    ledger_.deficit_milli -= entry.points_milli;
    if (ledger_.deficit_milli < 0) fault(entry, "more is paid than is owed");
    if (entry.kind == v1::POINTS_ENTRY_KIND_GIVE_BACK && entry.points_milli > 0) return;
    const bool is_moved = sources_.merges.contains(entry.source);
    if (entry.kind == v1::POINTS_ENTRY_KIND_ADJUST && entry.points_milli > 0 && is_moved) return;
    if (entry.kind != v1::POINTS_ENTRY_KIND_DEFICIT) {
      fault(entry, "no lot");
    } else if (entry.points_milli > 0) {
      const bool is_paid = i > 0 && entries_[i - 1].kind == v1::POINTS_ENTRY_KIND_DEFICIT &&
                           entries_[i - 1].points_milli == -entry.points_milli;
      if (!is_paid) fault(entry, "nobody pays this debt");
    } else {
      const bool is_spent = sources_.sales.contains(entry.source);
      if (is_spent ? has_usable_before(0, entry.entry_day) : has_left_before(0)) {
        fault(entry, "owed although points are left");
      }
    }
  }

  void read_change(const storage::KeptEntry& entry, size_t i) {
    PlainLot& lot = ledger_.lots[entry.lot_number];
    const bool is_taken = entry.points_milli < 0;
    switch (entry.kind) {
      case v1::POINTS_ENTRY_KIND_SPEND:
        if (!is_taken) fault(entry, "spends nothing");
        if (!was_held(entry, i)) check_spend(entry);
        lot.spent_or_paid_milli -= entry.points_milli;
        break;
      case v1::POINTS_ENTRY_KIND_GIVE_BACK:
        if (is_taken) fault(entry, "gives nothing back");
        lot.spent_or_paid_milli -= entry.points_milli;
        break;
      case v1::POINTS_ENTRY_KIND_DEFICIT:
        if (!is_taken) fault(entry, "pays nothing");
        lot.spent_or_paid_milli -= entry.points_milli;
        lot.paid_milli -= entry.points_milli;
        break;
      case v1::POINTS_ENTRY_KIND_EXPIRE:
        check_expiry(entry, lot);
        lot.expired_milli -= entry.points_milli;
        break;
      case v1::POINTS_ENTRY_KIND_REVERSE:
      case v1::POINTS_ENTRY_KIND_ADJUST:
        if (is_taken) {
          check_taking(entry);
        } else if (entry.kind != v1::POINTS_ENTRY_KIND_ADJUST ||
                   !sources_.merges.contains(entry.source)) {
          fault(entry, "takes nothing");
        }
        lot.reversed_milli -= entry.points_milli;
        break;
      case v1::POINTS_ENTRY_KIND_HOLD:
        if (is_taken) check_spend(entry);
        lot.held_milli -= entry.points_milli;
        break;
      default:
        fault(entry, "of a kind that begins a lot");
    }
    lot.left_milli += entry.points_milli;
    const bool is_negative = lot.left_milli < 0 || lot.held_milli < 0 || lot.expired_milli < 0 ||
                             lot.spent_or_paid_milli < 0 || lot.reversed_milli < 0;
    if (is_negative) fault(entry, "more than there is");
  }

  // Whether a spend uses what its own hold freed in the entry before.
  bool was_held(const storage::KeptEntry& entry, size_t i) const {
    return i > 0 && entries_[i - 1].kind == v1::POINTS_ENTRY_KIND_HOLD &&
           entries_[i - 1].lot_number == entry.lot_number &&
           entries_[i - 1].points_milli == -entry.points_milli;
  }

  void check_spend(const storage::KeptEntry& entry) {
    if (!is_usable(entry.lot_number, entry.entry_day)) fault(entry, "not usable that day");
    if (has_usable_before(entry.lot_number, entry.entry_day)) {
      fault(entry, "an older end is spent first");
    }
  }

  // What the cause itself gave (the sale of a return; a tier) first, then the oldest end.
  void check_taking(const storage::KeptEntry& entry) {
    if (sources_.merges.contains(entry.source)) return;  // A merge takes every lot there is.
    const auto sale = sources_.sale_of.find(entry.source);
    const std::string& giver = sale == sources_.sale_of.end() ? entry.source : sale->second;
    if (ledger_.lots[entry.lot_number].source == giver) return;
    if (has_left_before(entry.lot_number)) fault(entry, "an older end is taken first");
  }

  void check_expiry(const storage::KeptEntry& entry, const PlainLot& lot) {
    const int64_t end = end_of(entry.lot_number);
    if (end == kForEver) {
      fault(entry, "never ends");
    } else if (entry.entry_day <= end) {
      fault(entry, "expired before its end");
    } else if (entry.points_milli < 0 && lot.left_milli + entry.points_milli != 0) {
      fault(entry, "does not expire whole");
    }
  }

  const std::vector<storage::KeptEntry>& entries_;
  const PlainSources& sources_;
  std::map<int64_t, PlainPointsLife> lives_;
  std::vector<Shortage> shortages_;
  PlainLedger ledger_;
};

}  // namespace

PlainPointsLife plain_points_life(const v1::PointRules& rules, int64_t earned_day) {
  PlainPointsLife life{earned_day + rules.pending_days(), std::nullopt};
  const absl::CivilDay day = day_of_number(earned_day);
  if (rules.has_expiry_days()) life.expire_day = earned_day + rules.expiry_days();
  if (rules.has_expiry_months()) {
    const int64_t months = day.year() * 12 + day.month() - 1 + rules.expiry_months() + 1;
    life.expire_day =
        day_number(absl::CivilDay(months / 12, static_cast<int>(months % 12) + 1, 1)) - 1;
  }
  if (rules.has_expiry_years()) {
    life.expire_day = day_number(absl::CivilDay(day.year() + rules.expiry_years(), 12, 31));
  }
  return life;
}

PlainLedger plain_ledger(const std::vector<storage::KeptEntry>& entries,
                         const std::vector<storage::KeptLot>& lots, const PlainSources& sources) {
  return Reader(entries, lots, sources).read();
}

}  // namespace moadon
