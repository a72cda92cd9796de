// What is held on one person, as one JSON object.
#pragma once

#include <ostream>

#include "absl/status/status.h"
#include "client/cli/session.h"
#include "moadon/v1/member_service.pb.h"

namespace moadon::cli {

enum class MemberDocument {
  kStory,       // the fields of GetMemberResponse and "story", every StoryEvent in order
  kEverything,  // and "sales", every sale and return as GetSale shows it
};

// Of a merged member what came with the others too. Stops at the first refusal, with half of the
// object written.
absl::Status write_member_document(Session& session, const v1::GetMemberResponse& member,
                                   MemberDocument content, std::ostream& out);

}  // namespace moadon::cli
