#include "server/operations/enter_sale.h"

#include <algorithm>
#include <optional>
#include <utility>

#include "rules/calendar.h"
#include "server/operations/benefit_use_counts.h"
#include "server/operations/lease_slices.h"
#include "server/operations/member_holds.h"
#include "server/operations/member_id.h"
#include "server/operations/member_points.h"
#include "server/operations/member_rights.h"
#include "server/operations/merge_rest.h"
#include "server/operations/sale_losses.h"
#include "server/storage/hold_store.h"

namespace moadon {
namespace {

// One sale of a member on its way into the ledger.
class SaleEntry final {
 public:
  SaleEntry(sqlite::Connection& connection, WriterState& state, const storage::SaleRow& sale,
            const Verdict& verdict, PointsAccount::Missing missing, MemberChange& change,
            std::vector<v1::Difference>& differences)
      : connection_(connection),
        state_(state),
        sale_(sale),
        quote_(verdict.quote),
        program_(state.view()->pricing(verdict.quote.program_version()).program()),
        change_(change),
        differences_(differences),
        missing_(missing),
        row_(row_of(verdict, sale)),
        day_(day_of_number(sale.business_day)) {}

  absl::Status enter(std::optional<OpenHold> hold) {
    absl::Status entered = move_points(hold);
    if (entered.ok()) entered = use_rights(hold);
    if (entered.ok()) entered = grant_rights();
    if (entered.ok() && hold) {
      entered =
          storage::end_hold(connection_, hold->row, storage::HoldState::kUsed, state_.now_us());
    }
    if (entered.ok() && has_promises(quote_)) {
      entered = storage::insert_verdict(connection_, row_);
    }
    if (!entered.ok()) return entered;
    change_.row_to_edit().use_count += quote_.applied_size();
    change_.touch();
    return absl::OkStatus();
  }

  // Points and rights that were not there.
  std::vector<SaleLoss> take_losses() { return std::move(losses_); }

 private:
  // Spends before it earns: points of a sale cannot be spent in it.
  absl::Status move_points(const std::optional<OpenHold>& hold) {
    const int64_t spent_milli = quote_.points().spent_milli();
    const int64_t earned_milli = quote_.points().earned_milli();
    const bool frees = hold && !hold->points.empty();
    if (spent_milli == 0 && earned_milli == 0 && !frees) return absl::OkStatus();
    if (spent_milli > 0) {
      const absl::Status recalled =
          recall_rest(connection_, state_, spent_milli, 0, change_.row_to_edit());
      if (!recalled.ok()) return recalled;
    }
    MemberPoints points(connection_, state_, change_.row_to_edit());
    const bool is_late = spent_milli > 0 && day_ < points.today();
    const auto account = is_late ? points.whole_account() : points.account();
    if (!account.ok()) return account.status();
    if (spent_milli > 0 || frees) {
      const absl::Status spent = spend(**account, hold, points.today());
      if (!spent.ok()) return spent;
    }
    if (earned_milli > 0) {
      row_.earned_milli = earned_milli;
      row_.lot_number = (*account)->give(v1::POINTS_ENTRY_KIND_EARN, earned_milli, source_of(sale_),
                                         day_, life_of(program_.points(), day_), points.today());
    }
    return points.keep().status();
  }

  absl::Status spend(PointsAccount& account, const std::optional<OpenHold>& hold,
                     absl::CivilDay today) {
    const std::vector<LotPart> held = hold ? hold->points : std::vector<LotPart>();
    row_.spent_milli = quote_.points().spent_milli();
    const PointsAccount::Spent spent =
        account.spend(row_.spent_milli, held, source_of(sale_), day_, missing_);
    if (!spent.unused_hold.empty()) {
      account.release(spent.unused_hold, source_of(sale_), day_, today);
    }
    for (const LotPart& part : spent.parts) {
      const absl::Status kept = storage::keep_sale_points(
          connection_, sale_.member_id, sale_.sale_id, {part.lot_number, part.points_milli});
      if (!kept.ok()) return kept;
    }
    if (spent.overspent_milli > 0) {
      differences_.emplace_back().mutable_points_overspent()->set_points_milli(
          spent.overspent_milli);
      losses_.push_back({storage::LossKind::kPoints, spent.overspent_milli,
                         worth_of_spent_minor(quote_, spent.overspent_milli), "", 0});
    }
    return absl::OkStatus();
  }

