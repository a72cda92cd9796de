#include "rules/check.h"

#include <algorithm>
#include <string>

#include "absl/container/flat_hash_set.h"
#include "absl/strings/ascii.h"
#include "absl/strings/str_cat.h"
#include "rules/calendar.h"
#include "rules/money.h"
#include "rules/price.h"
#include "rules/refusal.h"
#include "rules/text.h"

namespace moadon {
namespace {

constexpr size_t kMaxIdBytes = 32;
constexpr size_t kMaxReceiptBytes = 64;
constexpr size_t kMaxWordBytes = 64;  // sku, category, brand, tag, cashier, reference
constexpr size_t kMaxDescriptionBytes = 200;
constexpr int64_t kMaxCashRoundingMinor = 99;
constexpr int32_t kMaxRateBps = 10'000;
constexpr size_t kMinPhoneBytes = 3;
constexpr size_t kMaxPhoneBytes = 32;
constexpr size_t kMinEmailBytes = 3;
constexpr size_t kMaxEmailBytes = 254;
constexpr size_t kMinLastDigits = 4;
constexpr size_t kMaxLastDigits = 10;

absl::Status missing(absl::string_view field) {
  return refuse(v1::REASON_FIELD_MISSING, absl::StrCat(field, " is missing"), {{"field", field}});
}

absl::Status invalid(absl::string_view field, absl::string_view must) {
  return refuse(v1::REASON_FIELD_INVALID, absl::StrCat(field, " must be ", must),
                {{"field", field}, {"limit", must}});
}

absl::Status check_amount(int64_t value, int64_t min, int64_t max, absl::string_view field) {
  if (value >= min && value <= max) return absl::OkStatus();
  const std::string limit = absl::StrCat(min, "..", max);
  return refuse(v1::REASON_AMOUNT_OUT_OF_RANGE, absl::StrCat(field, " must be within ", limit),
                {{"field", field}, {"limit", limit}});
}

absl::Status check_count(int count, int max, absl::string_view field) {
  if (count <= max) return absl::OkStatus();
  const std::string limit = absl::StrCat(max);
  return refuse(v1::REASON_TOO_LARGE, absl::StrCat(field, " has more than ", limit, " entries"),
                {{"field", field}, {"limit", limit}});
}

absl::Status check_time(bool present, const google::protobuf::Timestamp& time,
                        absl::string_view field) {
  if (!present) return missing(field);
  return time_us_of(time, field).status();
}

// A key's value is normalised later: marks that only steer the direction of writing may stand in
// it.
absl::Status check_key_value(absl::string_view value, size_t min_bytes, size_t max_bytes,
                             absl::string_view field) {
  if (value.empty()) return missing(field);
  if (!is_valid_utf8(value) || has_control_characters(value)) {
    return refuse(v1::REASON_TEXT_INVALID, absl::StrCat(field, " has characters that no key has"),
                  {{"field", field}});
  }
  if (value.size() < min_bytes || value.size() > max_bytes) {
    return invalid(field, absl::StrCat(min_bytes, " to ", max_bytes, " bytes"));
  }
  return absl::OkStatus();
}

// The fields that lines of sales and returns share, in the order of their numbers.
template <typename AnyLine>
absl::Status check_article(const AnyLine& line, absl::string_view path) {
  absl::Status status =
      check_text(line.line_id(), kMaxIdBytes, Presence::kRequired, absl::StrCat(path, ".line_id"));
  status.Update(check_amount(line.quantity_milli(), 1, kMaxQuantityMilli,
                             absl::StrCat(path, ".quantity_milli")));
  status.Update(
      check_text(line.sku(), kMaxWordBytes, Presence::kRequired, absl::StrCat(path, ".sku")));
  status.Update(check_text(line.description(), kMaxDescriptionBytes, Presence::kOptional,
                           absl::StrCat(path, ".description")));
  status.Update(check_text(line.category(), kMaxWordBytes, Presence::kOptional,
                           absl::StrCat(path, ".category")));
  status.Update(
      check_text(line.brand(), kMaxWordBytes, Presence::kOptional, absl::StrCat(path, ".brand")));
  status.Update(check_count(line.tags_size(), kMaxTags, absl::StrCat(path, ".tags")));
  for (int i = 0; status.ok() && i < line.tags_size(); ++i) {
    status = check_text(line.tags(i), kMaxWordBytes, Presence::kRequired,
                        absl::StrCat(path, ".tags[", i, "]"));
  }
  status.Update(check_amount(line.unit_price_minor(), 0, kMaxAmountMinor,
                             absl::StrCat(path, ".unit_price_minor")));
  if (status.ok() && !line_value_minor(line.unit_price_minor(), line.quantity_milli())) {
    status = check_amount(kMaxAmountMinor + 1, 0, kMaxAmountMinor,
                          absl::StrCat(path, ".unit_price_minor x quantity_milli"));
  }
  return status;
}

absl::Status check_rate(int32_t tax_rate_bps, absl::string_view path) {
  return check_amount(tax_rate_bps, 0, kMaxRateBps, absl::StrCat(path, ".tax_rate_bps"));
}

absl::Status check_line(const v1::Line& line, absl::string_view path) {
  absl::Status status = check_article(line, path);
  status.Update(check_amount(line.register_discount_minor(), 0, kMaxAmountMinor,
                             absl::StrCat(path, ".register_discount_minor")));
  if (status.ok() && line.has_price_override()) {
    const std::string field = absl::StrCat(path, ".price_override");
    status = check_amount(line.price_override().unit_price_minor(), 0, kMaxAmountMinor,
                          absl::StrCat(field, ".unit_price_minor"));
    if (status.ok() &&
        !line_value_minor(line.price_override().unit_price_minor(), line.quantity_milli())) {
      status = check_amount(kMaxAmountMinor + 1, 0, kMaxAmountMinor,
                            absl::StrCat(field, ".unit_price_minor x quantity_milli"));
    }
    status.Update(check_text(line.price_override().note(), kMaxDescriptionBytes,
                             Presence::kOptional, absl::StrCat(field, ".note")));
  }
  if (status.ok() && charged_minor(line) < 0) {
    const int64_t value_minor = charged_minor(line) + line.register_discount_minor();
    status = check_amount(line.register_discount_minor(), 0, value_minor,
                          absl::StrCat(path, ".register_discount_minor"));
  }
  status.Update(check_rate(line.tax_rate_bps(), path));
  if (status.ok() && line.has_paid_net_minor()) {
    status = check_amount(line.paid_net_minor(), 0, kMaxAmountMinor,
                          absl::StrCat(path, ".paid_net_minor"));
  }
  return status;
}

absl::Status check_return_line(const v1::ReturnLine& line, absl::string_view path) {
  absl::Status status = check_article(line, path);
  status.Update(check_text(line.original_line_id(), kMaxIdBytes, Presence::kOptional,
                           absl::StrCat(path, ".original_line_id")));
  status.Update(check_rate(line.tax_rate_bps(), path));
  if (status.ok() && line.has_refund_minor()) {
    status =
        check_amount(line.refund_minor(), 0, kMaxAmountMinor, absl::StrCat(path, ".refund_minor"));
  }
  return status;
}

// The most that a checked line adds to any sum: its list value, what is charged, what was paid or
// paid back.
int64_t largest_amount_minor(const v1::Line& line) {
  return std::max({line_value_minor(line.unit_price_minor(), line.quantity_milli()).value(),
                   charged_minor(line), paid_net_of(line)});
}
int64_t largest_amount_minor(const v1::ReturnLine& line) {
  return std::max(line_value_minor(line.unit_price_minor(), line.quantity_milli()).value(),
                  line.refund_minor());
}

// Every line by itself, unique ids, and sums within the limit of a basket.
template <typename Lines, typename CheckOne>
absl::Status check_lines(const Lines& lines, Presence presence, absl::string_view path,
                         CheckOne check_one) {
  if (lines.empty() && presence == Presence::kRequired) return missing(path);
  if (absl::Status status = check_count(lines.size(), kMaxLines, path); !status.ok()) return status;
  absl::flat_hash_set<absl::string_view> ids;
  int64_t sum_minor = 0;  // cannot overflow: 5,000 lines of at most 10^12
  for (int i = 0; i < lines.size(); ++i) {
    const std::string at = absl::StrCat(path, "[", i, "]");
    if (absl::Status status = check_one(lines[i], at); !status.ok()) return status;
    if (!ids.insert(lines[i].line_id()).second) {
      return invalid(absl::StrCat(at, ".line_id"), "unique among the lines");
    }
    sum_minor += largest_amount_minor(lines[i]);
  }
  return check_amount(sum_minor, 0, kMaxSumMinor, path);
}

absl::Status check_tenders(const google::protobuf::RepeatedPtrField<v1::Tender>& tenders,
                           absl::string_view path) {
  absl::Status status = check_count(tenders.size(), kMaxTenders, path);
  for (int i = 0; status.ok() && i < tenders.size(); ++i) {
    const v1::Tender& tender = tenders[i];
    const std::string at = absl::StrCat(path, "[", i, "]");
    if (tender.kind() == v1::TENDER_KIND_UNSPECIFIED) return missing(absl::StrCat(at, ".kind"));
    if (!v1::TenderKind_IsValid(tender.kind())) {
      return invalid(absl::StrCat(at, ".kind"), "a known kind");
    }
    status =
        check_amount(tender.amount_minor(), 0, kMaxSumMinor, absl::StrCat(at, ".amount_minor"));
    status.Update(check_text(tender.reference(), kMaxWordBytes, Presence::kOptional,
                             absl::StrCat(at, ".reference")));
  }
  return status;
}

// What sales and returns have in common before and after their lines.
template <typename Document>
absl::Status check_head(const Document& document, absl::string_view path) {
  absl::Status status = check_text(document.receipt(), kMaxReceiptBytes, Presence::kRequired,
                                   absl::StrCat(path, ".receipt"));
  status.Update(check_time(document.has_occurred_at(), document.occurred_at(),
                           absl::StrCat(path, ".occurred_at")));
  status.Update(check_text(document.cashier(), kMaxWordBytes, Presence::kOptional,
                           absl::StrCat(path, ".cashier")));
  if (document.has_key()) {
    status.Update(check_key(document.key(), KeyUse::kToIdentify, absl::StrCat(path, ".key")));
  }
  return status;
}

template <typename Document>
absl::Status check_tail(const Document& document, absl::string_view path) {
  absl::Status status = check_tenders(document.tenders(), absl::StrCat(path, ".tenders"));
  if (status.ok() && document.has_register_total_minor()) {
    status = check_amount(document.register_total_minor(), 0, kMaxSumMinor,
                          absl::StrCat(path, ".register_total_minor"));
  }
  status.Update(check_amount(document.cash_rounding_minor(), -kMaxCashRoundingMinor,
                             kMaxCashRoundingMinor, absl::StrCat(path, ".cash_rounding_minor")));
  return status;
}

absl::Status check_size(const google::protobuf::Message& content, absl::string_view path) {
  if (content.ByteSizeLong() <= kMaxContentBytes) return absl::OkStatus();
  const std::string limit = absl::StrCat(kMaxContentBytes);
  return refuse(v1::REASON_TOO_LARGE, absl::StrCat(path, " is larger than ", limit, " bytes"),
                {{"field", path}, {"limit", limit}});
}

}  // namespace

absl::Status check_text(absl::string_view text, size_t max_bytes, Presence presence,
                        absl::string_view field) {
  if (text.empty()) {
    return presence == Presence::kRequired ? missing(field) : absl::OkStatus();
  }
  if (text.size() > max_bytes) {
    return invalid(field, absl::StrCat("at most ", max_bytes, " bytes"));
  }
  if (!is_valid_utf8(text) || has_control_characters(text) || has_direction_controls(text)) {
    return refuse(v1::REASON_TEXT_INVALID,
                  absl::StrCat(field, " has control characters or is not UTF-8"),
                  {{"field", field}});
  }
  return absl::OkStatus();
}

absl::Status check_id(absl::string_view id, absl::string_view field) {
  if (id.empty()) return missing(field);
  const bool plain = std::all_of(id.begin(), id.end(), [](unsigned char c) {
    return absl::ascii_isalnum(c) || c == '.' || c == '_' || c == '-';
  });
  if (!plain || id.size() > kMaxIdBytes) {
    return invalid(field, "1 to 32 of a-z A-Z 0-9 . _ -");
  }
  return absl::OkStatus();
}

absl::Status check_key(const v1::Key& key, KeyUse use, absl::string_view field) {
  const auto at = [&](absl::string_view name) { return absl::StrCat(field, ".", name); };
  switch (key.kind_case()) {
    case v1::Key::kPhone:
      return check_key_value(key.phone(), kMinPhoneBytes, kMaxPhoneBytes, at("phone"));
    case v1::Key::kCard:
      return check_key_value(key.card(), 1, kMaxWordBytes, at("card"));
    case v1::Key::kWallet:
      return check_key_value(key.wallet(), 1, kMaxWordBytes, at("wallet"));
    case v1::Key::kEmail:
      return check_key_value(key.email(), kMinEmailBytes, kMaxEmailBytes, at("email"));
    case v1::Key::kScanned:
      if (use == KeyUse::kToKeep) return invalid(field, "of kind phone, card, wallet or email");
      return check_key_value(key.scanned(), 1, kMaxEmailBytes, at("scanned"));
    case v1::Key::kLastDigits: {
      if (use == KeyUse::kToKeep) return invalid(field, "of kind phone, card, wallet or email");
      const std::string& digits = key.last_digits();
      if (digits.empty()) return missing(at("last_digits"));
      if (digits.size() < kMinLastDigits || digits.size() > kMaxLastDigits ||
          !std::all_of(digits.begin(), digits.end(), absl::ascii_isdigit)) {
        return invalid(at("last_digits"), "4 to 10 digits");
      }
      return absl::OkStatus();
    }
    case v1::Key::KIND_NOT_SET:
      break;
  }
  return missing(field);
}

absl::Status check_sale(const v1::Sale& sale) {
  absl::Status status = check_size(sale, "sale");
  status.Update(check_head(sale, "sale"));
  status.Update(check_lines(sale.lines(), Presence::kRequired, "sale.lines", check_line));
  status.Update(check_tail(sale, "sale"));
  return status;
}

absl::Status check_return(const v1::Return& returned) {
  absl::Status status = check_size(returned, "returned");
  status.Update(check_head(returned, "returned"));
  if (returned.has_original()) {
    status.Update(check_id(returned.original().register_id(), "returned.original.register_id"));
    status.Update(check_text(returned.original().receipt(), kMaxReceiptBytes, Presence::kRequired,
                             "returned.original.receipt"));
  }
  status.Update(
      check_lines(returned.lines(), Presence::kRequired, "returned.lines", check_return_line));
  status.Update(check_tail(returned, "returned"));
  return status;
}

absl::Status check_basket(const v1::Basket& basket) {
  absl::Status status = check_size(basket, "basket");
  status.Update(check_lines(basket.lines(), Presence::kOptional, "basket.lines", check_line));
  status.Update(
      check_text(basket.member_id(), kMaxIdBytes, Presence::kOptional, "basket.member_id"));
  if (status.ok() && basket.has_at()) status = time_us_of(basket.at(), "basket.at").status();
  return status;
}

absl::StatusOr<int> checked_page_size(int64_t requested, int fallback, int max) {
  if (requested == 0) return fallback;
  if (requested < 0 || requested > max) {
    return invalid("page_size", absl::StrCat("1 to ", max));
  }
  return static_cast<int>(requested);
}

}  // namespace moadon
