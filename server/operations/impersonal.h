// Messages about a member without what says who that is. Pure functions, safe from any thread.
#pragma once

#include <string>

#include "absl/status/statusor.h"
#include "moadon/v1/member.pb.h"
#include "server/storage/decision_store.h"

namespace moadon {

// Takes birthday, anniversary and tags out of facts. Facts that had any lose the server's seal with
// them: see lacks_personal_parts().
void make_impersonal(v1::MemberFacts& facts);
// Whether facts as kept with a verdict had personal parts once, so that the verdict cannot be made
// again from them.
bool lacks_personal_parts(const v1::MemberFacts& facts);

// The answer of a decision, serialized, with neither names nor keys nor notes in it. INTERNAL when
// it cannot be read.
absl::StatusOr<std::string> impersonal_answer(storage::DecisionKind kind,
                                              const std::string& answer);

}  // namespace moadon
