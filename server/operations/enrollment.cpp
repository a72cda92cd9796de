#include "server/operations/enrollment.h"

#include <algorithm>
#include <utility>

#include "absl/strings/str_cat.h"
#include "identity/normal_key.h"
#include "rules/calendar.h"
#include "rules/enrollment_check.h"
#include "rules/refusal.h"
#include "server/storage/member_details_store.h"

namespace moadon {
namespace {

using Keys = google::protobuf::RepeatedPtrField<v1::Key>;

absl::Status take_keys(const Keys& keys, const ClubView& view, Enrollment& enrollment) {
  for (int i = 0; i < keys.size(); ++i) {
    const std::string field = absl::StrCat("keys[", i, "]");
    absl::StatusOr<storage::KeyRow> key = normal_key(keys[i], view.country_code(), field);
    if (!key.ok()) return key.status();
    const bool is_repeated = std::any_of(
        enrollment.keys.begin(), enrollment.keys.end(),
        [&](const auto& known) { return known.kind == key->kind && known.value == key->value; });
    if (is_repeated) continue;
    enrollment.keys.push_back(*std::move(key));
    enrollment.fields.push_back(field);
  }
  return absl::OkStatus();
}

// When it was said, and whether the caller says so or the server takes its own time.
struct Dating {
  int64_t time_us = 0;
  bool is_dated = false;
};

template <typename Request>
Dating dating_of(const Request& request, const RegisterView* at, int64_t now_us) {
  const bool is_believed = at == nullptr || at->replays_history;
  if (!request.has_occurred_at() || !is_believed) return {now_us, false};
  return {time_us_of(request.occurred_at(), "").value_or(now_us), true};
}

template <typename Request>
void date(Enrollment& enrollment, const Request& request, const ClubView& view,
          const RegisterView* at, const Dating& dating) {
  Contact& contact = enrollment.contact;
  enrollment.is_dated = dating.is_dated;
  contact.time_us = dating.time_us;
  contact.day =
      day_number(at == nullptr ? view.day_of(contact.time_us)
                               : business_day(contact.time_us, at->zone, at->day_start_minutes));
  contact.source = source_columns(request.source());
}

// What is dated with the enrolment is so when that is.
template <typename Request>
void take_consents(const Request& request, const std::string& place, Enrollment& enrollment) {
  enrollment.consents = given_consents(request.consents(), enrollment.contact.time_us, place);
  for (GivenConsent& consent : enrollment.consents) {
    consent.is_dated = consent.is_dated || enrollment.is_dated;
  }
}

storage::DetailsRow details_of(const v1::EnrollMemberRequest& request) {
  storage::DetailsRow details;
  details.first_name = request.first_name();
  details.last_name = request.last_name();
  details.birth_date = request.birth_date();
  details.anniversary_date = request.anniversary_date();
  details.gender = request.gender();
  details.family_status = request.family_status();
  details.city = request.city();
  details.language_code = request.language_code();
  details.preferred_channel = request.preferred_channel();
  return details;
}

absl::Status program_missing() {
  return refuse(v1::REASON_PROGRAM_MISSING, "no program has been published yet");
}

absl::StatusOr<Enrollment> prepare(const v1::EnrollMemberRequest& request, const ClubView& view,
                                   const RegisterView* at, const Dating& dating) {
  const absl::Status form = check_enrollment(request, &view.settings());
  if (!form.ok()) return form;
  if (!view.has_program()) return program_missing();
  Enrollment enrollment;
  const absl::Status keys = take_keys(request.keys(), view, enrollment);
  if (!keys.ok()) return keys;
  enrollment.details = details_of(request);
  for (const v1::CustomValue& value : request.custom_values()) {
    if (!value.value().empty()) {
      enrollment.custom_values.push_back({value.field_id(), value.value()});
    }
  }
  date(enrollment, request, view, at, dating);
  if (at != nullptr) {
    enrollment.contact.branch_id = at->branch_id;
    enrollment.actor = absl::StrCat("register/", at->register_id);
    if (enrollment.contact.source.kind == 0) {
      enrollment.contact.source.kind = v1::SOURCE_KIND_REGISTER;
    }
  }
  take_consents(request, enrollment.contact.branch_id, enrollment);
  return enrollment;
}

}  // namespace

absl::StatusOr<Enrollment> prepare_enrollment(const v1::EnrollMemberRequest& request,
                                              const ClubView& view, const RegisterView* at,
                                              int64_t now_us) {
  return prepare(request, view, at, dating_of(request, at, now_us));
}

absl::StatusOr<Enrollment> prepare_taken_enrollment(const v1::EnrollMemberRequest& request,
                                                    const ClubView& view, const RegisterView& at,
                                                    int64_t taken_us) {
  return prepare(request, view, &at, {taken_us, true});
}

absl::StatusOr<Enrollment> prepare_lead(const v1::CaptureLeadRequest& request, const ClubView& view,
                                        int64_t now_us) {
  absl::Status form = check_lead(request);
  form.Update(check_branches(request.signs(), view));
  if (!form.ok()) return form;
  if (!view.has_program()) return program_missing();
  Enrollment enrollment;
  enrollment.is_sign_up = false;
  const absl::Status keys = take_keys(request.keys(), view, enrollment);
  if (!keys.ok()) return keys;
  enrollment.details.first_name = request.first_name();
  enrollment.details.last_name = request.last_name();
  date(enrollment, request, view, nullptr, dating_of(request, nullptr, now_us));
  take_consents(request, "", enrollment);
  enrollment.signs = given_signs(request.signs(), enrollment.contact.time_us, view);
  for (GivenSign& sign : enrollment.signs) sign.is_dated = sign.is_dated || enrollment.is_dated;
  return enrollment;
}

}  // namespace moadon
