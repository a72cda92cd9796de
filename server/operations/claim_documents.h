// Sales and returns that came with a key before anybody held it, or named somebody whose enrolment
// was not here yet.
#pragma once

#include <cstdint>

#include "absl/status/status.h"
#include "server/operations/member_change.h"
#include "server/storage/member_details_store.h"
#include "server/storage/provisional_store.h"

namespace moadon {

// Gives every document of nobody that was presented with `key` to the member of `change`, with the
// returns of its sales and the points they give. A member who was erased and had the key before is
// not known by it any more.
absl::Status claim_documents(sqlite::Connection& connection, WriterState& state,
                             const storage::KeyRow& key, MemberChange& change);

// Gives every document of nobody that named somebody by `name` to the member it means now, or to
// whom they were part of at the document's time, as if the name had been known when it came.
absl::Status claim_named_documents(sqlite::Connection& connection, WriterState& state,
                                   const storage::ProvisionalName& name, int64_t member_id);

}  // namespace moadon
