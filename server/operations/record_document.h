// The writer's part of recording: what one sale, return or enrolment changes.
#pragma once

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "server/operations/prepared_document.h"
#include "server/operations/writer_state.h"

namespace moadon {

// What became of a document that met no error of ours.
struct Taken {
  absl::Status refusal;   // OK: it is recorded, now or before
  int64_t member_id = 0;  // whose or who it is; 0: nobody's, or it waits for its sale
  // The sale names a hold that it did not use, and that is open: another member's, or it is of no
  // use to it. Nobody will cancel it: whoever records the sale ends it (end_left_hold).
  bool leaves_hold = false;
};

// Records a document once: the same identity with the same content is answered as recorded and
// changes nothing; with other content it is refused and changes nothing. An error means that it may
// be half written and must be rolled back. May be called again with the same document.
absl::StatusOr<Taken> record_document(sqlite::Connection& connection, WriterState& state,
                                      PreparedDocument& document);

// Ends the hold that a recorded sale left, of whichever member it is: in an operation of its own,
// since a sale touches one member only. Nothing when it has ended.
absl::Status end_left_hold(sqlite::Connection& connection, WriterState& state,
                           const PreparedDocument& document);

}  // namespace moadon
