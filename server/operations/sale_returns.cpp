#include "server/operations/sale_returns.h"

#include <algorithm>
#include <optional>
#include <utility>
#include <vector>

#include "moadon/v1/sale.pb.h"
#include "rules/returns.h"
#include "server/operations/return_ledger.h"
#include "server/operations/verdict.h"
#include "server/storage/receipt_store.h"
#include "server/storage/return_store.h"
#include "server/storage/verdict_store.h"

namespace moadon {
namespace {

struct Kept {
  storage::ReturnRow row;
  std::vector<storage::ReturnLineRow> lines;
  std::vector<v1::Difference> found;  // in the ledger
  bool moved_points = false;
};

std::vector<ReturnedLine> returned_lines_of(const std::vector<storage::ReturnLineRow>& rows) {
  std::vector<ReturnedLine> lines;
  lines.reserve(rows.size());
  for (const storage::ReturnLineRow& row : rows) {
    lines.push_back({row.original_line_id, row.sku, row.unit_price_minor, row.quantity_milli});
  }
  return lines;
}

// What the owner should see of a resolved return.
std::vector<v1::Difference> differences_of(const Kept& kept, const ResolvedReturn& resolved) {
  std::vector<v1::Difference> differences;
  for (size_t i = 0; i < kept.lines.size(); ++i) {
    const storage::ReturnLineRow& line = kept.lines[i];
    if (resolved.not_sold[i]) {
      differences.emplace_back().mutable_line_not_sold()->set_line_id(line.line_id);
    } else if (resolved.surplus_milli[i] > 0) {
      v1::ReturnExceedsSold& exceeds = *differences.emplace_back().mutable_return_exceeds_sold();
      exceeds.set_line_id(line.line_id);
      exceeds.set_surplus_milli(resolved.surplus_milli[i]);
    }
    if (line.paid_back_minor && *line.paid_back_minor != line.taken_refund_minor) {
      v1::RefundDiffers& differs = *differences.emplace_back().mutable_refund_differs();
      differs.set_line_id(line.line_id);
      differs.set_refunded_minor(*line.paid_back_minor);
      differs.set_verdict_minor(line.taken_refund_minor);
    }
  }
  v1::Return content;
  if (content.ParseFromString(kept.row.content) && content.has_register_total_minor() &&
      content.register_total_minor() != kept.row.refund_minor) {
    v1::TotalDiffers& differs = *differences.emplace_back().mutable_total_differs();
    differs.set_register_total_minor(content.register_total_minor());
    differs.set_sum_minor(kept.row.refund_minor);
  }
  return differences;
}

absl::Status keep_sold_lines(sqlite::Connection& connection, const storage::SaleRow& sale,
                             const std::vector<storage::SaleLineRow>& sold,
                             const ReturnsOfSale& resolved) {
  for (size_t i = 0; i < sold.size(); ++i) {
    const int64_t returned_milli = sold[i].quantity_milli - resolved.kept[i].quantity_milli;
    const int64_t refunded_minor = sold[i].paid_net_minor - resolved.kept[i].refund_minor;
    if (returned_milli == sold[i].returned_milli && refunded_minor == sold[i].refunded_minor) {
      continue;
    }
    const absl::Status set =
        storage::set_line_returned(connection, sale.member_id, sale.sale_id,
                                   static_cast<int64_t>(i) + 1, returned_milli, refunded_minor);
    if (!set.ok()) return set;
  }
  return absl::OkStatus();
}

// Sums up what was taken by line of the return, and writes the lines that changed.
absl::Status keep_return_lines(sqlite::Connection& connection, Kept& kept,
                               const ResolvedReturn& resolved) {
  std::vector<storage::ReturnLineRow> before = kept.lines;
  for (storage::ReturnLineRow& line : kept.lines) line.taken_milli = line.taken_refund_minor = 0;
  for (const TakenUnits& taken : resolved.taken) {
    kept.lines[taken.returned_index].taken_milli += taken.quantity_milli;
    kept.lines[taken.returned_index].taken_refund_minor += taken.refund_minor;
  }
  for (size_t i = 0; i < kept.lines.size(); ++i) {
    const storage::ReturnLineRow& line = kept.lines[i];
    if (line.taken_milli == before[i].taken_milli &&
        line.taken_refund_minor == before[i].taken_refund_minor) {
      continue;
    }
    const absl::Status set = storage::set_line_taken(
        connection, kept.row.member_id, kept.row.return_id, static_cast<int64_t>(i) + 1,
        line.taken_milli, line.taken_refund_minor);
    if (!set.ok()) return set;
  }
  return absl::OkStatus();
}

absl::Status keep_return(sqlite::Connection& connection, const storage::SaleRow& sale, Kept& kept,
                         const ResolvedReturn& resolved, MemberChange* change) {
  absl::Status written = keep_return_lines(connection, kept, resolved);
  if (!written.ok()) return written;
  storage::ReturnRow& row = kept.row;
  const bool was_applied = row.applied.has_value();
  const int64_t units_before = row.units_milli;
  const int64_t spend_before = row.spend_minor;
  const int64_t refund_before = row.refund_minor;
  row.applied = {sale.business_day, std::max(sale.business_day, row.business_day),
                 std::max(sale.effective_time_us, row.effective_time_us)};
  row.units_milli = resolved.units_milli;
  row.spend_minor = resolved.spend_minor;
  row.refund_minor = 0;
  for (const storage::ReturnLineRow& line : kept.lines) {
    row.refund_minor += line.paid_back_minor.value_or(line.taken_refund_minor);
  }
  const bool is_same = row.units_milli == units_before && row.spend_minor == spend_before;
  if (change != nullptr && !was_applied) {
    change->add(fact_of(row));
  } else if (change != nullptr && !is_same) {
    change->correct(sale.business_day, row.units_milli - units_before,
                    row.spend_minor - spend_before);
  }
  if (!was_applied || !is_same || row.refund_minor != refund_before || kept.moved_points) {
    written = storage::update_return(connection, row);
    if (!written.ok()) return written;
  }
  std::vector<v1::Difference> differences = differences_of(kept, resolved);
  differences.insert(differences.end(), kept.found.begin(), kept.found.end());
  return storage::replace_differences(connection, row.register_id, row.receipt, differences);
}

// What was used elsewhere when a return came is not found a second time.
absl::Status keep_found(sqlite::Connection& connection, Kept& kept) {
  const auto known = storage::list_differences(connection, kept.row.register_id, kept.row.receipt);
  if (!known.ok()) return known.status();
  for (const v1::Difference& difference : *known) {
    if (difference.has_points_used_elsewhere() || difference.has_right_used_elsewhere()) {
      kept.found.push_back(difference);
    }
  }
  return absl::OkStatus();
}

absl::StatusOr<std::vector<Kept>> read_returns(sqlite::Connection& connection,
                                               const storage::SaleRow& sale) {
  auto rows = storage::list_returns_of_sale(connection, sale.member_id, sale.sale_id);
  if (!rows.ok()) return rows.status();
  std::vector<Kept> kept;
  for (storage::ReturnRow& row : *rows) {
    auto lines = storage::list_return_lines(connection, row.member_id, row.return_id);
    if (!lines.ok()) return lines.status();
    kept.push_back({std::move(row), *std::move(lines), {}, false});
    if (!kept.back().row.applied) continue;
    const absl::Status found = keep_found(connection, kept.back());
    if (!found.ok()) return found;
  }
  return kept;
}

// Whether the rules promised something, and what.
struct Promised {
  v1::Sale content;
  std::optional<storage::VerdictRow> row;
  Verdict verdict;
};

absl::StatusOr<Promised> read_promised(sqlite::Connection& connection,
                                       const storage::SaleRow& sale) {
  Promised promised;
  if (!promised.content.ParseFromString(sale.content)) {
    return absl::InternalError("a sale's content cannot be read");
  }
  auto row = storage::find_verdict(connection, sale.member_id, sale.sale_id);
  if (!row.ok()) return row.status();
  promised.row = *std::move(row);
  if (!promised.row) return promised;
  absl::StatusOr<Verdict> verdict = verdict_of(*promised.row, sale.branch_id);
  if (!verdict.ok()) return verdict.status();
  promised.verdict = *std::move(verdict);
  return promised;
}

absl::Status settle(sqlite::Connection& connection, WriterState& state,
                    const storage::SaleRow& sale, const Promised& promised,
                    const ReturnsOfSale& resolved, std::vector<Kept>& kept, MemberChange* change) {
  if (!promised.row || !has_promises(promised.verdict.quote)) return absl::OkStatus();
  PromisedSale promised_sale{sale, promised.content, promised.verdict, *promised.row};
  std::vector<SettledReturn> settled;
  std::vector<std::pair<int64_t, int64_t>> before;
  for (size_t i = 0; i < kept.size(); ++i) {
    settled.push_back({kept[i].row, resolved.returns[i], kept[i].found});
    before.emplace_back(kept[i].row.earned_back_milli, kept[i].row.spent_back_milli);
  }
  const absl::Status done = settle_returns(connection, state, promised_sale, settled, change);
  for (size_t i = 0; i < kept.size(); ++i) {
    kept[i].moved_points =
        before[i] != std::make_pair(kept[i].row.earned_back_milli, kept[i].row.spent_back_milli);
  }
  return done;
}

}  // namespace

absl::Status resolve_returns_of(sqlite::Connection& connection, WriterState& state,
                                const storage::SaleRow& sale, MemberChange* change) {
  const auto sold = storage::list_sale_lines(connection, sale.member_id, sale.sale_id);
  if (!sold.ok()) return sold.status();
  absl::StatusOr<std::vector<Kept>> kept = read_returns(connection, sale);
  if (!kept.ok()) return kept.status();
  const absl::StatusOr<Promised> promised = read_promised(connection, sale);
  if (!promised.ok()) return promised.status();
  std::vector<std::vector<ReturnedLine>> returned;
  for (const Kept& each : *kept) returned.push_back(returned_lines_of(each.lines));
  const ReturnsOfSale resolved =
      resolve_returns(sold_lines_of(promised->content, promised->verdict.quote.lines()), returned);
  absl::Status written = keep_sold_lines(connection, sale, *sold, resolved);
  if (written.ok()) {
    written = settle(connection, state, sale, *promised, resolved, *kept, change);
  }
  for (size_t i = 0; written.ok() && i < kept->size(); ++i) {
    written = keep_return(connection, sale, (*kept)[i], resolved.returns[i], change);
  }
  return written;
}

absl::Status add_differences(sqlite::Connection& connection, const std::string& register_id,
                             const std::string& receipt,
                             const std::vector<v1::Difference>& differences) {
  if (differences.empty()) return absl::OkStatus();
  auto all = storage::list_differences(connection, register_id, receipt);
  if (!all.ok()) return all.status();
  all->insert(all->end(), differences.begin(), differences.end());
  return storage::replace_differences(connection, register_id, receipt, *all);
}

storage::FactRow fact_of(const storage::ReturnRow& row) {
  return {row.member_id,
          row.applied->purchase_day,
          row.applied->applied_day,
          row.applied->applied_time_us,
          -row.units_milli,
          -row.spend_minor,
          true};
}

storage::FactRow fact_of(const storage::SaleRow& row) {
  return {row.member_id,
          row.business_day,
          row.business_day,
          row.effective_time_us,
          row.units_milli,
          row.spend_minor,
          false};
}

}  // namespace moadon
