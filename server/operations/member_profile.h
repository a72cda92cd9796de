// What is kept of a person, as messages.
#pragma once

#include "absl/status/status.h"
#include "moadon/v1/member.pb.h"
#include "server/storage/member_origin_store.h"
#include "server/storage/member_sign_store.h"
#include "server/storage/member_store.h"

namespace moadon {

v1::Source source_message(const storage::SourceColumns& source);
v1::SignOfInterest sign_message(const storage::SignRow& row);

// Adds what is shown of one member only: fields of the owner's, confirmations, notes, signs of
// interest.
absl::Status show_profile(sqlite::Connection& connection, const storage::MemberRow& row,
                          v1::Member& member);

}  // namespace moadon
