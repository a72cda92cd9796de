#include "server/operations/read_receipts.h"

#include <limits>
#include <optional>
#include <utility>

#include "absl/strings/str_cat.h"
#include "rules/calendar.h"
#include "rules/check.h"
#include "rules/money.h"
#include "rules/refusal.h"
#include "rules/returns.h"
#include "server/operations/member_id.h"
#include "server/operations/page_token.h"
#include "server/operations/verdict.h"
#include "server/storage/member_store.h"
#include "server/storage/receipt_store.h"
#include "server/storage/return_store.h"
#include "server/storage/sale_store.h"
#include "server/storage/verdict_store.h"

namespace moadon {
namespace {

constexpr size_t kMaxReceiptBytes = 64;
constexpr int kDefaultSales = 100;
constexpr int kMaxSales = 1000;
constexpr int64_t kBeforeAllDays = std::numeric_limits<int64_t>::min();

enum class Detail { kWhole, kHead };

struct DocumentName {
  storage::DocumentKind kind = storage::DocumentKind::kSale;
  int64_t member_id = 0;
  int64_t document_id = 0;
};

absl::Status check_name(const std::string& register_id, const std::string& receipt) {
  absl::Status status = check_id(register_id, "register_id");
  status.Update(check_text(receipt, kMaxReceiptBytes, Presence::kRequired, "receipt"));
  return status;
}

template <typename Row>
void fill_head(v1::RecordedSale& recorded, const Row& row) {
  recorded.mutable_receipt()->set_register_id(row.register_id);
  if (row.member_id != storage::kNobody) recorded.set_member_id(member_id_text(row.member_id));
  recorded.set_branch_id(row.branch_id);
  recorded.set_business_date(format_day(day_of_number(row.business_day)));
  recorded.set_value_minor(row.value_minor);
  *recorded.mutable_received_at() = timestamp_of(row.received_us);
  recorded.set_line_count(static_cast<int32_t>(row.line_count));
}

// What is left of a part of a sold line.
int64_t left_of(int64_t part, const storage::SaleLineRow& line) {
  return part - refund_of(part, line.returned_milli, line.quantity_milli);
}

// `sold` says what paid for the lines.
absl::Status fill_kept_lines(sqlite::Connection& connection, const storage::SaleRow& sale,
                             const std::vector<SoldLine>& sold, v1::GetReceiptResponse& response) {
  const auto lines = storage::list_sale_lines(connection, sale.member_id, sale.sale_id);
  if (!lines.ok()) return lines.status();
  for (size_t i = 0; i < lines->size(); ++i) {
    const storage::SaleLineRow& line = (*lines)[i];
    v1::KeptLine& kept = *response.add_kept_lines();
    kept.set_line_id(line.line_id);
    kept.set_kept_milli(line.quantity_milli - line.returned_milli);
    kept.set_refund_minor(line.paid_net_minor - line.refunded_minor);
    kept.set_points_minor(left_of(sold[i].points_spent_minor, line));
    kept.set_points_milli(left_of(sold[i].points_spent_milli, line));
    kept.set_gift_balance_minor(left_of(sold[i].gift_balance_minor, line));
    kept.set_paid_net_minor(line.paid_net_minor);
    kept.set_paid_points_minor(sold[i].points_spent_minor);
    kept.set_paid_points_milli(sold[i].points_spent_milli);
    kept.set_paid_gift_balance_minor(sold[i].gift_balance_minor);
  }
  return absl::OkStatus();
}

absl::Status fill_verdict(sqlite::Connection& connection, const storage::SaleRow& sale,
                          v1::RecordedSale& recorded) {
  const auto row = storage::find_verdict(connection, sale.member_id, sale.sale_id);
  if (!row.ok()) return row.status();
  if (!*row) return absl::OkStatus();
  absl::StatusOr<Verdict> verdict = verdict_of(**row, sale.branch_id);
  if (!verdict.ok()) return verdict.status();
  if (!has_promises(verdict->quote)) return absl::OkStatus();
  *recorded.mutable_verdict() = std::move(verdict->quote);
  recorded.set_points_kept_milli((*row)->earned_milli);
  return absl::OkStatus();
}

absl::Status fill_sale(sqlite::Connection& connection, const DocumentName& name, Detail detail,
                       v1::RecordedSale& recorded) {
  const auto row = storage::find_sale(connection, name.member_id, name.document_id);
  if (!row.ok()) return row.status();
  if (!*row) return absl::InternalError("a receipt's sale is not there");
  fill_head(recorded, **row);
  recorded.set_paid_net_minor((*row)->paid_net_minor);
  v1::Sale& sale = *recorded.mutable_receipt()->mutable_sale();
  if (detail == Detail::kHead) {
    sale.set_receipt((*row)->receipt);
    *sale.mutable_occurred_at() = timestamp_of((*row)->occurred_us);
    return absl::OkStatus();
  }
  if (!sale.ParseFromString((*row)->content)) {
    return absl::InternalError("a sale's content cannot be read");
  }
  const absl::Status filled = fill_verdict(connection, **row, recorded);
  if (!filled.ok()) return filled;
  return fill_kept_lines(connection, **row, sold_lines_of(sale, recorded.verdict().lines()),
                         *recorded.mutable_receipt());
}

absl::Status fill_return(sqlite::Connection& connection, const DocumentName& name, Detail detail,
                         v1::RecordedSale& recorded) {
  const auto row = storage::find_return(connection, name.member_id, name.document_id);
  if (!row.ok()) return row.status();
  if (!*row) return absl::InternalError("a receipt's return is not there");
  fill_head(recorded, **row);
  recorded.set_paid_net_minor((*row)->refund_minor);
  recorded.set_is_waiting((*row)->is_waiting());
  v1::Return& returned = *recorded.mutable_receipt()->mutable_returned();
  if (detail == Detail::kHead) {
    returned.set_receipt((*row)->receipt);
    *returned.mutable_occurred_at() = timestamp_of((*row)->occurred_us);
    return absl::OkStatus();
  }
  if (!returned.ParseFromString((*row)->content)) {
    return absl::InternalError("a return's content cannot be read");
  }
  return absl::OkStatus();
}

absl::StatusOr<v1::RecordedSale> read_document(sqlite::Connection& connection,
                                               const DocumentName& name, Detail detail) {
  v1::RecordedSale recorded;
  const absl::Status filled = name.kind == storage::DocumentKind::kSale
                                  ? fill_sale(connection, name, detail, recorded)
                                  : fill_return(connection, name, detail, recorded);
  if (!filled.ok()) return filled;
  const v1::GetReceiptResponse& content = recorded.receipt();
  const std::string& receipt =
      content.has_sale() ? content.sale().receipt() : content.returned().receipt();
  auto differences = storage::list_differences(connection, content.register_id(), receipt);
  if (!differences.ok()) return differences.status();
  for (v1::Difference& difference : *differences) {
    *recorded.add_differences() = std::move(difference);
  }
  return recorded;
}

absl::StatusOr<v1::RecordedSale> read_named(Club& club, const std::string& register_id,
                                            const std::string& receipt) {
  const absl::Status form = check_name(register_id, receipt);
  if (!form.ok()) return form;
  auto reader = club.database().readers().lease_snapshot();
  if (!reader.ok()) return reader.status();
  const auto found = storage::find_receipt(**reader, register_id, receipt);
  if (!found.ok()) return found.status();
  if (!*found) {
    return refuse(v1::REASON_RECEIPT_UNKNOWN, "no sale or return with this receipt",
                  {{"register_id", register_id}, {"receipt", receipt}});
  }
  return read_document(**reader, {(*found)->kind, (*found)->member_id, (*found)->document_id},
                       Detail::kWhole);
}

absl::StatusOr<v1::ListSalesResponse> list_all(sqlite::Connection& connection,
                                               const std::string& token, int page_size) {
  constexpr absl::string_view kCall = "sales";
  std::vector<std::string> after = {"", ""};
  if (!token.empty()) {
    auto parts = page_token_parts(kCall, token, 2);
    if (!parts.ok()) return parts.status();
    after = *std::move(parts);
  }
  const auto rows = storage::list_receipts(connection, after[0], after[1], page_size);
  if (!rows.ok()) return rows.status();
  v1::ListSalesResponse response;
  for (const storage::ReceiptRow& row : *rows) {
    auto recorded =
        read_document(connection, {row.kind, row.member_id, row.document_id}, Detail::kHead);
    if (!recorded.ok()) return recorded.status();
    *response.add_sales() = *std::move(recorded);
  }
  if (static_cast<int>(rows->size()) == page_size) {
    response.set_next_page_token(
        page_token(kCall, {rows->back().register_id, rows->back().receipt}));
  }
  return response;
}

absl::StatusOr<v1::ListSalesResponse> list_of_member(sqlite::Connection& connection,
                                                     const std::string& member,
                                                     const std::string& token, int page_size) {
  const std::optional<int64_t> member_id = member_id_of(member);
  const auto known = storage::find_member(connection, member_id.value_or(storage::kNobody));
  if (!known.ok()) return known.status();
  if (!*known) return refuse(v1::REASON_MEMBER_UNKNOWN, "no such member");
  const std::string call = absl::StrCat("sales of ", member);
  storage::DocumentPlace after{kBeforeAllDays, "", ""};
  if (!token.empty()) {
    const auto parts = page_token_parts(call, token, 3);
    if (!parts.ok()) return parts.status();
    const absl::StatusOr<int64_t> day = page_token_number((*parts)[0]);
    if (!day.ok()) return day.status();
    after = {*day, (*parts)[1], (*parts)[2]};
  }
  const auto documents = storage::list_documents_of(connection, *member_id, after, page_size);
  if (!documents.ok()) return documents.status();
  v1::ListSalesResponse response;
  for (const storage::DocumentOfMember& document : *documents) {
    auto recorded =
        read_document(connection, {document.kind, *member_id, document.document_id}, Detail::kHead);
    if (!recorded.ok()) return recorded.status();
    *response.add_sales() = *std::move(recorded);
  }
  if (static_cast<int>(documents->size()) == page_size) {
    const storage::DocumentPlace& last = documents->back().place;
    response.set_next_page_token(
        page_token(call, {absl::StrCat(last.business_day), last.register_id, last.receipt}));
  }
  return response;
}

}  // namespace

absl::StatusOr<v1::SyncGetReceiptResponse> get_receipt(Club& club,
                                                       const v1::SyncGetReceiptRequest& request) {
  auto recorded = read_named(club, request.register_id(), request.receipt());
  if (!recorded.ok()) return recorded.status();
  v1::SyncGetReceiptResponse response;
  *response.mutable_receipt() = std::move(*recorded->mutable_receipt());
  return response;
}

absl::StatusOr<v1::GetSaleResponse> get_sale(Club& club, const v1::GetSaleRequest& request) {
  auto recorded = read_named(club, request.register_id(), request.receipt());
  if (!recorded.ok()) return recorded.status();
  v1::GetSaleResponse response;
  *response.mutable_sale() = *std::move(recorded);
  return response;
}

absl::StatusOr<v1::ListSalesResponse> list_sales(Club& club, const v1::ListSalesRequest& request) {
  const auto page_size = checked_page_size(request.page_size(), kDefaultSales, kMaxSales);
  if (!page_size.ok()) return page_size.status();
  auto reader = club.database().readers().lease_snapshot();
  if (!reader.ok()) return reader.status();
  return request.member_id().empty()
             ? list_all(**reader, request.page_token(), *page_size)
             : list_of_member(**reader, request.member_id(), request.page_token(), *page_size);
}

}  // namespace moadon
