#include "rules/profile_check.h"

#include <algorithm>
#include <string>

#include "absl/strings/ascii.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_split.h"
#include "rules/birth_date.h"
#include "rules/calendar.h"
#include "rules/check.h"
#include "rules/refusal.h"

namespace moadon {
namespace {

constexpr size_t kMaxNameBytes = 100;
constexpr size_t kMaxCityBytes = 100;
constexpr size_t kMaxLanguageBytes = 35;
constexpr size_t kMaxSubtagBytes = 8;
constexpr size_t kMaxWordingBytes = 500;
constexpr size_t kMaxPlaceBytes = 64;
constexpr size_t kMaxSourceNameBytes = 64;
constexpr size_t kMaxBranchIdBytes = 64;
constexpr size_t kMaxFieldIdBytes = 32;
constexpr size_t kMaxValueBytes = 500;

absl::Status missing(absl::string_view field) {
  return refuse(v1::REASON_FIELD_MISSING, absl::StrCat(field, " is missing"), {{"field", field}});
}

absl::Status invalid(absl::string_view field, absl::string_view limit) {
  return refuse(v1::REASON_FIELD_INVALID, absl::StrCat(field, " must be ", limit),
                {{"field", field}, {"limit", limit}});
}

absl::Status check_time(bool is_set, const google::protobuf::Timestamp& time,
                        absl::string_view field) {
  return is_set ? time_us_of(time, field).status() : absl::OkStatus();
}

absl::Status check_consent(const v1::Consent& consent, absl::string_view at) {
  const std::string channel = absl::StrCat(at, ".channel");
  if (consent.channel() == v1::CONTACT_CHANNEL_UNSPECIFIED) return missing(channel);
  if (!v1::ContactChannel_IsValid(consent.channel())) return invalid(channel, "a known channel");
  absl::Status status = check_text(consent.wording(), kMaxWordingBytes,
                                   consent.granted() ? Presence::kRequired : Presence::kOptional,
                                   absl::StrCat(at, ".wording"));
  status.Update(check_time(consent.has_occurred_at(), consent.occurred_at(),
                           absl::StrCat(at, ".occurred_at")));
  status.Update(
      check_text(consent.place(), kMaxPlaceBytes, Presence::kOptional, absl::StrCat(at, ".place")));
  return status;
}

absl::Status check_sign(const v1::SignOfInterest& sign, absl::string_view at) {
  const std::string kind = absl::StrCat(at, ".kind");
  if (sign.kind() == v1::SIGN_KIND_UNSPECIFIED) return missing(kind);
  if (!v1::SignKind_IsValid(sign.kind()) || sign.kind() == v1::SIGN_KIND_SIGN_UP) {
    return invalid(kind, "a known kind but SIGN_UP");
  }
  absl::Status status =
      check_time(sign.has_occurred_at(), sign.occurred_at(), absl::StrCat(at, ".occurred_at"));
  status.Update(check_source(sign.source(), absl::StrCat(at, ".source")));
  status.Update(check_text(sign.branch_id(), kMaxBranchIdBytes, Presence::kOptional,
                           absl::StrCat(at, ".branch_id")));
  return status;
}

// A whole number or plain decimals, such as 42 or -3.5.
bool is_plain_number(absl::string_view text) {
  if (!text.empty() && text.front() == '-') text.remove_prefix(1);
  const std::pair<absl::string_view, absl::string_view> parts =
      absl::StrSplit(text, absl::MaxSplits('.', 1));
  const auto is_digits = [](absl::string_view digits) {
    return !digits.empty() && std::all_of(digits.begin(), digits.end(),
                                          [](unsigned char c) { return absl::ascii_isdigit(c); });
  };
  const bool has_point = text.find('.') != absl::string_view::npos;
  return is_digits(parts.first) && (!has_point || is_digits(parts.second));
}

absl::Status check_value(const std::string& value, const v1::CustomField& kind,
                         absl::string_view field) {
  if (value.empty()) return absl::OkStatus();
  switch (kind.kind_case()) {
    case v1::CustomField::kNumber:
      return is_plain_number(value) ? absl::OkStatus() : invalid(field, "a number such as -3.5");
    case v1::CustomField::kDate:
      return check_birth_date(value, field);
    case v1::CustomField::kChoice: {
      const auto& choices = kind.choice().choices();
      const bool is_choice = std::find(choices.begin(), choices.end(), value) != choices.end();
      return is_choice ? absl::OkStatus() : invalid(field, "one of the field's choices");
    }
    case v1::CustomField::KIND_NOT_SET:
      return absl::OkStatus();
  }
  return absl::OkStatus();
}

}  // namespace

absl::Status too_large(absl::string_view field, int max) {
  const std::string limit = absl::StrCat(max);
  return refuse(v1::REASON_TOO_LARGE, absl::StrCat(field, " has more than ", limit, " entries"),
                {{"field", field}, {"limit", limit}});
}

absl::Status check_name(absl::string_view name, absl::string_view field) {
  return check_text(name, kMaxNameBytes, Presence::kOptional, field);
}

absl::Status check_city(absl::string_view city) {
  return check_text(city, kMaxCityBytes, Presence::kOptional, "city");
}

absl::Status check_language(absl::string_view language_code) {
  if (language_code.empty()) return absl::OkStatus();
  const absl::Status text =
      check_text(language_code, kMaxLanguageBytes, Presence::kOptional, "language_code");
  if (!text.ok()) return text;
  bool is_first = true;
  for (const absl::string_view subtag : absl::StrSplit(language_code, '-')) {
    const bool fits = !subtag.empty() && subtag.size() <= kMaxSubtagBytes &&
                      (!is_first || subtag.size() >= 2) &&
                      std::all_of(subtag.begin(), subtag.end(), [&](unsigned char c) {
                        return is_first ? absl::ascii_isalpha(c) : absl::ascii_isalnum(c);
                      });
    if (!fits) return invalid("language_code", "a BCP 47 language");
    is_first = false;
  }
  return absl::OkStatus();
}

absl::Status check_gender(int gender) {
  return v1::Gender_IsValid(gender) ? absl::OkStatus() : invalid("gender", "a known gender");
}

absl::Status check_family_status(int family_status) {
  return v1::FamilyStatus_IsValid(family_status) ? absl::OkStatus()
                                                 : invalid("family_status", "a known status");
}

absl::Status check_preferred_channel(int channel) {
  return v1::ContactChannel_IsValid(channel) ? absl::OkStatus()
                                             : invalid("preferred_channel", "a known channel");
}

absl::Status check_consents(const google::protobuf::RepeatedPtrField<v1::Consent>& consents) {
  if (consents.size() > kMaxConsentsPerCall) return too_large("consents", kMaxConsentsPerCall);
  for (int i = 0; i < consents.size(); ++i) {
    const absl::Status checked = check_consent(consents[i], absl::StrCat("consents[", i, "]"));
    if (!checked.ok()) return checked;
  }
  return absl::OkStatus();
}

absl::Status check_source(const v1::Source& source, absl::string_view field) {
  if (!v1::SourceKind_IsValid(source.kind())) {
    return invalid(absl::StrCat(field, ".kind"), "a known kind");
  }
  if (source.kind() == v1::SOURCE_KIND_UNSPECIFIED && !source.name().empty()) {
    return missing(absl::StrCat(field, ".kind"));
  }
  return check_text(source.name(), kMaxSourceNameBytes, Presence::kOptional,
                    absl::StrCat(field, ".name"));
}

absl::Status check_signs(const google::protobuf::RepeatedPtrField<v1::SignOfInterest>& signs) {
  if (signs.size() > kMaxSignsPerCall) return too_large("signs", kMaxSignsPerCall);
  for (int i = 0; i < signs.size(); ++i) {
    const absl::Status checked = check_sign(signs[i], absl::StrCat("signs[", i, "]"));
    if (!checked.ok()) return checked;
  }
  return absl::OkStatus();
}

absl::Status check_custom_values(const google::protobuf::RepeatedPtrField<v1::CustomValue>& values,
                                 const v1::ClubSettings* settings) {
  if (values.size() > kMaxCustomValuesPerCall) {
    return too_large("custom_values", kMaxCustomValuesPerCall);
  }
  for (int i = 0; i < values.size(); ++i) {
    const std::string at = absl::StrCat("custom_values[", i, "]");
    const std::string field_id = absl::StrCat(at, ".field_id");
    absl::Status status =
        check_text(values[i].field_id(), kMaxFieldIdBytes, Presence::kRequired, field_id);
    if (!status.ok()) return status;
    const v1::CustomField* const kind =
        settings == nullptr ? nullptr : custom_field(*settings, values[i].field_id());
    if (settings != nullptr && kind == nullptr) {
      return invalid(field_id, "a field of the club's settings");
    }
    const std::string value = absl::StrCat(at, ".value");
    status = check_text(values[i].value(), kMaxValueBytes, Presence::kOptional, value);
    if (kind != nullptr) status.Update(check_value(values[i].value(), *kind, value));
    if (!status.ok()) return status;
  }
  return absl::OkStatus();
}

const v1::CustomField* custom_field(const v1::ClubSettings& settings, absl::string_view field_id) {
  for (const v1::CustomField& field : settings.custom_fields()) {
    if (field.field_id() == field_id) return &field;
  }
  return nullptr;
}

}  // namespace moadon
