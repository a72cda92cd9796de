// One member's points: lots with their own ends, what is owed, and the entries that tell how it
// came to be. design.md 5.3 and 6, rules.md ("Points", "Returns"). Knows nothing of sales or
// benefits: amounts and dates come in, entries come out. Owns its copy of everything. Not
// thread-safe; one operation uses one account. Amounts are not negative and at most
// kMaxPointsMilli; sums beyond 64 bits throw std::bad_optional_access and leave the account to be
// thrown away.
#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "absl/time/civil_time.h"
#include "absl/types/optional.h"
#include "absl/types/span.h"
#include "moadon/v1/ledger.pb.h"
#include "rules/points_life.h"

namespace moadon {

inline constexpr int64_t kMaxPointsMilli = 1'000'000'000'000'000;  // of one operation

// A lot. Every point granted is in exactly one of the states: granted = left + held + spent +
// expired + reversed + deficit_paid. What is left is pending before usable_day and available from
// then to expire_day.
struct PointsLot {
  int64_t number = 0;  // of the entry that began it
  std::string source;  // as PointsEntry.source
  absl::CivilDay usable_day;
  absl::optional<absl::CivilDay> expire_day;

  int64_t granted_milli = 0;
  int64_t left_milli = 0;
  int64_t held_milli = 0;
  int64_t spent_milli = 0;  // for good: also when given back as a new lot
  int64_t expired_milli = 0;
  int64_t reversed_milli = 0;
  int64_t deficit_paid_milli = 0;  // went to what was owed

  bool is_changed = false;  // since it was handed over
};

// What an account writes down. The entries of a lot sum to what is left of it, those of lot 0 to
// the deficit (negative), all of them to the balance.
struct AccountEntry {
  int64_t number = 0;
  absl::CivilDay day;
  v1::PointsEntryKind kind = v1::POINTS_ENTRY_KIND_UNSPECIFIED;
  int64_t points_milli = 0;
  std::string source;
  int64_t lot_number = 0;  // 0: the deficit
};

// Points of one lot: of a spend, of a hold.
struct LotPart {
  int64_t lot_number = 0;
  int64_t points_milli = 0;
};

class PointsAccount final {
 public:
  // As kept. `lots`, in any order, need to include only those with something left or held, those
  // that the operation names, those that ended on or after the day of the sale that spends, and,
  // for give_back, those that paid a deficit.
  PointsAccount(std::vector<PointsLot> lots, int64_t deficit_milli, int64_t last_entry_number);

  // Brings time up to `today`: lots whose end has passed expire, the oldest end first, each dated
  // to the day after its last.
  void pass_to(absl::CivilDay today);

  // Begins a lot; pays what is owed first. `kind` EARN, ADJUST, GIFT or GIVE_BACK. One whose end is
  // before `today` is entered and expired together. Returns its number; 0 points begin none, and 0
  // is returned.
  int64_t give(v1::PointsEntryKind kind, int64_t points_milli, const std::string& source,
               absl::CivilDay day, const PointsLife& life, absl::CivilDay today);

  struct Spent {
    std::vector<LotPart> parts;        // from where, one per lot
    std::vector<LotPart> unused_hold;  // of `held`, still set aside: to be released
    int64_t overspent_milli = 0;       // how much was missing
  };
  // Spends up to `points_milli`: first what `held` (the sale's own hold) set aside, then what is
  // available on `day`, oldest end first, never-ending last, ties to the older lot. What expired
  // since then was available on `day`: its expiry is taken back. What is missing becomes a deficit,
  // which points usable only later pay at once, as if they had come after it: nothing is owed while
  // anything is left. Or it is somebody else's loss: then nothing of it is entered.
  enum class Missing { kIsOwed, kIsLost };
  Spent spend(int64_t points_milli, absl::Span<const LotPart> held, const std::string& source,
              absl::CivilDay day, Missing missing = Missing::kIsOwed);

  // Sets aside, all or nothing: empty when fewer are available on `day`, which is today.
  absl::optional<std::vector<LotPart>> hold(int64_t points_milli, const std::string& source,
                                            absl::CivilDay day);

  // Sets free what was set aside: what is owed is paid first; then, when the lot's end has passed
  // meanwhile, the rest expires.
  void release(absl::Span<const LotPart> held, const std::string& source, absl::CivilDay day,
               absl::CivilDay today);

