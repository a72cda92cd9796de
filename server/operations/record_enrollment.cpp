#include "server/operations/record_enrollment.h"

#include <algorithm>
#include <utility>

#include "absl/strings/str_cat.h"
#include "identity/provisional_id.h"
#include "rules/calendar.h"
#include "rules/refusal.h"
#include "server/operations/keep_enrollment.h"

namespace moadon {
namespace {

absl::Status missing(absl::string_view field) {
  return refuse(v1::REASON_FIELD_MISSING, absl::StrCat(field, " is missing"), {{"field", field}});
}

absl::Status check_form(const v1::OfflineEnrollment& enrolled) {
  constexpr absl::string_view kField = "enrolled.provisional_id";
  if (enrolled.provisional_id().empty()) return missing(kField);
  if (!is_provisional_id(enrolled.provisional_id())) {
    constexpr absl::string_view kForm = "new- and 16 hexadecimal digits";
    return refuse(v1::REASON_FIELD_INVALID, absl::StrCat(kField, " must be ", kForm),
                  {{"field", kField}, {"limit", kForm}});
  }
  return enrolled.has_member() ? absl::OkStatus() : missing("enrolled.member");
}

// When it was taken in.
absl::StatusOr<int64_t> take_time_us(const v1::EnrollMemberRequest& member,
                                     const v1::RecordContext& context, const RegisterView& at,
                                     int64_t received_us) {
  const bool is_corrected = context.has_corrected_at() && !at.replays_history;
  if (!is_corrected && !member.has_occurred_at()) return received_us;
  const absl::StatusOr<int64_t> time_us =
      is_corrected ? time_us_of(context.corrected_at(), "context.corrected_at")
                   : time_us_of(member.occurred_at(), "occurred_at");
  if (!time_us.ok()) return time_us.status();
  return std::min(*time_us, received_us);
}

}  // namespace

absl::StatusOr<PreparedEnrollment> prepare_recorded_enrollment(
    const v1::OfflineEnrollment& enrolled, const v1::RecordContext& context, const ClubView& view,
    const RegisterView& at, int64_t received_us) {
  const absl::Status form = check_form(enrolled);
  if (!form.ok()) return form;
  const auto taken_us = take_time_us(enrolled.member(), context, at, received_us);
  if (!taken_us.ok()) return taken_us.status();
  auto enrollment = prepare_taken_enrollment(enrolled.member(), view, at, *taken_us);
  if (!enrollment.ok()) return enrollment.status();
  return PreparedEnrollment{{at.register_id, enrolled.provisional_id()}, *std::move(enrollment)};
}

absl::StatusOr<int64_t> record_enrollment(sqlite::Connection& connection, WriterState& state,
                                          const PreparedEnrollment& prepared) {
  const auto known = storage::find_provisional(connection, prepared.name);
  if (!known.ok()) return known.status();
  if (*known) return **known;
  const absl::StatusOr<Enrolled> enrolled = keep_enrollment(connection, state, prepared.enrollment);
  if (!enrolled.ok()) return enrolled.status();
  const int64_t member_id = enrolled->row.member_id;
  const absl::Status named =
      storage::insert_provisional(connection, prepared.name, member_id, state.now_us());
  if (!named.ok()) return named;
  return member_id;
}

}  // namespace moadon
