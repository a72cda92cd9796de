#include "server/operations/return_ledger.h"

#include <algorithm>

#include "rules/calendar.h"
#include "server/operations/benefit_use_counts.h"
#include "server/operations/enter_sale.h"
#include "server/operations/member_points.h"
#include "server/operations/member_rights.h"
#include "server/operations/merge_rest.h"
#include "server/operations/right_balance.h"
#include "server/operations/sale_losses.h"

namespace moadon {
namespace {

// What the kept units deserve after each of the returns.
std::vector<KeptRewards> rewards_after(const Pricing& pricing, const PromisedSale& sale,
                                       const std::vector<SettledReturn>& returns) {
  const v1::Basket basket = basket_of(sale.content);
  std::vector<int64_t> kept_milli;
  for (const v1::Line& line : sale.content.lines()) kept_milli.push_back(line.quantity_milli());
  std::vector<KeptRewards> rewards;
  for (const SettledReturn& each : returns) {
    for (const TakenUnits& taken : each.resolved.taken) {
      kept_milli[taken.sold_index] -= taken.quantity_milli;
    }
    rewards.push_back(pricing.kept_rewards(basket, sale.verdict.facts, sale.verdict.occasion,
                                           sale.verdict.quote, kept_milli));
  }
  return rewards;
}

// Points that one return moved before, and another moves now.
struct Shift {
  size_t from = 0;
  size_t to = 0;
  int64_t points_milli = 0;
};

// Of what returns move, that which one has too much of and another too little is only a matter of
// dates: it is taken off both.
std::vector<Shift> settle_among(std::vector<int64_t>& more_milli) {
  std::vector<Shift> shifts;
  for (size_t from = 0; from < more_milli.size(); ++from) {
    for (size_t to = 0; to < more_milli.size() && more_milli[from] < 0; ++to) {
      const int64_t points_milli = std::min(-more_milli[from], more_milli[to]);
      if (points_milli <= 0) continue;
      more_milli[from] += points_milli;
      more_milli[to] -= points_milli;
      shifts.push_back({from, to, points_milli});
    }
  }
  return shifts;
}

// The returns of one sale of a member on their way into the ledger.
class ReturnEntry final {
 public:
  ReturnEntry(sqlite::Connection& connection, WriterState& state, PromisedSale& sale,
              std::vector<SettledReturn>& returns, const std::vector<KeptRewards>& rewards,
              const UndonePoints& undone, MemberChange& change)
      : connection_(connection),
        sale_(sale),
        returns_(returns),
        rewards_(rewards),
        undone_(undone),
        program_(state.view()->pricing(sale.verdict.quote.program_version()).program()),
        state_(state),
        change_(change),
        points_(connection, state, change.row_to_edit()),
        rights_(connection, state, change.row_to_edit()) {}

  absl::Status settle() {
    // Rights of a member who is part of another are there.
    absl::Status settled;
    if (change_.row().merged_into) {
      change_.touch();
      settled = recall_rest(connection_, state_, 0, 0, change_.row_to_edit());
    }
    if (settled.ok()) settled = move_points();
    if (settled.ok()) settled = bring_rights_back();
    if (settled.ok()) settled = withdraw_rights();
    return settled;
  }
  bool changed() const { return changed_; }

 private:
  absl::CivilDay day(size_t i) const {
    return day_of_number(std::max(sale_.row.business_day, returns_[i].row.business_day));
  }

  // By how much each return now takes back more of what was earned than before.
  std::vector<int64_t> settle_earned() {
    std::vector<int64_t> more_milli;
    int64_t before_milli = sale_.verdict.quote.points().earned_milli();
    for (size_t i = 0; i < returns_.size(); ++i) {
      const int64_t back_milli = before_milli - rewards_[i].earned_milli;
      more_milli.push_back(back_milli - returns_[i].row.earned_back_milli);
      returns_[i].row.earned_back_milli = back_milli;
      before_milli = rewards_[i].earned_milli;
    }
    return more_milli;
  }

  // By how much each return now gives back more of what was spent than before. What undoes a loss
  // goes back to nobody.
  std::vector<int64_t> settle_spent() {
    std::vector<int64_t> more_milli;
    for (size_t i = 0; i < returns_.size(); ++i) {
      storage::ReturnRow& row = returns_[i].row;
      const int64_t more_undone_milli = undone_.now_milli[i] - undone_.before_milli[i];
      more_milli.push_back(returns_[i].resolved.points_spent_milli - row.spent_back_milli -
                           more_undone_milli);
      row.spent_back_milli = returns_[i].resolved.points_spent_milli;
      sale_.kept.spent_milli -= more_undone_milli;
    }
    return more_milli;
  }

