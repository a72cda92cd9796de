// Members as messages.
#pragma once

#include "absl/status/statusor.h"
#include "moadon/v1/member_service.pb.h"
#include "moadon/v1/register_service.pb.h"
#include "server/operations/member_facts.h"
#include "server/storage/member_details_store.h"
#include "server/storage/member_store.h"
#include "server/storage/stage_move_store.h"
#include "server/storage/tier_store.h"

namespace moadon {

// Standing, as issued now.
absl::StatusOr<v1::MemberFacts> facts_message(sqlite::Connection& connection,
                                              const storage::MemberRow& row, const Moment& moment);
// For the owner: with details, keys and consents. What only one member is looked at for is added by
// show_profile (member_profile.h).
absl::StatusOr<v1::Member> member_message(sqlite::Connection& connection,
                                          const storage::MemberRow& row, const Moment& moment);
// For a register: with a line for the cashier to say, and what to ask for.
absl::StatusOr<v1::IdentifyResponse> identify_message(sqlite::Connection& connection,
                                                      const storage::MemberRow& row,
                                                      const Moment& moment);
// The same of a member of whom everything has been read, but for what is missing
// (missing_details.h); `facts` are as issued now.
v1::IdentifyResponse identify_message(v1::MemberFacts facts, const storage::NameAndContacts& known,
                                      const Moment& moment);
v1::StageMove move_message(const storage::StageMoveRow& row);
v1::TierMove tier_move_message(const storage::TierMoveRow& row);
v1::Consent consent_message(const storage::ConsentRow& row);

}  // namespace moadon
