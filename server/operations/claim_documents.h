// Sales and returns that came with a key before anybody held it.
#pragma once

#include "absl/status/status.h"
#include "server/operations/member_change.h"
#include "server/storage/member_details_store.h"

namespace moadon {

// Gives every document of nobody that was presented with `key` to the member of `change`, with the
// returns of its sales and the points they give. A member who was erased and had the key before is
// not known by it any more.
absl::Status claim_documents(sqlite::Connection& connection, WriterState& state,
                             const storage::KeyRow& key, MemberChange& change);

}  // namespace moadon
