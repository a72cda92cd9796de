// Signs of interest of one member, inside one operation.
#pragma once

#include <cstdint>
#include <vector>

#include "absl/status/statusor.h"
#include "google/protobuf/repeated_field.h"
#include "moadon/v1/profile.pb.h"
#include "server/operations/club_view.h"
#include "server/operations/writer_state.h"
#include "server/storage/member_sign_store.h"
#include "server/storage/member_store.h"

namespace moadon {

// A sign as it was reported. One without a time of its own repeats a sign of the same day that says
// the same.
struct GivenSign {
  storage::SignRow row;
  bool is_dated = false;
};

storage::SourceColumns source_columns(const v1::Source& source);

// BRANCH_UNKNOWN of the first sign at a branch that is not the club's.
absl::Status check_branches(const google::protobuf::RepeatedPtrField<v1::SignOfInterest>& signs,
                            const ClubView& view);
// Of a checked request; what has no time was seen at `time_us`. Dated by the calendar of the
// branch, else the club's.
std::vector<GivenSign> given_signs(
    const google::protobuf::RepeatedPtrField<v1::SignOfInterest>& signs, int64_t time_us,
    const ClubView& view);

// Writes those that are new, with what follows. The member's row as kept afterwards.
absl::StatusOr<storage::MemberRow> keep_signs(sqlite::Connection& connection, WriterState& state,
                                              const storage::MemberRow& member,
                                              const std::vector<GivenSign>& signs);

}  // namespace moadon
