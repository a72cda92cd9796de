// Members as messages.
#pragma once

#include "absl/status/statusor.h"
#include "moadon/v1/member.pb.h"
#include "moadon/v1/register_service.pb.h"
#include "server/operations/club_view.h"
#include "server/storage/member_details_store.h"
#include "server/storage/member_store.h"
#include "server/storage/stage_move_store.h"

namespace moadon {

// The moment for which members are shown, and the club then.
struct Moment {
  const ClubView& view;
  int64_t now_us = 0;
};

// Whether time alone may have changed the member's stage since it was kept.
bool is_due(const storage::MemberRow& row, const Moment& moment);
// Standing. Of a member who is due the stage is decided here, so that it is today's before the
// ageing job has come by.
absl::StatusOr<v1::MemberFacts> facts_message(sqlite::Connection& connection,
                                              const storage::MemberRow& row, const Moment& moment);
// For the owner: with details, keys and consents.
absl::StatusOr<v1::Member> member_message(sqlite::Connection& connection,
                                          const storage::MemberRow& row, const Moment& moment);
// For a register: with a line for the cashier to say.
absl::StatusOr<v1::IdentifyResponse> identify_message(sqlite::Connection& connection,
                                                      const storage::MemberRow& row,
                                                      const Moment& moment);
// The same of a member of whom everything has been read.
absl::StatusOr<v1::IdentifyResponse> identify_message(sqlite::Connection& connection,
                                                      const storage::IdentifiedMember& member,
                                                      const Moment& moment);
// The same without a query, of a member who is not due.
v1::IdentifyResponse identify_message(const storage::IdentifiedMember& member,
                                      const Moment& moment);
v1::StageMove move_message(const storage::StageMoveRow& row);

}  // namespace moadon
