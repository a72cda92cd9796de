#include "server/operations/verify_ledger.h"

#include <algorithm>
#include <map>
#include <optional>
#include <set>
#include <string>

#include "absl/strings/match.h"
#include "absl/strings/str_cat.h"
#include "moadon/v1/member_service.pb.h"
#include "rules/calendar.h"
#include "server/operations/plain_points.h"
#include "server/operations/verify_losses.h"

namespace moadon {
namespace {

constexpr char kTierSource[] = "tier/";

template <typename Row>
std::string source_of(const Row& row) {
  return absl::StrCat(row.register_id, "/", row.receipt);
}

// What the entries of one source come to, without what only moves between a member's own states.
struct SourceSums {
  int64_t points_milli = 0;
  bool has_taken = false;  // some entry takes back
};

class LedgerCheck final {
 public:
  LedgerCheck(const ClubView& view, const storage::KeptPromises& kept, const LedgerFacts& facts,
              Comparison& compare)
      : view_(view), kept_(kept), facts_(facts), compare_(compare) {
    for (const PlainPromise& promise : facts.promises) {
      const std::string sale = source_of(*promise.sale->row);
      sources_.sales.insert(sale);
      note_loss(promise, sale);
      for (const PlainReturn* returned : promise.sale->returns) {
        sources_.sale_of[source_of(*returned->row)] = sale;
      }
    }
    for (const storage::MergeRow& merge : facts.merges) {
      sources_.merges.insert(merge.request_id);
      if (!merge.undo_us) continue;
      sources_.merges.insert(merge.undo_request_id);
      sources_.sale_of[merge.undo_request_id] = merge.request_id;
    }
    ledger_ = plain_ledger(kept.entries, kept.lots, sources_);
    for (const storage::KeptEntry& entry : kept.entries) {
      if (entry.kind == v1::POINTS_ENTRY_KIND_EXPIRE || entry.kind == v1::POINTS_ENTRY_KIND_HOLD) {
        continue;
      }
      sums_[entry.source].points_milli += entry.points_milli;
      if (entry.kind == v1::POINTS_ENTRY_KIND_REVERSE) sums_[entry.source].has_taken = true;
    }
  }

  void check() {
    for (const PlainFault& fault : ledger_.faults) {
      compare_.same("points_entry", absl::StrCat("entry ", fault.entry_number), fault.what);
    }
    compare_.same("member.points_entry_number", kept_.standing.points_entry_number,
                  static_cast<int64_t>(kept_.entries.size()));
    compare_.same("member.points_deficit_milli", kept_.standing.points_deficit_milli,
                  ledger_.deficit_milli);
    check_lots();
    check_lives();
    check_holds();
    check_days();
    check_sources();
    for (const PlainPromise& promise : facts_.promises) check_promise(promise);
  }

 private:
  int64_t lost_milli(const auto& document) const {
    return lost_points_milli(kept_.losses, document.register_id, document.receipt);
  }

  void note_loss(const PlainPromise& promise, const std::string& source) {
    const storage::SaleRow& row = *promise.sale->row;
    if (lost_milli(row) <= 0) return;
    PlainShortage& shortage = sources_.short_sales[source];
    shortage.day = row.business_day;
    shortage.earliest_us = row.received_us;
    for (const storage::LossRow& loss : kept_.losses) {
      const bool is_its = loss.register_id == row.register_id && loss.receipt == row.receipt;
      if (is_its) shortage.latest_us = loss.record_us;
    }
  }

  const storage::KeptLot* kept_lot(int64_t number) const {
    const auto lot =
        std::find_if(kept_.lots.begin(), kept_.lots.end(),
                     [number](const storage::KeptLot& l) { return l.lot_number == number; });
    return lot == kept_.lots.end() ? nullptr : &*lot;
  }

  void check_lots() {
    for (const auto& [number, plain] : ledger_.lots) {
      const storage::KeptLot* kept = kept_lot(number);
      if (kept == nullptr) {
        compare_.same("points_lot", "none", absl::StrCat("begun by entry ", number));
      } else {
        check_lot(*kept, plain);
      }
    }
    for (const storage::KeptLot& kept : kept_.lots) {
      if (ledger_.lots.contains(kept.lot_number)) continue;
      compare_.same("points_lot", absl::StrCat("lot ", kept.lot_number), "begun by no entry");
    }
  }

  // Every point granted is in one state, and in the one that the entries say.
  void check_lot(const storage::KeptLot& kept, const PlainLot& plain) {
    compare_.same("points_lot.source", kept.source, plain.source);
    compare_.same("points_lot.granted_milli", kept.granted_milli, plain.granted_milli);
    compare_.same("points_lot.left_milli", kept.left_milli, plain.left_milli);
    compare_.same("points_lot.held_milli", kept.held_milli, plain.held_milli);
    compare_.same("points_lot.expired_milli", kept.expired_milli, plain.expired_milli);
    compare_.same("points_lot.reversed_milli", kept.reversed_milli, plain.reversed_milli);
    compare_.same("points_lot.spent_milli", kept.spent_milli + kept.deficit_paid_milli,
                  plain.spent_or_paid_milli);
    if (kept.deficit_paid_milli > plain.paid_milli) {
      compare_.same("points_lot.deficit_paid_milli", kept.deficit_paid_milli, plain.paid_milli);
    }
    compare_.same("points_lot.states", kept.granted_milli,
                  kept.left_milli + kept.held_milli + kept.spent_milli + kept.expired_milli +
                      kept.reversed_milli + kept.deficit_paid_milli);
  }

