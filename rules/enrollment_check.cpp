#include "rules/enrollment_check.h"

#include "absl/strings/str_cat.h"
#include "rules/birth_date.h"
#include "rules/calendar.h"
#include "rules/check.h"
#include "rules/profile_check.h"
#include "rules/refusal.h"

namespace moadon {
namespace {

// What enrolments and leads begin with.
template <typename Request>
absl::Status check_person(const Request& request) {
  if (request.keys().empty()) {
    return refuse(v1::REASON_FIELD_MISSING, "keys is missing", {{"field", "keys"}});
  }
  if (request.keys_size() > kMaxKeysPerEnrollment) return too_large("keys", kMaxKeysPerEnrollment);
  absl::Status status;
  for (int i = 0; i < request.keys_size(); ++i) {
    status.Update(check_key(request.keys(i), KeyUse::kToKeep, absl::StrCat("keys[", i, "]")));
  }
  status.Update(check_name(request.first_name(), "first_name"));
  status.Update(check_name(request.last_name(), "last_name"));
  if (status.ok() && request.has_occurred_at()) {
    status = time_us_of(request.occurred_at(), "occurred_at").status();
  }
  return status;
}

}  // namespace

absl::Status check_enrollment(const v1::EnrollMemberRequest& request,
                              const v1::ClubSettings* settings) {
  absl::Status status = check_person(request);
  status.Update(check_consents(request.consents()));
  status.Update(check_birth_date(request.birth_date(), "birth_date"));
  status.Update(check_birth_date(request.anniversary_date(), "anniversary_date"));
  status.Update(check_gender(request.gender()));
  status.Update(check_family_status(request.family_status()));
  status.Update(check_city(request.city()));
  status.Update(check_language(request.language_code()));
  status.Update(check_preferred_channel(request.preferred_channel()));
  status.Update(check_custom_values(request.custom_values(), settings));
  status.Update(check_source(request.source(), "source"));
  return status;
}

absl::Status check_lead(const v1::CaptureLeadRequest& request) {
  absl::Status status = check_person(request);
  status.Update(check_source(request.source(), "source"));
  status.Update(check_consents(request.consents()));
  status.Update(check_signs(request.signs()));
  return status;
}

}  // namespace moadon
