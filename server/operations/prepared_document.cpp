#include "server/operations/prepared_document.h"

#include <utility>

#include "absl/strings/str_cat.h"
#include "rules/calendar.h"
#include "rules/check.h"
#include "rules/field_checks.h"
#include "rules/money.h"
#include "rules/refusal.h"
#include "rules/returns.h"
#include "server/operations/facts_seal.h"
#include "server/operations/tokens.h"

namespace moadon {
namespace {

constexpr size_t kMaxNamedIdBytes = 32;
// Stands for a member whose id is not known yet.
constexpr char kSomebody[] = "somebody";

absl::Status malformed(absl::string_view field) {
  return refuse(v1::REASON_MALFORMED, absl::StrCat(field, " is not the message it should be"),
                {{"field", field}});
}

template <typename Content>
absl::StatusOr<Content> parse(const std::string& bytes, absl::string_view field) {
  const absl::Status size = check_content_size(bytes.size(), field);
  if (!size.ok()) return size;
  Content content;
  if (!content.ParseFromString(bytes)) return malformed(field);
  return content;
}

// Takes the key out of the content: it is personal, and is kept apart if at all.
template <typename Content>
v1::Key take_key(Content& content) {
  v1::Key key;
  if (content.has_key()) key.Swap(content.mutable_key());
  content.clear_key();
  return key;
}

constexpr absl::string_view kSaleDigest = "sale";
constexpr absl::string_view kReturnDigest = "return";

// `content` is without its key.
std::string digest_of(const ClubView& view, absl::string_view kind, const std::string& content,
                      const v1::Key& key) {
  return keyed_digest(view.digest_key(), {kind, content, canonical_bytes(key)});
}

struct Dating {
  int64_t business_day = 0;
  int64_t effective_time_us = 0;
  int64_t occurred_us = 0;
  std::optional<int64_t> corrected_us;
};

absl::StatusOr<Dating> date(const google::protobuf::Timestamp& occurred_at,
                            const v1::RecordContext& context, const RegisterView& at,
                            absl::string_view field) {
  Dating dating;
  const absl::StatusOr<int64_t> occurred_us = time_us_of(occurred_at, field);
  if (!occurred_us.ok()) return occurred_us.status();
  dating.occurred_us = *occurred_us;
  if (context.has_corrected_at()) {
    const auto corrected_us = time_us_of(context.corrected_at(), "context.corrected_at");
    if (!corrected_us.ok()) return corrected_us.status();
    dating.corrected_us = *corrected_us;
  }
  const bool is_corrected = dating.corrected_us && !at.replays_history;
  dating.effective_time_us = is_corrected ? *dating.corrected_us : dating.occurred_us;
  dating.business_day =
      day_number(business_day(dating.effective_time_us, at.zone, at.day_start_minutes));
  return dating;
}

template <typename Row>
void fill_head(Row& row, const std::string& receipt, const Dating& dating,
               const Reception& reception) {
  row.register_id = reception.at.register_id;
  row.receipt = receipt;
  row.branch_id = reception.at.branch_id;
  row.business_day = dating.business_day;
  row.effective_time_us = dating.effective_time_us;
  row.occurred_us = dating.occurred_us;
  row.corrected_us = dating.corrected_us;
  row.received_us = reception.received_us;
}

PresentedMember presented_member(const v1::Key& key, const v1::RecordContext& context,
                                 const Reception& reception) {
  PresentedMember member;
  member.register_id = reception.at.register_id;
  member.member_id = context.member_id().substr(0, kMaxNamedIdBytes);
  if (key.kind_case() != v1::Key::KIND_NOT_SET) {
    member.key = presented_key(key, reception.view.country_code());
  }
  return member;
}

// What is wrong with a sale by the rules and by its own sums.
std::vector<v1::Difference> differences_of(const PreparedSale& prepared) {
  const v1::Sale& sale = prepared.content;
  std::vector<v1::Difference> differences;
  for (int i = 0; i < sale.lines_size(); ++i) {
    const v1::Line& line = sale.lines(i);
    if (!line.has_paid_net_minor()) continue;
    const int64_t right_minor = verdict_minor(sale, prepared.verdict, i);
    if (line.paid_net_minor() == right_minor) continue;
    v1::PriceDiffers& differs = *differences.emplace_back().mutable_price_differs();
    differs.set_line_id(line.line_id());
    differs.set_charged_minor(line.paid_net_minor());
    differs.set_verdict_minor(right_minor);
  }
  const int64_t sum_minor = prepared.row.paid_net_minor;
  if (sale.has_register_total_minor() && sale.register_total_minor() != sum_minor) {
    v1::TotalDiffers& differs = *differences.emplace_back().mutable_total_differs();
    differs.set_register_total_minor(sale.register_total_minor());
    differs.set_sum_minor(sum_minor);
  }
  const std::vector<v1::Difference>& of_version = prepared.judged_by.differences;
  differences.insert(differences.end(), of_version.begin(), of_version.end());
  if (lacks_facts(prepared.judged_by, prepared.verdict.facts.member_id())) {
    differences.emplace_back().mutable_facts_unknown()->set_facts_snapshot(
        prepared.judged_by.named_snapshot);
  }
  return differences;
}

storage::SaleLineRow line_row(const v1::Line& line, int64_t right_minor) {
  storage::SaleLineRow row;
  row.line_id = line.line_id();
  row.sku = line.sku();
  row.category = line.category();
  row.brand = line.brand();
  row.quantity_milli = line.quantity_milli();
  row.unit_price_minor = line.unit_price_minor();
  row.value_minor = line_value_minor(line.unit_price_minor(), line.quantity_milli()).value();
  row.paid_net_minor = line.has_paid_net_minor() ? line.paid_net_minor() : right_minor;
  row.is_deposit = line.is_deposit();
  return row;
}

storage::ReturnLineRow line_row(const v1::ReturnLine& line) {
  storage::ReturnLineRow row;
  row.line_id = line.line_id();
  row.original_line_id = line.original_line_id();
  row.sku = line.sku();
  row.category = line.category();
  row.brand = line.brand();
  row.quantity_milli = line.quantity_milli();
  row.unit_price_minor = line.unit_price_minor();
  row.value_minor = line_value_minor(line.unit_price_minor(), line.quantity_milli()).value();
  if (line.has_refund_minor()) row.paid_back_minor = line.refund_minor();
  row.is_deposit = line.is_deposit();
  return row;
}

// Lines, sums and differences, by the verdict.
void fill_amounts(PreparedSale& prepared) {
  storage::SaleRow& row = prepared.row;
  const v1::Sale& sale = prepared.content;
  prepared.lines.clear();
  prepared.lines.reserve(sale.lines_size());
  row.value_minor = row.paid_net_minor = row.units_milli = row.spend_minor = 0;
  for (int i = 0; i < sale.lines_size(); ++i) {
    const v1::Line& line = sale.lines(i);
    const storage::SaleLineRow& kept =
        prepared.lines.emplace_back(line_row(line, verdict_minor(sale, prepared.verdict, i)));
    row.value_minor += kept.value_minor;
    row.paid_net_minor += kept.paid_net_minor;
    if (line.is_deposit() || line.is_gift_balance()) continue;
    row.units_milli += kept.quantity_milli;
    row.spend_minor += kept.paid_net_minor;
  }
  prepared.differences = differences_of(prepared);
}

// Whose the sale will turn out to be, as far as can be told without looking: the facts' member, or
// somebody of whom nothing is known.
std::string likely_member(const PreparedSale& prepared, const v1::RecordContext& context) {
  if (!prepared.judged_by.facts.member_id().empty()) return prepared.judged_by.facts.member_id();
  if (!context.member_id().empty()) return prepared.member.member_id;
  return prepared.member.key.candidates.empty() ? "" : kSomebody;
}

absl::StatusOr<PreparedDocument> prepare_sale(const v1::RecordEntry& entry,
                                              const Reception& reception) {
  absl::StatusOr<v1::Sale> sale = parse<v1::Sale>(entry.sale(), "sale");
  if (!sale.ok()) return sale.status();
  const absl::Status form = check_sale(*sale);
  if (!form.ok()) return form;
  const v1::RecordContext& context = entry.context();
  const auto dating = date(sale->occurred_at(), context, reception.at, "sale.occurred_at");
  if (!dating.ok()) return dating.status();

  PreparedSale prepared;
  storage::SaleRow& row = prepared.row;
  fill_head(row, sale->receipt(), *dating, reception);
  row.program_version = context.program_version();
  row.facts_snapshot = context.facts().snapshot();
  row.line_count = sale->lines_size();
  const v1::Key key = take_key(*sale);
  row.content = canonical_bytes(*sale);
  prepared.receipt = {row.register_id,
                      row.receipt,
                      storage::DocumentKind::kSale,
                      0,
                      0,
                      digest_of(reception.view, kSaleDigest, row.content, key)};
  prepared.member = presented_member(key, context, reception);
  prepared.judged_by = case_of(*sale, context, row, reception.view, reception.at);
  prepared.hold_id = context.hold_id().substr(0, kMaxNamedIdBytes);
  prepared.content = *std::move(sale);
  prepared.verdict =
      judge(prepared.content, prepared.judged_by, likely_member(prepared, context), reception.view);
  fill_amounts(prepared);
  return prepared;
}

absl::StatusOr<PreparedDocument> prepare_return(const v1::RecordEntry& entry,
                                                const Reception& reception) {
  absl::StatusOr<v1::Return> returned = parse<v1::Return>(entry.returned(), "returned");
  if (!returned.ok()) return returned.status();
  const absl::Status form = check_return(*returned);
  if (!form.ok()) return form;
  const auto dating =
      date(returned->occurred_at(), entry.context(), reception.at, "returned.occurred_at");
  if (!dating.ok()) return dating.status();

  PreparedReturn prepared;
  storage::ReturnRow& row = prepared.row;
  fill_head(row, returned->receipt(), *dating, reception);
  row.line_count = returned->lines_size();
  row.refund_minor = unlinked_refund_minor(*returned);
  if (returned->has_original()) {
    row.original_register_id = returned->original().register_id();
    row.original_receipt = returned->original().receipt();
  } else {
    row.spend_minor = unlinked_spend_minor(*returned);
    row.applied = {row.business_day, row.business_day, row.effective_time_us};
  }
  prepared.lines.reserve(returned->lines_size());
  for (const v1::ReturnLine& line : returned->lines()) {
    row.value_minor += prepared.lines.emplace_back(line_row(line)).value_minor;
  }
  if (returned->has_register_total_minor()) {
    prepared.register_total_minor = returned->register_total_minor();
  }
  const v1::Key key = take_key(*returned);
  row.content = canonical_bytes(*returned);
  prepared.receipt = {row.register_id,
                      row.receipt,
                      storage::DocumentKind::kReturn,
                      0,
                      0,
                      digest_of(reception.view, kReturnDigest, row.content, key)};
  if (!returned->has_original()) {
    prepared.member = presented_member(key, entry.context(), reception);
  }
  return prepared;
}

absl::StatusOr<PreparedDocument> prepare_enrolled(const v1::RecordEntry& entry,
                                                  const Reception& reception) {
  const auto enrolled = parse<v1::OfflineEnrollment>(entry.enrolled(), "enrolled");
  if (!enrolled.ok()) return enrolled.status();
  auto prepared = prepare_recorded_enrollment(*enrolled, entry.context(), reception.view,
                                              reception.at, reception.received_us);
  if (!prepared.ok()) return prepared.status();
  return *std::move(prepared);
}

}  // namespace

std::string receipt_digest(const ClubView& view, v1::Sale sale) {
  const v1::Key key = take_key(sale);
  return digest_of(view, kSaleDigest, canonical_bytes(sale), key);
}

std::string receipt_digest(const ClubView& view, v1::Return returned) {
  const v1::Key key = take_key(returned);
  return digest_of(view, kReturnDigest, canonical_bytes(returned), key);
}

void judge_for(PreparedSale& sale, const std::string& member_id, const ClubView& view) {
  const std::string& judged_for = sale.verdict.facts.member_id();
  if (judged_for == member_id) return;
  const bool same_facts = !judged_for.empty() && !member_id.empty() &&
                          sale.verdict.facts.snapshot() == 0 &&
                          sale.judged_by.facts.member_id() != member_id;
  if (same_facts) {
    sale.verdict.facts.set_member_id(member_id);
    sale.differences = differences_of(sale);
    return;
  }
  sale.verdict = judge(sale.content, sale.judged_by, member_id, view);
  fill_amounts(sale);
}

absl::StatusOr<PreparedDocument> prepare_document(const v1::RecordEntry& entry,
                                                  const Reception& reception) {
  switch (entry.content_case()) {
    case v1::RecordEntry::kSale:
      return prepare_sale(entry, reception);
    case v1::RecordEntry::kReturned:
      return prepare_return(entry, reception);
    case v1::RecordEntry::kEnrolled:
      return prepare_enrolled(entry, reception);
    case v1::RecordEntry::CONTENT_NOT_SET:
      break;
  }
  return missing(FieldPath("content"));
}

}  // namespace moadon
