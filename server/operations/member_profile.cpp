#include "server/operations/member_profile.h"

#include "rules/calendar.h"
#include "server/operations/person_profile.h"

namespace moadon {

v1::Source source_message(const storage::SourceColumns& source) {
  v1::Source message;
  message.set_kind(static_cast<v1::SourceKind>(source.kind));
  message.set_name(source.name);
  return message;
}

v1::SignOfInterest sign_message(const storage::SignRow& row) {
  v1::SignOfInterest sign;
  sign.set_kind(static_cast<v1::SignKind>(row.kind));
  *sign.mutable_occurred_at() = timestamp_of(row.sign_us);
  sign.set_sign_date(format_day(day_of_number(row.sign_day)));
  if (row.source.kind != 0) *sign.mutable_source() = source_message(row.source);
  sign.set_branch_id(row.branch_id);
  return sign;
}

absl::Status show_profile(sqlite::Connection& connection, const storage::MemberRow& row,
                          v1::Member& member) {
  const auto values = custom_values_of_person(connection, row);
  if (!values.ok()) return values.status();
  for (const storage::CustomValueRow& value : *values) {
    v1::CustomValue& shown = *member.add_custom_values();
    shown.set_field_id(value.field_id);
    shown.set_value(value.value);
  }
  const auto confirmations = confirmations_of_person(connection, row);
  if (!confirmations.ok()) return confirmations.status();
  for (const storage::ConfirmationRow& confirmation : *confirmations) {
    v1::FieldConfirmation& shown = *member.add_confirmations();
    shown.set_field(confirmation.field);
    *shown.mutable_confirm_time() = timestamp_of(confirmation.confirm_us);
    shown.set_actor(confirmation.actor);
  }
  const auto notes = notes_of_person(connection, row);
  if (!notes.ok()) return notes.status();
  for (const storage::NoteRow& note : *notes) {
    v1::Note& shown = *member.add_notes();
    *shown.mutable_note_time() = timestamp_of(note.note_us);
    shown.set_text(note.note);
    shown.set_actor(note.actor);
  }
  const auto signs = signs_of_person(connection, row);
  if (!signs.ok()) return signs.status();
  for (const storage::SignRow& sign : *signs) *member.add_signs() = sign_message(sign);
  return absl::OkStatus();
}

}  // namespace moadon
