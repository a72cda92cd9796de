#include "server/operations/verify_documents.h"

#include <algorithm>

#include "absl/container/flat_hash_map.h"
#include "absl/strings/str_cat.h"
#include "rules/calendar.h"
#include "server/operations/member_id.h"
#include "server/storage/receipt_store.h"

namespace moadon {
namespace {

void see(PlainDocuments& sums, int64_t time_us, int64_t day) {
  sums.first_time_us = std::min(sums.first_time_us.value_or(time_us), time_us);
  sums.first_day = std::min(sums.first_day.value_or(day), day);
}

}  // namespace

// The receipt points at the document, and its dates are what its times say.
template <typename Row>
absl::Status DocumentCheck::check_head(const Row& row, absl::string_view kind,
                                       int64_t document_id) {
  Comparison compare(absl::StrCat(kind, " ", row.register_id, " ", row.receipt), found_);
  const auto receipt = storage::find_receipt(connection_, row.register_id, row.receipt);
  if (!receipt.ok()) return receipt.status();
  const std::string subject = absl::StrCat(kind, ".receipt_row");
  if (!*receipt) {
    compare.same(subject, "none", "one");
  } else {
    compare.same(subject, (*receipt)->document_id, document_id);
    compare.same(absl::StrCat(kind, ".receipt_member"), member_id_text((*receipt)->member_id),
                 member_id_text(row.member_id));
  }
  const RegisterView* at = view_.register_of_id(row.register_id);
  if (at == nullptr) {
    compare.same(absl::StrCat(kind, ".register"), row.register_id, "none");
    return absl::OkStatus();
  }
  const bool is_corrected = row.corrected_us && !at->replays_history;
  const int64_t time_us = is_corrected ? *row.corrected_us : row.occurred_us;
  compare.same(absl::StrCat(kind, ".effective_time_us"), row.effective_time_us, time_us);
  compare.same(absl::StrCat(kind, ".business_day"), row.business_day,
               day_number(business_day(time_us, at->zone, at->day_start_minutes)));
  return absl::OkStatus();
}

absl::StatusOr<PlainDocuments> DocumentCheck::check(
    const std::vector<storage::SaleRow>& sale_rows,
    const std::vector<storage::ReturnRow>& return_rows,
    const std::vector<storage::KeptVerdict>& verdict_rows) {
  absl::flat_hash_map<int64_t, const storage::KeptVerdict*> verdicts;
  for (const storage::KeptVerdict& row : verdict_rows) verdicts[row.sale_id] = &row;
  PlainDocuments documents;
  documents.sales.resize(sale_rows.size());
  for (size_t i = 0; i < sale_rows.size(); ++i) {
    PlainSale& sale = documents.sales[i];
    sale.row = &sale_rows[i];
    if (!sale.content.ParseFromString(sale_rows[i].content)) {
      return absl::InternalError("a sale's content cannot be read");
    }
    const auto verdict = verdicts.find(sale_rows[i].sale_id);
    if (verdict == verdicts.end()) continue;
    sale.verdict_row = verdict->second;
    if (!sale.verdict.ParseFromString(verdict->second->verdict)) {
      return absl::InternalError("a sale's verdict cannot be read");
    }
  }
  documents.returns.resize(return_rows.size());
  for (size_t i = 0; i < return_rows.size(); ++i) {
    documents.returns[i].row = &return_rows[i];
    if (!documents.returns[i].content.ParseFromString(return_rows[i].content)) {
      return absl::InternalError("a return's content cannot be read");
    }
  }
  const absl::Status checked = check_sales(documents);
  if (!checked.ok()) return checked;
  return documents;
}

absl::Status DocumentCheck::check_sales(PlainDocuments& documents) {
  absl::flat_hash_map<int64_t, std::vector<PlainReturn*>> returns_of;
  for (PlainReturn& returned : documents.returns) {
    if (returned.row->sale_id) returns_of[*returned.row->sale_id].push_back(&returned);
  }
  absl::flat_hash_map<int64_t, const PlainSale*> by_id;
  for (PlainSale& sale : documents.sales) {
    const storage::SaleRow& row = *sale.row;
    by_id[row.sale_id] = &sale;
    plain_resolve(sale, returns_of[row.sale_id]);
    const auto lines = storage::list_sale_lines(connection_, row.member_id, row.sale_id);
    if (!lines.ok()) return lines.status();
    compare_sale(sale, *lines, found_);
    const absl::Status head = check_head(row, "sale", row.sale_id);
    if (!head.ok()) return head;
    int64_t units_milli = 0;
    int64_t spend_minor = 0;
    for (int i = 0; i < sale.content.lines_size(); ++i) {
      if (!plain_is_spend(sale.content.lines(i))) continue;
      units_milli += sale.content.lines(i).quantity_milli();
      spend_minor += sale.paid_net_minor[i];
    }
    ++documents.sale_count;
    documents.facts.push_back({row.business_day, row.business_day, units_milli, spend_minor});
    documents.takes.push_back(false);
    see(documents, row.effective_time_us, row.business_day);
  }
  for (const PlainReturn& returned : documents.returns) {
    const PlainSale* sale = nullptr;
    if (returned.row->sale_id) {
      const auto found = by_id.find(*returned.row->sale_id);
      if (found != by_id.end()) sale = found->second;
    }
    const absl::Status checked = check_return(returned, sale, documents);
    if (!checked.ok()) return checked;
  }
  return absl::OkStatus();
}

absl::Status DocumentCheck::check_return(const PlainReturn& returned, const PlainSale* sale,
                                         PlainDocuments& sums) {
  const storage::ReturnRow& row = *returned.row;
  const auto lines = storage::list_return_lines(connection_, row.member_id, row.return_id);
  if (!lines.ok()) return lines.status();
  if (row.sale_id && sale == nullptr) {
    Comparison compare(absl::StrCat("return ", row.register_id, " ", row.receipt), found_);
    compare.same("return.sale", "another member's or none", "the member's");
    return absl::OkStatus();
  }
  compare_return(returned, sale, *lines, found_);
  const absl::Status head = check_head(row, "return", row.return_id);
  if (!head.ok() || row.is_waiting()) return head;
  PlainFact fact;
  if (sale != nullptr) {
    fact = {sale->row->business_day, std::max(sale->row->business_day, row.business_day),
            -returned.units_milli, -returned.spend_minor};
  } else {
    fact = {row.business_day, row.business_day, 0, 0};
    for (const v1::ReturnLine& line : returned.content.lines()) {
      if (line.is_deposit() || line.is_gift_balance()) continue;
      fact.spend_minor -= line.has_refund_minor()
                              ? line.refund_minor()
                              : plain_value_minor(line.unit_price_minor(), line.quantity_milli());
    }
    see(sums, row.effective_time_us, row.business_day);
  }
  sums.takes.push_back(fact.units_milli < 0 || fact.spend_minor < 0);
  sums.facts.push_back(fact);
  return absl::OkStatus();
}

}  // namespace moadon
