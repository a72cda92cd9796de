// One member's points: lots with their own ends, what is owed, and the entries that tell how it
// came. design.md 5.3, 6 and rules.md
// ("Points", "Returns"). Knows nothing of sales or benefits: amounts and dates come in, entries
// come out. Not thread-safe; one operation uses one account.
#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "absl/time/civil_time.h"
#include "absl/types/optional.h"
#include "absl/types/span.h"
#include "moadon/v1/member.pb.h"
#include "moadon/v1/program.pb.h"

namespace moadon {

inline constexpr int64_t kMaxPointsMilli = 1'000'000'000'000'000;  // of one operation

// Life of points earned on a day: first date of use, last date of use (empty: for ever).
struct PointsLife {
  absl::CivilDay usable_day;
  absl::optional<absl::CivilDay> expire_day;
};
PointsLife life_of(const v1::PointRules& rules, absl::CivilDay earned_day);

// A lot. Every point granted is in exactly one of the states: granted = left + held + spent +
// expired + reversed + deficit_paid, where what is left is pending before usable_day and available
// from then to expire_day.
struct PointsLot {
  int64_t number = 0;  // the entry that began it
  std::string source;  // as PointsEntry.source
  absl::CivilDay usable_day;
  absl::optional<absl::CivilDay> expire_day;
  int64_t granted_milli = 0;
  int64_t left_milli = 0;
  int64_t held_milli = 0;
  int64_t spent_milli = 0;
  int64_t expired_milli = 0;
  int64_t reversed_milli = 0;
  int64_t deficit_paid_milli = 0;  // went at once to what was owed
  bool is_changed = false;         // since it was handed over
};

// What an account writes down.
struct AccountEntry {
  int64_t number = 0;
  absl::CivilDay day;
  v1::PointsEntryKind kind = v1::POINTS_ENTRY_KIND_UNSPECIFIED;
  int64_t points_milli = 0;
  std::string source;
  int64_t lot_number = 0;  // 0: the deficit
};

// Points of one lot: of a spend, a hold.
struct LotPart {
  int64_t lot_number = 0;
  int64_t points_milli = 0;
};

class PointsAccount final {
 public:
  // As kept. `lots` need not include those with nothing left, held or possibly given back. Lots in
  // any order.
  PointsAccount(std::vector<PointsLot> lots, int64_t deficit_milli, int64_t last_entry_number);

  // Brings time up to `today`: lots whose end has passed expire, each dated to the day after its
  // last.
  void pass_to(absl::CivilDay today);

  // Begins a lot; pays what is owed first. `kind` EARN, ADJUST, GIFT or GIVE_BACK. One whose end is
  // before `today` expires at once. Returns its number; 0 points begin none.
  int64_t give(v1::PointsEntryKind kind, int64_t points_milli, const std::string& source,
               absl::CivilDay day, const PointsLife& life, absl::CivilDay today);

  // Spends up to `points_milli`: first what `held` (the sale's own hold) set aside, then what is
  // available on `day`, oldest end first, never-ending last, ties to the older lot. What is missing
  // becomes a deficit. Parts say from where; `overspent` how much was missing.
  struct Spent {
    std::vector<LotPart> parts;
    int64_t overspent_milli = 0;
  };
  Spent spend(int64_t points_milli, absl::Span<const LotPart> held, const std::string& source,
              absl::CivilDay day);

  // Sets aside, all or nothing: empty when fewer are available on `day`.
  absl::optional<std::vector<LotPart>> hold(int64_t points_milli, const std::string& source,
                                            absl::CivilDay day);
  // Gives back what was set aside; a lot whose end has passed meanwhile expires.
  void release(absl::Span<const LotPart> held, const std::string& source, absl::CivilDay day,
               absl::CivilDay today);

  // Takes back `points_milli` of what lot `own_lot` gave (0: no such lot): from it first (what
  // expired of it on or after `day` is relabelled, what had expired before counts as taken), then
  // from the others, the oldest ending first, then leaves a deficit, or nothing when the program
  // forgives. Points under a hold are not touched. Returns what became deficit (or was forgiven).
  int64_t reverse(int64_t points_milli, int64_t own_lot, const std::string& source,
                  absl::CivilDay day, bool forgives, absl::CivilDay today);

  // Takes points by hand: as reverse without an own lot, with kind ADJUST.
  int64_t take(int64_t points_milli, const std::string& source, absl::CivilDay day, bool forgives);

  // Brings back `points_milli` of a spend that took `parts`: the longest-lived lots first, each
  // with its old end; where that is before `day`, a new lot to `day` + grace. What was overspent
  // pays nothing back before the parts are whole: parts first, then the deficit. Pays what is owed
  // first. Updates `parts` to what is still spent.
  void give_back(int64_t points_milli, std::vector<LotPart>& parts, const std::string& source,
                 absl::CivilDay day, int grace_days, absl::CivilDay today);

  int64_t available_milli(absl::CivilDay day) const;
  int64_t deficit_milli() const { return deficit_milli_; }
  v1::PointsStanding standing(absl::CivilDay day) const;
  // The next day on which something expires or becomes usable.
  absl::optional<absl::CivilDay> next_day(absl::CivilDay after) const;

  const std::vector<PointsLot>& lots() const { return lots_; }
  const std::vector<AccountEntry>& entries() const { return entries_; }  // new ones, in order
  int64_t last_entry_number() const { return last_entry_number_; }

 private:
  std::vector<PointsLot> lots_;
  int64_t deficit_milli_ = 0;
  int64_t last_entry_number_ = 0;
  std::vector<AccountEntry> entries_;
};

}  // namespace moadon
