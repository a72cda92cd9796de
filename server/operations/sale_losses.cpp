#include "server/operations/sale_losses.h"

#include <algorithm>
#include <map>
#include <tuple>
#include <utility>

#include "rules/money.h"
#include "rules/offline.h"

namespace moadon {
namespace {

// What of a sale was lost: points, a benefit's, a right's.
using LossKey = std::tuple<storage::LossKind, std::string, int64_t>;

LossKey key_of(const storage::LossRow& row) { return {row.kind, row.benefit_id, row.grant_id}; }

struct LossSum {
  int64_t points_milli = 0;
  int64_t amount_minor = 0;

  bool operator==(const LossSum&) const = default;
};

using LossSums = std::map<LossKey, LossSum>;

LossSum minus(const LossSum& a, const LossSum& b) {
  return {a.points_milli - b.points_milli, a.amount_minor - b.amount_minor};
}

template <typename Document>
LossSums sums_of(const std::vector<storage::LossRow>& rows, const Document& document) {
  LossSums sums;
  for (const storage::LossRow& row : rows) {
    if (row.register_id != document.register_id || row.receipt != document.receipt) continue;
    LossSum& sum = sums[key_of(row)];
    sum.points_milli += row.points_milli;
    sum.amount_minor += row.amount_minor;
  }
  return sums;
}

// Whether some unit is kept that carried the benefit; one that the verdict does not name stands.
bool benefit_stands(const v1::Quote& verdict, const KeptRewards& kept,
                    const std::string& benefit_id) {
  for (int i = 0; i < verdict.applied_size(); ++i) {
    if (verdict.applied(i).benefit_id() == benefit_id) return kept.benefit_stands[i];
  }
  return true;
}

bool right_stands(const v1::Quote& verdict, const KeptRewards& kept,
                  const std::string& benefit_id) {
  for (int i = 0; i < verdict.rights_used_size(); ++i) {
    const v1::AppliedBenefit* user = user_of_right(verdict, i);
    if (user != nullptr && user->benefit_id() == benefit_id) return kept.right_use_stands[i];
  }
  return true;
}

// What is left of a loss when the kept units still spend so many points.
LossSum left_of(const LossKey& key, const LossSum& first, const v1::Quote& verdict,
                const KeptRewards& kept, int64_t spent_milli) {
  const auto& [kind, benefit_id, grant_id] = key;
  if (kind == storage::LossKind::kLimit) {
    return benefit_stands(verdict, kept, benefit_id) ? first : LossSum{};
  }
  if (kind == storage::LossKind::kRight) {
    return right_stands(verdict, kept, benefit_id) ? first : LossSum{};
  }
  const int64_t covered_milli = verdict.points().spent_milli() - first.points_milli;
  const int64_t left_milli = std::max<int64_t>(spent_milli - covered_milli, 0);
  return {left_milli, worth_of_spent_minor(verdict, left_milli)};
}

storage::LossRow row_of(const storage::SaleRow& sale, const storage::ReturnRow& returned,
                        const LossKey& key, const LossSum& sum, int64_t now_us) {
  storage::LossRow row;
  row.register_id = returned.register_id;
  row.receipt = returned.receipt;
  std::tie(row.kind, row.benefit_id, row.grant_id) = key;
  row.member_id = sale.member_id;
  row.sale_id = sale.sale_id;
  row.business_day = std::max(sale.business_day, returned.business_day);
  row.points_milli = sum.points_milli;
  row.amount_minor = sum.amount_minor;
  row.record_us = now_us;
  return row;
}

}  // namespace

bool is_under_terms(const Verdict& verdict) { return verdict.facts.has_offline(); }

int64_t worth_of_spent_minor(const v1::Quote& verdict, int64_t points_milli) {
  const v1::QuotedPoints& points = verdict.points();
  if (points.spent_milli() <= 0) return 0;
  return round_half_up(absl::int128(points.spent_minor()) * points_milli, points.spent_milli())
      .value();
}

int64_t given_minor(const v1::AppliedBenefit& applied, const v1::Program& program) {
  return std::max<int64_t>(applied.saved_minor(), 0) +
         worth_of_points_minor(program.points(), applied.points_milli());
}

const v1::AppliedBenefit* user_of_right(const v1::Quote& verdict, int position) {
  const std::string& grant_id = verdict.rights_used(position).grant_id();
  int others = 0;  // that use the same right before it
  for (int i = 0; i < position; ++i) others += verdict.rights_used(i).grant_id() == grant_id;
  for (const v1::AppliedBenefit& applied : verdict.applied()) {
    if (applied.grant_id() == grant_id && others-- == 0) return &applied;
  }
  return nullptr;
}

absl::Status enter_losses(sqlite::Connection& connection, WriterState& state,
                          const storage::SaleRow& sale, const std::vector<SaleLoss>& losses) {
  for (const SaleLoss& loss : losses) {
    if (loss.points_milli == 0 && loss.amount_minor == 0) continue;
    storage::LossRow row;
    row.register_id = sale.register_id;
    row.receipt = sale.receipt;
    row.kind = loss.kind;
    row.member_id = sale.member_id;
    row.sale_id = sale.sale_id;
    row.business_day = sale.business_day;
    row.points_milli = loss.points_milli;
    row.amount_minor = loss.amount_minor;
    row.benefit_id = loss.benefit_id;
    row.grant_id = loss.grant_id;
    row.record_us = state.now_us();
    const absl::Status added = storage::add_loss(connection, row);
    if (!added.ok()) return added;
  }
  return absl::OkStatus();
}

absl::StatusOr<UndonePoints> settle_losses(sqlite::Connection& connection, WriterState& state,
                                           const PromisedSale& sale,
                                           const std::vector<SettledReturn>& returns,
                                           const std::vector<KeptRewards>& rewards) {
  UndonePoints undone{std::vector<int64_t>(returns.size()), std::vector<int64_t>(returns.size())};
  const auto rows = storage::list_losses_of_sale(connection, sale.row.member_id, sale.row.sale_id);
  if (!rows.ok()) return rows.status();
  if (rows->empty()) return undone;
  const v1::Quote& verdict = sale.verdict.quote;
  const LossSums first = sums_of(*rows, sale.row);
  LossSums left = first;
  int64_t spent_milli = verdict.points().spent_milli();
  for (size_t i = 0; i < returns.size(); ++i) {
    LossSums kept = sums_of(*rows, returns[i].row);
    spent_milli -= returns[i].resolved.points_spent_milli;
    for (const auto& [key, sum] : first) {
      const LossSum now = left_of(key, sum, verdict, rewards[i], spent_milli);
      const LossSum wanted = minus(now, std::exchange(left[key], now));
      if (std::get<0>(key) == storage::LossKind::kPoints) {
        undone.before_milli[i] = -kept[key].points_milli;
        undone.now_milli[i] = -wanted.points_milli;
      }
      if (wanted == kept[key]) continue;
      const absl::Status added = storage::add_loss(
          connection,
          row_of(sale.row, returns[i].row, key, minus(wanted, kept[key]), state.now_us()));
      if (!added.ok()) return added;
    }
  }
  return undone;
}

}  // namespace moadon
