#include "server/storage/member_note_store.h"

namespace moadon::storage {

constexpr Sql kListNotes{
    "SELECT note_us, note, actor FROM member_notes WHERE member_id = $1 ORDER BY position"};

absl::StatusOr<std::vector<NoteRow>> list_notes(Connection& connection, int64_t member_id) {
  return query_all(
      connection, kListNotes,
      [](Statement& row) {
        return NoteRow{row.int64(0), std::string(row.text(1)), std::string(row.text(2))};
      },
      member_id);
}

constexpr Sql kInsertNote{
    "INSERT INTO member_notes (member_id, position, note_us, note, actor)"
    " SELECT $1, COALESCE(MAX(position), 0) + 1, $2, $3, $4 FROM member_notes"
    " WHERE member_id = $1"};

absl::Status insert_note(Connection& connection, int64_t member_id, const NoteRow& row) {
  return execute(connection, kInsertNote, member_id, row.note_us, row.note, row.actor);
}

}  // namespace moadon::storage
