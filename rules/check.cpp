#include "rules/check.h"

#include <algorithm>

#include "absl/strings/ascii.h"
#include "absl/strings/str_cat.h"
#include "rules/calendar.h"
#include "rules/check_lines.h"
#include "rules/field_checks.h"
#include "rules/money.h"
#include "rules/refusal.h"

namespace moadon {
namespace {

constexpr size_t kMaxReceiptBytes = 64;
constexpr int64_t kMaxCashRoundingMinor = 99;

// What sales and returns have in common before and after their lines.
template <typename Document>
absl::Status check_head(const Document& document, const FieldPath& path) {
  absl::Status status =
      check_text(document.receipt(), kMaxReceiptBytes, Presence::kRequired, path.at("receipt"));
  status.Update(
      check_time(document.has_occurred_at(), document.occurred_at(), path.at("occurred_at")));
  status.Update(
      check_text(document.cashier(), kMaxWordBytes, Presence::kOptional, path.at("cashier")));
  if (document.has_key()) {
    status.Update(check_key(document.key(), KeyUse::kToIdentify, path.at("key").text()));
  }
  return status;
}

template <typename Document>
absl::Status check_tail(const Document& document, const FieldPath& path) {
  absl::Status status = check_tenders(document.tenders(), path.at("tenders"));
  if (status.ok() && document.has_register_total_minor()) {
    status = check_amount(document.register_total_minor(), 0, kMaxSumMinor,
                          path.at("register_total_minor"));
  }
  status.Update(check_amount(document.cash_rounding_minor(), -kMaxCashRoundingMinor,
                             kMaxCashRoundingMinor, path.at("cash_rounding_minor")));
  return status;
}

// What the customer brings to the basket: codes and points.
template <typename Document>
absl::Status check_wishes(const Document& document, const FieldPath& path) {
  const FieldPath codes = path.at("coupon_codes");
  absl::Status status = check_count(document.coupon_codes_size(), kMaxCouponCodes, codes);
  for (int i = 0; status.ok() && i < document.coupon_codes_size(); ++i) {
    status = check_text(document.coupon_codes(i), kMaxWordBytes, Presence::kRequired, codes.at(i));
  }
  status.Update(check_amount(document.spend_points_milli(), 0, kMaxSpendPointsMilli,
                             path.at("spend_points_milli")));
  return status;
}

}  // namespace

absl::Status check_text(absl::string_view text, size_t max_bytes, Presence presence,
                        absl::string_view field) {
  return check_text(text, max_bytes, presence, FieldPath(field));
}

absl::Status check_id(absl::string_view id, absl::string_view field) {
  if (id.empty()) return missing(FieldPath(field));
  const bool plain = std::all_of(id.begin(), id.end(), [](unsigned char c) {
    return absl::ascii_isalnum(c) || c == '.' || c == '_' || c == '-';
  });
  if (!plain || id.size() > kMaxIdBytes) {
    return invalid(FieldPath(field), "1 to 32 of a-z A-Z 0-9 . _ -");
  }
  return absl::OkStatus();
}

absl::Status check_content_size(size_t bytes, absl::string_view field) {
  if (bytes <= kMaxContentBytes) return absl::OkStatus();
  const std::string limit = absl::StrCat(kMaxContentBytes);
  return refuse(v1::REASON_TOO_LARGE, absl::StrCat(field, " is larger than ", limit, " bytes"),
                {{"field", field}, {"limit", limit}});
}

absl::Status check_sale(const v1::Sale& sale) {
  const FieldPath path("sale");
  absl::Status status = check_content_size(sale.ByteSizeLong(), "sale");
  status.Update(check_head(sale, path));
  status.Update(check_lines(sale.lines(), Presence::kRequired, path.at("lines")));
  status.Update(check_tail(sale, path));
  status.Update(check_wishes(sale, path));
  return status;
}

absl::Status check_return(const v1::Return& returned) {
  const FieldPath path("returned");
  absl::Status status = check_content_size(returned.ByteSizeLong(), "returned");
  status.Update(check_head(returned, path));
  if (returned.has_original()) {
    status.Update(check_id(returned.original().register_id(), "returned.original.register_id"));
    status.Update(check_text(returned.original().receipt(), kMaxReceiptBytes, Presence::kRequired,
                             "returned.original.receipt"));
  }
  status.Update(check_return_lines(returned.lines(), path.at("lines")));
  status.Update(check_tail(returned, path));
  return status;
}

absl::Status check_basket(const v1::Basket& basket) {
  const FieldPath path("basket");
  absl::Status status = check_content_size(basket.ByteSizeLong(), "basket");
  status.Update(check_lines(basket.lines(), Presence::kOptional, path.at("lines")));
  status.Update(
      check_text(basket.member_id(), kMaxIdBytes, Presence::kOptional, path.at("member_id")));
  if (status.ok() && basket.has_at()) status = time_us_of(basket.at(), "basket.at").status();
  status.Update(check_wishes(basket, path));
  status.Update(
      check_amount(basket.gift_balance_minor(), 0, kMaxSumMinor, path.at("gift_balance_minor")));
  return status;
}

absl::StatusOr<int> checked_page_size(int64_t requested, int fallback, int max) {
  if (requested == 0) return fallback;
  if (requested < 0 || requested > max) {
    return invalid(FieldPath("page_size"), absl::StrCat("1 to ", max));
  }
  return static_cast<int>(requested);
}

}  // namespace moadon
