// Enrolments that a register took in while the server was out of its reach.
#pragma once

#include <cstdint>
#include <string>

#include "absl/status/statusor.h"
#include "moadon/v1/sync_service.pb.h"
#include "server/operations/enrollment.h"
#include "server/operations/writer_state.h"
#include "server/storage/provisional_store.h"

namespace moadon {

struct PreparedEnrollment {
  storage::ProvisionalName name;
  Enrollment enrollment;
};

// Made ready on the caller's thread: dated to when the register took it in, by the server's clock
// where the agent knew it, and never later than it was received. Refuses as
// MemberService.EnrollMember says, and what is wrong with the provisional id.
absl::StatusOr<PreparedEnrollment> prepare_recorded_enrollment(
    const v1::OfflineEnrollment& enrolled, const v1::RecordContext& context, const ClubView& view,
    const RegisterView& at, int64_t received_us);

// The writer's part: whoever holds one of the keys, else a new member, is whom the provisional id
// means from now on, as a key means whoever holds it: through merges, and after they are undone.
// Documents of nobody that named it become theirs.
// Answers with the member, as whole a person as they are now. One that is here already changes
// nothing; of one that was taken in before the holder of a key was erased only whom it means is
// kept. KEY_TAKEN wrote nothing; any other error may be half written and must be rolled back.
absl::StatusOr<int64_t> record_enrollment(sqlite::Connection& connection, WriterState& state,
                                          const PreparedEnrollment& prepared);

}  // namespace moadon
