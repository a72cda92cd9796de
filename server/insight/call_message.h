// What a person needs to know before speaking to a member.
#pragma once

#include <cstdint>
#include <vector>

#include "absl/status/statusor.h"
#include "absl/time/civil_time.h"
#include "moadon/v1/lifecycle_service.pb.h"
#include "server/insight/call_order.h"
#include "server/operations/club_view.h"
#include "server/operations/member_facts.h"
#include "server/storage/call_store.h"

namespace moadon {

// The member's own id first, then those of all who are part of them now.
absl::StatusOr<std::vector<int64_t>> ids_of_person(sqlite::Connection& connection,
                                                   const storage::MemberRow& row);

// The stage at the end of a date that is today or was a moment ago, whether the ageing job has come
// by since or not; STAGE_UNSPECIFIED when the member was met only later.
absl::StatusOr<StageNow> stage_on(sqlite::Connection& connection,
                                  const storage::CallableMember& member, const ClubView& view,
                                  absl::CivilDay day);

// Silence, rhythm by the numbers in force that day, and worth.
absl::StatusOr<CallRank> call_rank(sqlite::Connection& connection,
                                   const storage::CallableMember& member, const ClubView& view,
                                   absl::CivilDay day);

absl::StatusOr<v1::Call> call_message(sqlite::Connection& connection, const storage::MemberRow& row,
                                      const ClubView& view, absl::CivilDay day);

}  // namespace moadon