  absl::Status use_rights(std::optional<OpenHold>& hold) {
    if (!quote_.rights_used().empty()) {
      const absl::Status recalled = recall_rest(connection_, state_, 0, 0, change_.row_to_edit());
      if (!recalled.ok()) return recalled;
    }
    MemberRights rights(connection_, state_, change_.row_to_edit());
    int64_t position = 0;
    for (const v1::RightUse& wanted : quote_.rights_used()) {
      const std::optional<storage::HoldRightRow> held = take_held(hold, wanted.grant_id());
      const auto used = rights.use(wanted, held ? &*held : nullptr);
      if (!used.ok()) return used.status();
      const absl::Status kept = storage::keep_right_use(
          connection_, sale_.member_id,
          {sale_.sale_id, ++position, used->grant_id, used->use_count, used->amount_minor, true});
      if (!kept.ok()) return kept;
      if (!used->is_overused) continue;
      v1::RightOverused& overused = *differences_.emplace_back().mutable_right_overused();
      overused.set_grant_id(wanted.grant_id());
      overused.set_amount_minor(used->missing_minor);
      lose_right(static_cast<int>(position) - 1, *used);
    }
    if (!hold) return absl::OkStatus();
    for (const storage::HoldRightRow& unused : hold->rights) {
      if (unused.use_count == 0) continue;
      const absl::Status released = rights.release(unused);
      if (!released.ok()) return released;
    }
    return absl::OkStatus();
  }

  // Of a voucher what was missing is lost, of a coupon all that its benefit gave.
  void lose_right(int position, const MemberRights::Used& used) {
    const v1::AppliedBenefit* const user = user_of_right(quote_, position);
    if (user == nullptr) return;
    const bool is_voucher = quote_.rights_used(position).amount_minor() > 0;
    losses_.push_back({storage::LossKind::kRight, 0,
                       is_voucher ? used.missing_minor : given_minor(*user, program_),
                       user->benefit_id(), grant_id_of(user->grant_id()).value_or(0)});
  }

  // Takes one use of a right out of the hold.
  static std::optional<storage::HoldRightRow> take_held(std::optional<OpenHold>& hold,
                                                        const std::string& grant_id) {
    if (!hold) return std::nullopt;
    for (storage::HoldRightRow& held : hold->rights) {
      if (grant_id_text(held.grant_id) != grant_id || held.use_count == 0) continue;
      storage::HoldRightRow taken = held;
      taken.use_count = 1;
      --held.use_count;
      held.amount_minor -= taken.amount_minor;
      return taken;
    }
    return std::nullopt;
  }

  absl::Status grant_rights() {
    MemberRights rights(connection_, state_, change_.row_to_edit());
    for (int i = 0; i < quote_.rights_granted_size(); ++i) {
      const v1::QuotedGrant& granted = quote_.rights_granted(i);
      const auto kind = std::find_if(
          program_.rights().begin(), program_.rights().end(),
          [&](const v1::RightKind& each) { return each.right_id() == granted.right_id(); });
      if (kind == program_.rights().end()) return absl::InternalError("a right has no kind");
      const auto from = parse_day(granted.valid_from_date(), "valid_from_date");
      if (!from.ok()) return from.status();
      for (int j = 0; j < granted.right_count(); ++j) {
        const auto made = rights.grant(*kind, {source_of(sale_), sale_.sale_id, i + 1},
                                       *from - kind->valid_after_days());
        if (!made.ok()) return made.status();
      }
    }
    return absl::OkStatus();
  }