  void redate(v1::PointsEntryKind kind, const Shift& shift, absl::CivilDay from_day,
              absl::CivilDay to_day, int64_t lot_number) {
    points_.redate(kind, {shift.points_milli, lot_number, source_of(returns_[shift.from].row),
                          from_day, source_of(returns_[shift.to].row), to_day});
  }

  // Another return takes back what one took. What had expired of the lot was booked out and in
  // again, at its end at the earliest: that moves along.
  absl::Status redate_taken(const Shift& shift) {
    const int64_t lot_number = sale_.kept.lot_number;
    const auto lot = storage::find_lot(connection_, sale_.row.member_id, lot_number);
    if (!lot.ok()) return lot.status();
    if (!*lot) return absl::OkStatus();
    redate(v1::POINTS_ENTRY_KIND_REVERSE, {shift.from, shift.to, -shift.points_milli},
           day(shift.from), day(shift.to), lot_number);
    if (!(*lot)->expire_day) return absl::OkStatus();
    const auto expired_milli = storage::sum_points_entries(
        connection_, sale_.row.member_id, source_of(returns_[shift.from].row),
        v1::POINTS_ENTRY_KIND_EXPIRE, lot_number);
    if (!expired_milli.ok()) return expired_milli.status();
    const int64_t moved_milli = std::min(shift.points_milli, *expired_milli);
    if (moved_milli <= 0) return absl::OkStatus();
    const absl::CivilDay end = day_of_number(*(*lot)->expire_day) + 1;
    redate(v1::POINTS_ENTRY_KIND_EXPIRE, {shift.from, shift.to, moved_milli},
           std::max(end, day(shift.from)), std::max(end, day(shift.to)), lot_number);
    return points_.keep().status();  // another shift may look at these sums
  }

  // Gives back before it takes back: what comes back may pay for what goes.
  absl::Status move_points() {
    std::vector<int64_t> earned = settle_earned();
    std::vector<int64_t> spent = settle_spent();
    const auto is_zero = [](int64_t amount) { return amount == 0; };
    if (std::all_of(earned.begin(), earned.end(), is_zero) &&
        std::all_of(spent.begin(), spent.end(), is_zero) &&
        undone_.now_milli == undone_.before_milli) {
      return absl::OkStatus();
    }
    changed_ = true;
    for (const Shift& shift : settle_among(earned)) {
      const absl::Status redated = redate_taken(shift);
      if (!redated.ok()) return redated;
    }
    for (const Shift& shift : settle_among(spent)) {
      redate(v1::POINTS_ENTRY_KIND_GIVE_BACK, shift, day(shift.from), day(shift.to), 0);
    }
    for (size_t i = 0; i < returns_.size(); ++i) {
      absl::Status moved = give_back(i, spent[i]);
      if (moved.ok()) moved = take_back(i, earned[i]);
      if (!moved.ok()) return moved;
    }
    absl::Status kept = points_.keep().status();
    if (kept.ok()) kept = storage::update_verdict(connection_, sale_.kept);
    return kept;
  }

  absl::Status give_back(size_t i, int64_t points_milli) {
    if (points_milli <= 0) return absl::OkStatus();
    const auto rows =
        storage::list_sale_points(connection_, sale_.row.member_id, sale_.row.sale_id);
    if (!rows.ok()) return rows.status();
    std::vector<LotPart> parts;
    for (const storage::SalePointsRow& row : *rows) {
      parts.push_back({row.lot_number, row.points_milli});
    }
    const auto account = points_.whole_account();
    if (!account.ok()) return account.status();
    (*account)->give_back(points_milli, parts, source_of(returns_[i].row), day(i),
                          program_.return_grace_days(), points_.today());
    sale_.kept.spent_milli -= points_milli;
    for (const LotPart& part : parts) {
      const absl::Status kept =
          storage::keep_sale_points(connection_, sale_.row.member_id, sale_.row.sale_id,
                                    {part.lot_number, part.points_milli});
      if (!kept.ok()) return kept;
    }
    return absl::OkStatus();
  }

  absl::Status take_back(size_t i, int64_t points_milli) {
    if (points_milli == 0) return absl::OkStatus();
    absl::Status ready;
    if (change_.row().merged_into) ready = points_.keep().status();
    if (ready.ok()) {
      ready = recall_rest(connection_, state_, std::max<int64_t>(points_milli, 0),
                          sale_.kept.lot_number, change_.row_to_edit());
    }
    if (!ready.ok()) return ready;
    const auto account = points_.account_with(sale_.kept.lot_number);
    if (!account.ok()) return account.status();
    const std::string source = source_of(returns_[i].row);
    sale_.kept.earned_milli -= points_milli;
    if (points_milli < 0) {  // fewer units fail a benefit that lessened the points
      const PointsLife life = life_of(program_.points(), day_of_number(sale_.row.business_day));
      (*account)->give(v1::POINTS_ENTRY_KIND_EARN, -points_milli, source, day(i), life,
                       points_.today());
      return absl::OkStatus();
    }
    const int64_t missing_milli =
        (*account)->reverse(points_milli, sale_.kept.lot_number, source, day(i),
                            program_.points().forgives_deficit(), points_.today());
    if (missing_milli > 0) {
      returns_[i].differences.emplace_back().mutable_points_used_elsewhere()->set_points_milli(
          missing_milli);
    }
    return absl::OkStatus();
  }

