// The form of what is said about a person. Each check names the field that is wrong; reasons are
// FIELD_MISSING, FIELD_INVALID, TEXT_INVALID, TIME_OUT_OF_RANGE and TOO_LARGE.
#pragma once

#include "absl/status/status.h"
#include "absl/strings/string_view.h"
#include "google/protobuf/repeated_field.h"
#include "moadon/v1/profile.pb.h"
#include "moadon/v1/settings.pb.h"

namespace moadon {

inline constexpr int kMaxConsentsPerCall = 8;
inline constexpr int kMaxSignsPerCall = 16;
inline constexpr int kMaxCustomValuesPerCall = 64;

absl::Status too_large(absl::string_view field, int max);

absl::Status check_name(absl::string_view name, absl::string_view field);
absl::Status check_city(absl::string_view city);
// BCP 47, such as "he" or "en-GB".
absl::Status check_language(absl::string_view language_code);
absl::Status check_gender(int gender);
absl::Status check_family_status(int family_status);
absl::Status check_preferred_channel(int channel);

// A withdrawal needs no wording.
absl::Status check_consents(const google::protobuf::RepeatedPtrField<v1::Consent>& consents);
// A source without kind and name is none.
absl::Status check_source(const v1::Source& source, absl::string_view field);
// Signs of interest but the sign-up; their branches are not looked up.
absl::Status check_signs(const google::protobuf::RepeatedPtrField<v1::SignOfInterest>& signs);
// Every value is of a field that the owner defined and fits its kind, or is empty. `settings` null:
// what the owner defined is not known, and the texts alone are checked.
absl::Status check_custom_values(const google::protobuf::RepeatedPtrField<v1::CustomValue>& values,
                                 const v1::ClubSettings* settings);

// Null: the owner defines no such field.
const v1::CustomField* custom_field(const v1::ClubSettings& settings, absl::string_view field_id);

}  // namespace moadon
