#include "rules/check_lines.h"

#include <algorithm>

#include "absl/container/flat_hash_set.h"
#include "rules/money.h"
#include "rules/price.h"

namespace moadon {
namespace {

constexpr size_t kMaxDescriptionBytes = 200;
constexpr int32_t kMaxRateBps = 10'000;

absl::Status check_value(int64_t unit_price_minor, int64_t quantity_milli, const FieldPath& path) {
  absl::Status status =
      check_amount(unit_price_minor, 0, kMaxAmountMinor, path.at("unit_price_minor"));
  if (status.ok() && !line_value_minor(unit_price_minor, quantity_milli)) {
    status = check_amount(kMaxAmountMinor + 1, 0, kMaxAmountMinor,
                          path.at("unit_price_minor x quantity_milli"));
  }
  return status;
}

absl::Status check_tags(const google::protobuf::RepeatedPtrField<std::string>& tags,
                        const FieldPath& path) {
  absl::Status status = check_count(tags.size(), kMaxTags, path);
  for (int i = 0; status.ok() && i < tags.size(); ++i) {
    status = check_text(tags[i], kMaxWordBytes, Presence::kRequired, path.at(i));
  }
  return status;
}

// The fields that lines of sales and returns share, in the order of their numbers.
template <typename AnyLine>
absl::Status check_article(const AnyLine& line, const FieldPath& path) {
  absl::Status status =
      check_text(line.line_id(), kMaxIdBytes, Presence::kRequired, path.at("line_id"));
  status.Update(
      check_amount(line.quantity_milli(), 1, kMaxQuantityMilli, path.at("quantity_milli")));
  status.Update(check_text(line.sku(), kMaxWordBytes, Presence::kRequired, path.at("sku")));
  status.Update(check_text(line.description(), kMaxDescriptionBytes, Presence::kOptional,
                           path.at("description")));
  status.Update(
      check_text(line.category(), kMaxWordBytes, Presence::kOptional, path.at("category")));
  status.Update(check_text(line.brand(), kMaxWordBytes, Presence::kOptional, path.at("brand")));
  if (!line.tags().empty()) status.Update(check_tags(line.tags(), path.at("tags")));
  if (status.ok()) status = check_value(line.unit_price_minor(), line.quantity_milli(), path);
  return status;
}

absl::Status check_rate(int32_t tax_rate_bps, const FieldPath& path) {
  return check_amount(tax_rate_bps, 0, kMaxRateBps, path.at("tax_rate_bps"));
}

absl::Status check_override(const v1::Line& line, const FieldPath& path) {
  absl::Status status =
      check_value(line.price_override().unit_price_minor(), line.quantity_milli(), path);
  status.Update(check_text(line.price_override().note(), kMaxDescriptionBytes, Presence::kOptional,
                           path.at("note")));
  return status;
}

// A line is a deposit, gift balance, a gift, or an article: one of them.
absl::Status check_role(const v1::Line& line, const FieldPath& path) {
  if (line.is_gift_balance() && line.is_deposit()) {
    return invalid(path.at("is_gift_balance"), "unset in a deposit");
  }
  if (line.gift_benefit_id().empty()) return absl::OkStatus();
  const FieldPath field = path.at("gift_benefit_id");
  if (line.is_deposit() || line.is_gift_balance()) {
    return invalid(field, "unset in a deposit and in gift balance sold");
  }
  return check_text(line.gift_benefit_id(), kMaxIdBytes, Presence::kOptional, field);
}

absl::Status check_line(const v1::Line& line, const FieldPath& path) {
  absl::Status status = check_article(line, path);
  status.Update(check_amount(line.register_discount_minor(), 0, kMaxAmountMinor,
                             path.at("register_discount_minor")));
  if (status.ok() && line.has_price_override()) {
    status = check_override(line, path.at("price_override"));
  }
  if (status.ok() && charged_minor(line) < 0) {
    const int64_t value_minor = charged_minor(line) + line.register_discount_minor();
    status = check_amount(line.register_discount_minor(), 0, value_minor,
                          path.at("register_discount_minor"));
  }
  status.Update(check_rate(line.tax_rate_bps(), path));
  if (status.ok() && line.has_paid_net_minor()) {
    status = check_amount(line.paid_net_minor(), 0, kMaxAmountMinor, path.at("paid_net_minor"));
  }
  status.Update(check_role(line, path));
  return status;
}

absl::Status check_return_line(const v1::ReturnLine& line, const FieldPath& path) {
  absl::Status status = check_article(line, path);
  status.Update(check_text(line.original_line_id(), kMaxIdBytes, Presence::kOptional,
                           path.at("original_line_id")));
  status.Update(check_rate(line.tax_rate_bps(), path));
  if (status.ok() && line.has_refund_minor()) {
    status = check_amount(line.refund_minor(), 0, kMaxAmountMinor, path.at("refund_minor"));
  }
  if (status.ok() && line.is_gift_balance() && line.is_deposit()) {
    status = invalid(path.at("is_gift_balance"), "unset in a deposit");
  }
  return status;
}

// The most that a checked line adds to any sum: its list value, what is charged, what was paid or
// paid back.
int64_t largest_amount_minor(const v1::Line& line) {
  const int64_t charged = charged_minor(line);
  return std::max({line_value_minor(line.unit_price_minor(), line.quantity_milli()).value(),
                   charged, line.has_paid_net_minor() ? line.paid_net_minor() : charged});
}
int64_t largest_amount_minor(const v1::ReturnLine& line) {
  return std::max(line_value_minor(line.unit_price_minor(), line.quantity_milli()).value(),
                  line.refund_minor());
}

template <typename AnyLines, typename CheckOne>
absl::Status check_each(const AnyLines& lines, const FieldPath& path, CheckOne check_one) {
  if (absl::Status status = check_count(lines.size(), kMaxLines, path); !status.ok()) return status;
  absl::flat_hash_set<absl::string_view> ids;
  ids.reserve(static_cast<size_t>(lines.size()));
  int64_t sum_minor = 0;  // cannot overflow: 5,000 lines of at most 10^12
  for (int i = 0; i < lines.size(); ++i) {
    const FieldPath at = path.at(i);
    if (absl::Status status = check_one(lines[i], at); !status.ok()) return status;
    if (!ids.insert(lines[i].line_id()).second) {
      return invalid(at.at("line_id"), "unique among the lines");
    }
    sum_minor += largest_amount_minor(lines[i]);
  }
  return check_amount(sum_minor, 0, kMaxSumMinor, path);
}

}  // namespace

absl::Status check_lines(const Lines& lines, Presence presence, const FieldPath& path) {
  if (lines.empty() && presence == Presence::kRequired) return missing(path);
  return check_each(lines, path, check_line);
}

absl::Status check_return_lines(const ReturnLines& lines, const FieldPath& path) {
  if (lines.empty()) return missing(path);
  return check_each(lines, path, check_return_line);
}

absl::Status check_tenders(const Tenders& tenders, const FieldPath& path) {
  absl::Status status = check_count(tenders.size(), kMaxTenders, path);
  for (int i = 0; status.ok() && i < tenders.size(); ++i) {
    const v1::Tender& tender = tenders[i];
    const FieldPath at = path.at(i);
    if (tender.kind() == v1::TENDER_KIND_UNSPECIFIED) return missing(at.at("kind"));
    if (!v1::TenderKind_IsValid(tender.kind())) return invalid(at.at("kind"), "a known kind");
    status = check_amount(tender.amount_minor(), 0, kMaxSumMinor, at.at("amount_minor"));
    status.Update(
        check_text(tender.reference(), kMaxWordBytes, Presence::kOptional, at.at("reference")));
  }
  return status;
}

}  // namespace moadon
