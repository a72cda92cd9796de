// The server's proof that it issued member facts: agents hand them back with sales.
#pragma once

#include <string>

#include "absl/strings/string_view.h"
#include "google/protobuf/message_lite.h"
#include "moadon/v1/member_service.pb.h"

namespace moadon {

// The same bytes for the same message, whatever wrote it.
std::string canonical_bytes(const google::protobuf::MessageLite& message);

// Sets `seal` to the keyed digest of everything else.
void seal(v1::MemberFacts& facts, absl::string_view digest_key);
bool is_sealed(const v1::MemberFacts& facts, absl::string_view digest_key);

}  // namespace moadon