  sqlite::Connection& connection_;
  WriterState& state_;
  const storage::SaleRow& sale_;
  const v1::Quote& quote_;
  const v1::Program& program_;
  MemberChange& change_;
  std::vector<v1::Difference>& differences_;
  std::vector<SaleLoss> losses_;
  const PointsAccount::Missing missing_;
  storage::VerdictRow row_;
  const absl::CivilDay day_;
};

// What is lost of a benefit already.
int64_t lost_minor(const std::vector<SaleLoss>& losses, const std::string& benefit_id) {
  int64_t sum_minor = 0;
  for (const SaleLoss& loss : losses) {
    if (loss.benefit_id == benefit_id) sum_minor += loss.amount_minor;
  }
  return sum_minor;
}

// What a benefit gave is lost once, though its right and its limit are both gone.
void lose_beyond(const std::vector<LimitExcess>& beyond, const v1::Program& program,
                 std::vector<SaleLoss>& losses) {
  for (const LimitExcess& each : beyond) {
    const std::string& benefit_id = each.applied->benefit_id();
    const int64_t gave_minor = given_minor(*each.applied, program);
    const int64_t beyond_minor = each.is_whole ? gave_minor : each.beyond_minor;
    losses.push_back({storage::LossKind::kLimit, 0,
                      std::min(beyond_minor, gave_minor - lost_minor(losses, benefit_id)),
                      benefit_id, 0});
  }
}

// Time goes on for a member whom the ageing job has not reached yet.
absl::Status pass_time(sqlite::Connection& connection, WriterState& state, MemberChange& change) {
  const std::optional<int64_t> next = change.row().next_points_day;
  if (!next || *next > day_number(state.today())) return absl::OkStatus();
  MemberPoints points(connection, state, change.row_to_edit());
  const auto account = points.account();
  if (!account.ok()) return account.status();
  const absl::StatusOr<bool> changed = points.keep();
  if (changed.ok() && *changed) change.touch();
  return changed.status();
}

}  // namespace

absl::Status enter_sale(sqlite::Connection& connection, WriterState& state,
                        const storage::SaleRow& sale, const Verdict& verdict,
                        const EntryContext& context, MemberChange* change,
                        std::vector<v1::Difference>& differences) {
  const bool has_quote = !verdict.quote.lines().empty();
  if (!has_quote || !has_promises(verdict.quote)) {
    if (change != nullptr) return pass_time(connection, state, *change);
    // The enrolment of its key or name may find more to say of it.
    return has_quote && context.may_be_claimed
               ? storage::insert_verdict(connection, row_of(verdict, sale))
               : absl::OkStatus();
  }
  const v1::Program& program = state.view()->pricing(verdict.quote.program_version()).program();
  const auto beyond = count_uses(connection, sale, verdict.quote, program, differences);
  if (!beyond.ok()) return beyond.status();
  if (verdict.facts.has_offline()) {
    const absl::Status used = use_slices(connection, sale.register_id, verdict.quote, program);
    if (!used.ok()) return used;
  }
  // Nobody pays with points, holds rights or is given what is limited.
  if (change == nullptr) return storage::insert_verdict(connection, row_of(verdict, sale));
  auto hold = find_hold_of_sale(connection, sale, context.hold_id);
  if (!hold.ok()) return hold.status();
  const bool was_alone = is_under_terms(verdict);
  const auto missing = was_alone || hold->has_lapsed ? PointsAccount::Missing::kIsLost
                                                     : PointsAccount::Missing::kIsOwed;
  SaleEntry entry(connection, state, sale, verdict, missing, *change, differences);
  const absl::Status entered = entry.enter(std::move(hold->open));
  if (!entered.ok() || missing == PointsAccount::Missing::kIsOwed) return entered;
  std::vector<SaleLoss> losses = entry.take_losses();
  if (was_alone) lose_beyond(*beyond, program, losses);
  return enter_losses(connection, state, sale, losses);
}

absl::Status enter_claimed_sale(sqlite::Connection& connection, WriterState& state,
                                const storage::SaleRow& sale, MemberChange& change) {
  const auto kept = storage::find_verdict(connection, storage::kNobody, sale.sale_id);
  if (!kept.ok()) return kept.status();
  if (!*kept) return pass_time(connection, state, change);
  absl::StatusOr<Verdict> before = verdict_of(**kept, sale.branch_id);
  if (!before.ok()) return before.status();
  absl::Status entered = give_uses(connection, sale, before->quote);
  if (entered.ok()) entered = storage::delete_verdict(connection, storage::kNobody, sale.sale_id);
  if (!entered.ok()) return entered;
  v1::Sale content;
  if (!content.ParseFromString(sale.content)) {
    return absl::InternalError("a sale's content cannot be read");
  }
  SaleCase by;
  by.program_version = before->quote.program_version();
  by.occasion = before->occasion;
  if (is_under_terms(*before)) *by.facts.mutable_offline() = before->facts.offline();
  const Verdict verdict = judge(content, by, member_id_text(sale.member_id), *state.view());
  if (!has_promises(verdict.quote)) return pass_time(connection, state, change);
  std::vector<v1::Difference> differences;  // of points and rights used: it uses none
  return SaleEntry(connection, state, sale, verdict, PointsAccount::Missing::kIsOwed, change,
                   differences)
      .enter(std::nullopt);
}

}  // namespace moadon
