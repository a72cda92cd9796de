#include "server/operations/add_note.h"

#include <utility>

#include "rules/calendar.h"
#include "rules/check.h"
#include "server/operations/decision.h"
#include "server/operations/whole_person.h"
#include "server/storage/member_note_store.h"

namespace moadon {
namespace {

constexpr size_t kMaxTextBytes = 2000;
constexpr size_t kMaxActorBytes = 64;

absl::Status check_note(const v1::AddNoteRequest& request) {
  absl::Status status = check_decision_names(request.request_id(), request.member_id());
  status.Update(check_text(request.text(), kMaxTextBytes, Presence::kRequired, "text"));
  status.Update(check_text(request.actor(), kMaxActorBytes, Presence::kRequired, "actor"));
  return status;
}

absl::StatusOr<v1::AddNoteResponse> write_down(sqlite::Connection& connection, WriterState& state,
                                               const v1::AddNoteRequest& request,
                                               const storage::MemberRow& member) {
  const absl::Status keeps = check_keeps_details(member);
  if (!keeps.ok()) return keeps;
  const storage::NoteRow row{state.now_us(), request.text(), request.actor()};
  const absl::Status written = storage::insert_note(connection, member.member_id, row);
  if (!written.ok()) return written;
  v1::AddNoteResponse response;
  v1::Note& note = *response.mutable_note();
  *note.mutable_note_time() = timestamp_of(row.note_us);
  note.set_text(row.note);
  note.set_actor(row.actor);
  return response;
}

}  // namespace

// The text is among the notes; the decision need not say it again.
template <>
storage::DecisionRow decision_of(storage::DecisionKind kind, const v1::AddNoteRequest& request) {
  storage::DecisionRow row;
  row.kind = kind;
  row.request_id = request.request_id();
  row.actor = request.actor();
  return row;
}

void add_note(Club& club, const v1::AddNoteRequest& request, Answer<v1::AddNoteResponse> answer) {
  absl::Status form = check_note(request);
  if (!form.ok()) {
    std::move(answer)(std::move(form));
    return;
  }
  decide_once<v1::AddNoteResponse>(
      club, storage::DecisionKind::kNote, request,
      [request](sqlite::Connection& connection, WriterState& state, MemberChange& change) {
        return write_down(connection, state, request, change.row());
      },
      std::move(answer));
}

}  // namespace moadon
