#include "server/operations/record_enrollment.h"

#include <algorithm>
#include <optional>
#include <utility>

#include "identity/provisional_id.h"
#include "rules/calendar.h"
#include "rules/field_checks.h"
#include "server/operations/claim_documents.h"
#include "server/operations/erased_key.h"
#include "server/operations/keep_enrollment.h"
#include "server/operations/whole_person.h"

namespace moadon {
namespace {

absl::Status check_form(const v1::OfflineEnrollment& enrolled) {
  const FieldPath path("enrolled");
  const FieldPath provisional_id = path.at("provisional_id");
  if (enrolled.provisional_id().empty()) return missing(provisional_id);
  if (!is_provisional_id(enrolled.provisional_id())) {
    return invalid(provisional_id, "new- and 16 hexadecimal digits");
  }
  return enrolled.has_member() ? absl::OkStatus() : missing(path.at("member"));
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

// The erased member who held one of the keys when it was taken in; nothing: nobody.
absl::StatusOr<std::optional<int64_t>> erased_holder(sqlite::Connection& connection,
                                                     const ClubView& view,
                                                     const Enrollment& enrollment) {
  const PresentedKey keys{enrollment.keys, ""};
  const auto erased = find_erased_holder(connection, view, keys, enrollment.contact.time_us);
  if (!erased.ok()) return erased.status();
  if (!erased->row) return std::nullopt;
  return erased->row->member_id;
}

// Of an enrolment that is not here yet: whom it means.
absl::StatusOr<int64_t> keep_new(sqlite::Connection& connection, WriterState& state,
                                 const Enrollment& enrollment) {
  const auto erased = erased_holder(connection, *state.view(), enrollment);
  if (!erased.ok()) return erased.status();
  if (*erased) return **erased;
  const absl::StatusOr<Enrolled> enrolled = keep_enrollment(connection, state, enrollment);
  if (!enrolled.ok()) return enrolled.status();
  return enrolled->key_holder_id.value_or(enrolled->row.member_id);
}

absl::StatusOr<int64_t> whole_person_of(sqlite::Connection& connection, int64_t member_id) {
  const auto member = storage::find_member(connection, member_id);
  if (!member.ok()) return member.status();
  if (!*member) return absl::InternalError("a provisional id means nobody");
  const auto whole = whole_person(connection, **member);
  if (!whole.ok()) return whole.status();
  return whole->member_id;
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
  auto holder = storage::find_provisional(connection, prepared.name);
  if (!holder.ok()) return holder.status();
  if (!*holder) {
    const absl::StatusOr<int64_t> kept = keep_new(connection, state, prepared.enrollment);
    if (!kept.ok()) return kept.status();
    absl::Status named =
        storage::insert_provisional(connection, prepared.name, *kept, state.now_us());
    if (named.ok()) named = claim_named_documents(connection, state, prepared.name, *kept);
    if (!named.ok()) return named;
    *holder = *kept;
  }
  return whole_person_of(connection, **holder);
}

}  // namespace moadon
