#include <algorithm>

#include "absl/strings/ascii.h"
#include "absl/strings/str_cat.h"
#include "rules/field_checks.h"
#include "rules/refusal.h"
#include "rules/text.h"

namespace moadon {
namespace {

constexpr size_t kMinPhoneBytes = 3;
constexpr size_t kMaxPhoneBytes = 32;
constexpr size_t kMinEmailBytes = 3;
constexpr size_t kMaxEmailBytes = 254;
constexpr size_t kMinLastDigits = 4;
constexpr size_t kMaxLastDigits = 10;

// A key's value is normalised later: marks that only steer the direction of writing may stand in
// it.
absl::Status check_key_value(absl::string_view value, size_t min_bytes, size_t max_bytes,
                             const FieldPath& field) {
  if (value.empty()) return missing(field);
  if (!is_valid_utf8(value) || has_control_characters(value)) {
    const std::string path = field.text();
    return refuse(v1::REASON_TEXT_INVALID, absl::StrCat(path, " has characters that no key has"),
                  {{"field", path}});
  }
  if (value.size() < min_bytes || value.size() > max_bytes) {
    return invalid(field, absl::StrCat(min_bytes, " to ", max_bytes, " bytes"));
  }
  return absl::OkStatus();
}

absl::Status check_last_digits(const std::string& digits, const FieldPath& field) {
  if (digits.empty()) return missing(field);
  if (digits.size() < kMinLastDigits || digits.size() > kMaxLastDigits ||
      !std::all_of(digits.begin(), digits.end(), absl::ascii_isdigit)) {
    return invalid(field, "4 to 10 digits");
  }
  return absl::OkStatus();
}

}  // namespace

absl::Status check_key(const v1::Key& key, KeyUse use, absl::string_view field) {
  const FieldPath path(field);
  const bool only_identifies =
      key.kind_case() == v1::Key::kScanned || key.kind_case() == v1::Key::kLastDigits;
  if (only_identifies && use == KeyUse::kToKeep) {
    return invalid(path, "of kind phone, card, wallet or email");
  }
  switch (key.kind_case()) {
    case v1::Key::kPhone:
      return check_key_value(key.phone(), kMinPhoneBytes, kMaxPhoneBytes, path.at("phone"));
    case v1::Key::kCard:
      return check_key_value(key.card(), 1, kMaxWordBytes, path.at("card"));
    case v1::Key::kWallet:
      return check_key_value(key.wallet(), 1, kMaxWordBytes, path.at("wallet"));
    case v1::Key::kEmail:
      return check_key_value(key.email(), kMinEmailBytes, kMaxEmailBytes, path.at("email"));
    case v1::Key::kScanned:
      return check_key_value(key.scanned(), 1, kMaxEmailBytes, path.at("scanned"));
    case v1::Key::kLastDigits:
      return check_last_digits(key.last_digits(), path.at("last_digits"));
    case v1::Key::KIND_NOT_SET:
      break;
  }
  return missing(path);
}

}  // namespace moadon
