#include "server/operations/enrollment.h"

#include <algorithm>
#include <utility>

#include "absl/strings/str_cat.h"
#include "rules/calendar.h"
#include "rules/check.h"
#include "rules/refusal.h"
#include "server/operations/birth_date.h"
#include "server/operations/enroll_member.h"
#include "server/operations/member_key.h"

namespace moadon {
namespace {

constexpr size_t kMaxNameBytes = 100;
constexpr size_t kMaxWordingBytes = 500;
constexpr size_t kMaxPlaceBytes = 64;

absl::Status too_large(absl::string_view field, int max) {
  const std::string limit = absl::StrCat(max);
  return refuse(v1::REASON_TOO_LARGE, absl::StrCat(field, " has more than ", limit, " entries"),
                {{"field", field}, {"limit", limit}});
}

absl::Status check_consent(const v1::Consent& consent, absl::string_view at) {
  const std::string channel = absl::StrCat(at, ".channel");
  if (consent.channel() == v1::CONTACT_CHANNEL_UNSPECIFIED) {
    return refuse(v1::REASON_FIELD_MISSING, absl::StrCat(channel, " is missing"),
                  {{"field", channel}});
  }
  if (!v1::ContactChannel_IsValid(consent.channel())) {
    return refuse(v1::REASON_FIELD_INVALID, absl::StrCat(channel, " must be a known channel"),
                  {{"field", channel}, {"limit", "a known channel"}});
  }
  absl::Status status = check_text(consent.wording(), kMaxWordingBytes, Presence::kRequired,
                                   absl::StrCat(at, ".wording"));
  if (status.ok() && consent.has_occurred_at()) {
    status = time_us_of(consent.occurred_at(), absl::StrCat(at, ".occurred_at")).status();
  }
  status.Update(
      check_text(consent.place(), kMaxPlaceBytes, Presence::kOptional, absl::StrCat(at, ".place")));
  return status;
}

absl::Status check_enrollment(const v1::EnrollMemberRequest& request) {
  if (request.keys().empty()) {
    return refuse(v1::REASON_FIELD_MISSING, "keys is missing", {{"field", "keys"}});
  }
  if (request.keys_size() > kMaxKeysPerEnrollment) return too_large("keys", kMaxKeysPerEnrollment);
  absl::Status status;
  for (int i = 0; i < request.keys_size(); ++i) {
    status.Update(check_key(request.keys(i), KeyUse::kToKeep, absl::StrCat("keys[", i, "]")));
  }
  status.Update(check_text(request.first_name(), kMaxNameBytes, Presence::kOptional, "first_name"));
  status.Update(check_text(request.last_name(), kMaxNameBytes, Presence::kOptional, "last_name"));
  if (status.ok() && request.has_occurred_at()) {
    status = time_us_of(request.occurred_at(), "occurred_at").status();
  }
  if (status.ok() && request.consents_size() > kMaxConsentsPerEnrollment) {
    return too_large("consents", kMaxConsentsPerEnrollment);
  }
  for (int i = 0; status.ok() && i < request.consents_size(); ++i) {
    status = check_consent(request.consents(i), absl::StrCat("consents[", i, "]"));
  }
  status.Update(check_birth_date(request.birth_date(), "birth_date"));
  status.Update(check_birth_date(request.anniversary_date(), "anniversary_date"));
  return status;
}

void date(Enrollment& enrollment, const v1::EnrollMemberRequest& request, const ClubView& view,
          const RegisterView* at, int64_t now_us) {
  const bool is_believed = at == nullptr || at->replays_history;
  enrollment.is_dated = request.has_occurred_at() && is_believed;
  enrollment.time_us =
      enrollment.is_dated ? time_us_of(request.occurred_at(), "").value_or(now_us) : now_us;
  enrollment.day =
      day_number(at == nullptr ? view.day_of(enrollment.time_us)
                               : business_day(enrollment.time_us, at->zone, at->day_start_minutes));
}

}  // namespace

absl::StatusOr<Enrollment> prepare_enrollment(const v1::EnrollMemberRequest& request,
                                              const ClubView& view, const RegisterView* at,
                                              int64_t now_us) {
  const absl::Status form = check_enrollment(request);
  if (!form.ok()) return form;
  if (!view.has_program()) {
    return refuse(v1::REASON_PROGRAM_MISSING, "no program has been published yet");
  }
  Enrollment enrollment;
  for (int i = 0; i < request.keys_size(); ++i) {
    const std::string field = absl::StrCat("keys[", i, "]");
    absl::StatusOr<storage::KeyRow> key = normal_key(request.keys(i), view.country_code(), field);
    if (!key.ok()) return key.status();
    const bool is_repeated = std::any_of(
        enrollment.keys.begin(), enrollment.keys.end(),
        [&](const auto& known) { return known.kind == key->kind && known.value == key->value; });
    if (is_repeated) continue;
    enrollment.keys.push_back(*std::move(key));
    enrollment.fields.push_back(field);
  }
  enrollment.details.first_name = request.first_name();
  enrollment.details.last_name = request.last_name();
  enrollment.details.birth_date = request.birth_date();
  enrollment.details.anniversary_date = request.anniversary_date();
  date(enrollment, request, view, at, now_us);
  if (at != nullptr) enrollment.branch_id = at->branch_id;
  for (const v1::Consent& consent : request.consents()) {
    storage::ConsentRow row;
    row.channel = consent.channel();
    row.granted = consent.granted();
    row.wording = consent.wording();
    row.occurred_us = consent.has_occurred_at()
                          ? time_us_of(consent.occurred_at(), "").value_or(now_us)
                          : enrollment.time_us;
    row.place = consent.place();
    if (row.place.empty() && at != nullptr) row.place = at->branch_id;
    enrollment.consents.push_back(std::move(row));
    enrollment.consent_is_dated.push_back(consent.has_occurred_at() || enrollment.is_dated);
  }
  return enrollment;
}

}  // namespace moadon