  void check_life(const storage::KeptLot& lot, const PlainPointsLife& life) {
    compare_.same("points_lot.usable_day", lot.usable_day, life.usable_day);
    compare_.same("points_lot.expire_day", lot.expire_day, life.expire_day);
  }

  // How long points live that no sale gave: by hand, by a tier, and those that came back.
  void check_lives() {
    for (const storage::KeptEntry& entry : kept_.entries) {
      const storage::KeptLot* lot = kept_lot(entry.lot_number);
      if (lot == nullptr || entry.lot_number != entry.entry_number) continue;
      if (entry.kind == v1::POINTS_ENTRY_KIND_ADJUST) {
        for (const storage::KeptDecision& decision : kept_.decisions) {
          if (decision.kind != 1 || decision.request_id != entry.source) continue;
          const v1::Program& program = view_.program_at(decision.record_us);
          check_life(*lot, plain_points_life(program.points(), decision.decision_day));
        }
      } else if (entry.kind == v1::POINTS_ENTRY_KIND_GIFT) {
        check_life(*lot, plain_points_life(program_on(entry.entry_day).points(), entry.entry_day));
      } else if (entry.kind == v1::POINTS_ENTRY_KIND_GIVE_BACK) {
        const v1::Program* program = program_of_return(entry.source);
        if (program == nullptr) continue;
        check_life(*lot, {entry.entry_day, entry.entry_day + program->return_grace_days()});
      }
    }
  }

  // The version whose tiers decide on a day.
  const v1::Program& program_on(int64_t day) const {
    int64_t version = 1;
    for (const StageVersion& each : view_.stage_versions()) {
      const bool is_first = &each == &view_.stage_versions().front();
      if (is_first || day_number(each.start_day) <= day) version = each.program_version;
    }
    return *view_.program(version);
  }

  const v1::Program* program_of_return(const std::string& source) const {
    const auto sale = sources_.sale_of.find(source);
    for (const PlainPromise& promise : facts_.promises) {
      if (sale != sources_.sale_of.end() && source_of(*promise.sale->row) == sale->second) {
        return view_.program(promise.verdict.program_version());
      }
    }
    return nullptr;
  }

  void check_holds() {
    std::map<int64_t, int64_t> held_by_lot;
    std::map<int64_t, int64_t> held_by_hold;
    for (const storage::KeptPart& part : kept_.open_hold_parts) {
      held_by_lot[part.lot_number] += part.points_milli;
      held_by_hold[part.owner_id] += part.points_milli;
    }
    for (const storage::KeptLot& lot : kept_.lots) {
      compare_.same("points_lot.held_milli", lot.held_milli, held_by_lot[lot.lot_number]);
    }
    for (const storage::KeptHold& hold : kept_.holds) {
      if (!hold.is_open) continue;
      compare_.same("hold.points_milli", hold.points_milli, held_by_hold[hold.hold_id]);
    }
  }

  // Of a member who is due, what is kept is right as of the day before that.
  void check_days() {
    const std::optional<int64_t> next = kept_.standing.next_points_day;
    const int64_t passed = next ? std::min(facts_.today, *next - 1) : facts_.today;
    std::optional<int64_t> first;
    const auto offer = [&](int64_t day) {
      if (day > passed && (!first || day < *first)) first = day;
    };
    for (const storage::KeptLot& lot : kept_.lots) {
      if (lot.left_milli == 0) continue;
      offer(lot.usable_day);
      if (!lot.expire_day) continue;
      offer(*lot.expire_day + 1);
      if (*lot.expire_day < passed) compare_.same("points_lot.left_milli", lot.left_milli, 0);
    }
    compare_.same("member.next_points_day", next, first);
    std::optional<int64_t> due;
    for (const std::optional<int64_t>& day :
         {kept_.standing.next_stage_day, kept_.standing.next_tier_day, next}) {
      if (day && (!due || *day < *due)) due = day;
    }
    compare_.same("member.next_due_day", kept_.standing.next_due_day, due);
  }