  absl::Status bring_rights_back() {
    if (sale_.verdict.quote.rights_used().empty()) return absl::OkStatus();
    auto uses = storage::list_right_uses(connection_, sale_.row.member_id, sale_.row.sale_id);
    if (!uses.ok()) return uses.status();
    for (storage::RightUseRow& use : *uses) {
      const auto fell = std::find_if(rewards_.begin(), rewards_.end(), [&](const auto& rewards) {
        return !rewards.right_use_stands[use.position - 1];
      });
      if (!use.is_standing || fell == rewards_.end()) continue;
      absl::Status back =
          rights_.give_back(use, day(fell - rewards_.begin()), program_.return_grace_days());
      use.is_standing = false;
      if (back.ok()) back = storage::keep_right_use(connection_, sale_.row.member_id, use);
      if (!back.ok()) return back;
      changed_ = true;
    }
    return absl::OkStatus();
  }

  absl::Status withdraw_rights() {
    if (sale_.verdict.quote.rights_granted().empty()) return absl::OkStatus();
    const auto all = storage::list_rights(connection_, sale_.row.member_id);
    if (!all.ok()) return all.status();
    for (int i = 0; i < sale_.verdict.quote.rights_granted_size(); ++i) {
      std::vector<storage::RightRow> granted;
      for (const storage::RightRow& right : *all) {
        const bool is_of_sale = right.sale_id == sale_.row.sale_id && right.position == i + 1;
        if (is_of_sale && !right.withdrawn_day) granted.push_back(right);
      }
      // The unused ones go first: they cost nobody anything.
      std::stable_sort(granted.begin(), granted.end(), [](const auto& a, const auto& b) {
        return is_untouched(a) < is_untouched(b);
      });
      const absl::Status withdrawn = withdraw(i, granted);
      if (!withdrawn.ok()) return withdrawn;
    }
    return absl::OkStatus();
  }

  // Takes from the end of `granted` until no more are left than the kept units deserve.
  absl::Status withdraw(int position, std::vector<storage::RightRow>& granted) {
    for (size_t i = 0; i < returns_.size(); ++i) {
      while (static_cast<int>(granted.size()) > rewards_[i].kept_grants[position]) {
        const int64_t grant_id = granted.back().grant_id;
        granted.pop_back();
        const absl::StatusOr<bool> was_used = rights_.withdraw(grant_id, day(i));
        if (!was_used.ok()) return was_used.status();
        changed_ = true;
        if (!*was_used) continue;
        returns_[i].differences.emplace_back().mutable_right_used_elsewhere()->set_grant_id(
            grant_id_text(grant_id));
      }
    }
    return absl::OkStatus();
  }

  sqlite::Connection& connection_;
  PromisedSale& sale_;
  std::vector<SettledReturn>& returns_;
  const std::vector<KeptRewards>& rewards_;
  const UndonePoints& undone_;
  const v1::Program& program_;
  WriterState& state_;
  MemberChange& change_;
  MemberPoints points_;
  MemberRights rights_;
  bool changed_ = false;
};

}  // namespace

absl::Status settle_returns(sqlite::Connection& connection, WriterState& state, PromisedSale& sale,
                            std::vector<SettledReturn>& returns, MemberChange* change) {
  if (returns.empty()) return absl::OkStatus();
  const Pricing& pricing = state.view()->pricing(sale.verdict.quote.program_version());
  const std::vector<KeptRewards> rewards = rewards_after(pricing, sale, returns);
  const absl::StatusOr<bool> uses_changed =
      keep_standing_uses(connection, sale.row, sale.verdict.quote, rewards.back().benefit_stands);
  if (!uses_changed.ok() || change == nullptr) return uses_changed.status();
  const auto undone = settle_losses(connection, state, sale, returns, rewards);
  if (!undone.ok()) return undone.status();
  ReturnEntry entry(connection, state, sale, returns, rewards, *undone, *change);
  const absl::Status settled = entry.settle();
  if (settled.ok() && (entry.changed() || *uses_changed)) change->touch();
  return settled;
}

}  // namespace moadon
