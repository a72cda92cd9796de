// The member whom a command line names.
#pragma once

#include <string>

#include "absl/status/statusor.h"
#include "client/cli/session.h"
#include "moadon/v1/member_service.pb.h"

namespace moadon::cli {

// By id when one is given, else by `who`: a key, or, of somebody whose keys are gone, the id
// itself. With both empty a usage refusal that names KEY.
absl::StatusOr<v1::GetMemberResponse> look_up_member(Session& session, const std::string& who,
                                                     const std::string& member_id);

}  // namespace moadon::cli