  // Takes back `points_milli` of what lot `own_lot` gave (0: no such lot): from it first (what
  // expired of it on or after `day` is relabelled, what had expired before counts as taken), then
  // from the others, the oldest ending first, then leaves a deficit, or nothing when the program
  // forgives. Points under a hold are not touched. Returns what became deficit or was forgiven.
  int64_t reverse(int64_t points_milli, int64_t own_lot, const std::string& source,
                  absl::CivilDay day, bool forgives, absl::CivilDay today);

  // Takes points by hand: as reverse without an own lot, with kind ADJUST.
  int64_t take(int64_t points_milli, const std::string& source, absl::CivilDay day, bool forgives);

  // For points that go to another account of the same person (a merge), with kind ADJUST. What is
  // left of a lot goes, up to `points_milli`; how many.
  int64_t move_out(int64_t lot_number, int64_t points_milli, const std::string& source,
                   absl::CivilDay day);
  // Points that had gone come back to their lot; what is owed is paid first, and what has ended
  // meanwhile expires.
  void move_back(int64_t lot_number, int64_t points_milli, const std::string& source,
                 absl::CivilDay day, absl::CivilDay today);
  // What is owed goes, up to `points_milli`; how many.
  int64_t move_debt(int64_t points_milli, const std::string& source, absl::CivilDay day);

  // Brings back `points_milli` of a spend that took `parts`: the longest-lived lots first, each
  // with its old end; where that is before `day`, in a new lot to `day` + grace. They pay what is
  // owed first. When the parts are whole again, the rest is what was overspent: it lessens the
  // deficit, and where that was paid meanwhile, the points that paid are free again. So parts and
  // deficit end alike however a return is split. Updates `parts` to what is still spent.
  void give_back(int64_t points_milli, std::vector<LotPart>& parts, const std::string& source,
                 absl::CivilDay day, int grace_days, absl::CivilDay today);

  int64_t available_milli(absl::CivilDay day) const;
  int64_t deficit_milli() const { return deficit_milli_; }
  // What is left of all lots, pending included, less what is owed: the sum of all entries ever.
  int64_t balance_milli() const;
  v1::PointsStanding standing(absl::CivilDay day) const;
  // The next day after `after` on which something expires or becomes usable.
  absl::optional<absl::CivilDay> next_day(absl::CivilDay after) const;

  const std::vector<PointsLot>& lots() const { return lots_; }           // by number
  const std::vector<AccountEntry>& entries() const { return entries_; }  // new ones, in order
  int64_t last_entry_number() const { return last_entry_number_; }

 private:
  // What the entries of one operation have in common.
  struct Cause {
    const std::string& source;
    absl::CivilDay day;
  };
  // Where points of a lot are.
  using State = int64_t PointsLot::*;

  PointsLot* find(int64_t number);
  std::vector<PointsLot*> by_end();  // in the order of spending
  void write(v1::PointsEntryKind kind, int64_t points_milli, const Cause& cause,
             int64_t lot_number);
  void expire(PointsLot& lot, absl::CivilDay earliest);
  void unexpire(PointsLot& lot, int64_t points_milli, const Cause& cause);
  void pay_deficit(PointsLot& lot, int64_t points_milli, const Cause& cause);
  void owe(int64_t points_milli, const Cause& cause);
  int64_t take_left(PointsLot& lot, int64_t points_milli, v1::PointsEntryKind kind, State into,
                    const Cause& cause);
  int64_t take_anywhere(int64_t points_milli, v1::PointsEntryKind kind, const Cause& cause,
                        bool forgives);
  int64_t spend_held(int64_t points_milli, absl::Span<const LotPart> held, const Cause& cause,
                     Spent& spent);
  int64_t give_back_parts(int64_t points_milli, std::vector<LotPart>& parts, const Cause& cause,
                          absl::CivilDay today);
  int64_t give_back_owed(int64_t points_milli, const Cause& cause, absl::CivilDay today);

  std::vector<PointsLot> lots_;
  int64_t deficit_milli_ = 0;
  int64_t last_entry_number_ = 0;
  std::vector<AccountEntry> entries_;
};

}  // namespace moadon
