// One enrolment or lead inside one operation: the member it makes, or finds and adds to.
#pragma once

#include <cstdint>
#include <optional>

#include "absl/status/statusor.h"
#include "server/operations/enrollment.h"
#include "server/operations/writer_state.h"
#include "server/storage/member_store.h"

namespace moadon {

struct Enrolled {
  storage::MemberRow row;  // as kept afterwards
  bool was_known = false;  // before it
  // Who held the first of its keys that somebody held, by the key's own row; nothing: nobody.
  std::optional<int64_t> key_holder_id;
};

// Writes what is new with all that follows: keys, what was sold with them before, details,
// consents, signs of interest. The same again writes nothing. Reasons: KEY_TAKEN.
absl::StatusOr<Enrolled> keep_enrollment(sqlite::Connection& connection, WriterState& state,
                                         const Enrollment& enrollment);

}  // namespace moadon
