// How a request that names itself is recognised when it comes again.
#pragma once

#include <string>

#include "absl/status/status.h"
#include "absl/strings/string_view.h"
#include "google/protobuf/message.h"
#include "server/operations/club_view.h"

namespace moadon {

// The club's keyed digest of a request: its type and all its fields.
std::string request_digest(const ClubView& view, const google::protobuf::Message& request);

// REQUEST_REUSED.
absl::Status request_reused(absl::string_view request_id);

}  // namespace moadon