  void check_sources() {
    std::set<std::string> decisions;
    for (const storage::KeptDecision& decision : kept_.decisions) {
      if (decision.kind == 1) decisions.insert(decision.request_id);
    }
    for (const auto& [source, sums] : sums_) {
      if (sources_.sales.contains(source) || sources_.sale_of.contains(source) ||
          decisions.contains(source) || sources_.merges.contains(source) ||
          absl::StartsWith(source, kTierSource)) {
        continue;
      }
      if (sums.points_milli == 0) continue;
      compare_.same("points_entry", absl::StrCat("source '", source, "'"), "belongs to nothing");
    }
    for (const storage::TierGiftRow& gift : facts_.gifts) {
      const auto sums = sums_.find(absl::StrCat(kTierSource, gift.tier_id));
      const bool has_taken = sums != sums_.end() && sums->second.has_taken;
      if (gift.withdrawn_day || has_taken) continue;
      compare_.same("tier_gift.points_milli", gift.points_milli,
                    sums == sums_.end() ? 0 : sums->second.points_milli);
    }
  }

  int64_t sum_of(const std::string& source) const {
    const auto sums = sums_.find(source);
    return sums == sums_.end() ? 0 : sums->second.points_milli;
  }

  // What a sale gave and took, and what its returns moved. They take less than they should only
  // where the sale's own points had ended before, or where the program forgives.
  void check_promise(const PlainPromise& promise) {
    const storage::SaleRow& row = *promise.sale->row;
    const std::string sale = source_of(row);
    const int64_t short_milli = lost_milli(row);  // for the club, not the member
    compare_.same("sale.points_milli", sum_of(sale),
                  promise.earned_milli - promise.spent_milli + short_milli);
    const v1::PointRules& rules = view_.program(promise.verdict.program_version())->points();
    int64_t spared_milli = 0;
    for (const PlainReturn* returned : promise.sale->returns) {
      const int64_t undone_milli = -lost_milli(*returned->row);
      spared_milli += sum_of(source_of(*returned->row)) - returned->row->spent_back_milli +
                      undone_milli + returned->row->earned_back_milli;
    }
    int64_t most_milli = check_lot_of(promise, sale, rules);
    if (rules.forgives_deficit()) most_milli = promise.earned_milli;
    if (spared_milli < 0 || spared_milli > most_milli) {
      compare_.same("sale.returned_points_milli", spared_milli, most_milli);
    }
    check_parts(promise, sale, promise.spent_milli - short_milli);
  }

  // The lot that the sale began; how much of it ever expired.
  int64_t check_lot_of(const PlainPromise& promise, const std::string& sale,
                       const v1::PointRules& rules) {
    const int64_t number = promise.sale->verdict_row->lot_number;
    const storage::KeptLot* lot = kept_lot(number);
    if (promise.earned_milli == 0 || lot == nullptr) {
      compare_.same("sale_verdict.lot_number", number, 0);
      if (promise.earned_milli != 0) compare_.same("sale_verdict.lot_number", "none", sale);
      return 0;
    }
    compare_.same("sale_verdict.lot_number", lot->source, sale);
    check_life(*lot, plain_points_life(rules, promise.sale->row->business_day));
    int64_t expired_milli = 0;
    for (const storage::KeptEntry& entry : kept_.entries) {
      const bool is_end = entry.kind == v1::POINTS_ENTRY_KIND_EXPIRE && entry.points_milli < 0;
      if (is_end && entry.lot_number == number) expired_milli -= entry.points_milli;
    }
    return expired_milli;
  }

  // From which lots the points came that the sale still spends; what comes back undoes a loss
  // first.
  void check_parts(const PlainPromise& promise, const std::string& sale, int64_t covered_milli) {
    std::map<int64_t, int64_t> spent_by_lot;
    bool was_short = false;
    for (const storage::KeptEntry& entry : kept_.entries) {
      if (entry.source != sale) continue;
      if (entry.kind == v1::POINTS_ENTRY_KIND_SPEND) {
        spent_by_lot[entry.lot_number] -= entry.points_milli;
      }
      const bool is_debt = entry.kind == v1::POINTS_ENTRY_KIND_DEFICIT && entry.lot_number == 0;
      if (is_debt && entry.points_milli < 0) was_short = true;
    }
    int64_t parts_milli = 0;
    for (const storage::KeptPart& part : kept_.sale_parts) {
      if (part.owner_id != promise.sale->row->sale_id) continue;
      parts_milli += part.points_milli;
      if (part.points_milli > spent_by_lot[part.lot_number]) {
        compare_.same("sale_points.points_milli", part.points_milli, spent_by_lot[part.lot_number]);
      }
    }
    const int64_t left_milli = std::min(promise.spent_kept_milli, covered_milli);
    if (parts_milli > left_milli || !was_short) {
      compare_.same("sale_points.points_milli", parts_milli, left_milli);
    }
  }

  const ClubView& view_;
  const storage::KeptPromises& kept_;
  const LedgerFacts& facts_;
  Comparison& compare_;
  PlainSources sources_;
  PlainLedger ledger_;
  std::map<std::string, SourceSums> sums_;
};

}  // namespace

void compare_ledger(const ClubView& view, const storage::KeptPromises& kept,
                    const LedgerFacts& facts, Comparison& compare) {
  LedgerCheck(view, kept, facts, compare).check();
}

}  // namespace moadon
