// Whether bytes are one JSON object and nothing else, more strictly than protobuf's own lenient
// parser.
//
// Pure, safe from any thread.
#pragma once

#include "absl/status/status.h"
#include "absl/strings/string_view.h"

namespace moadon {

// Deeper nesting is refused; no message of ours comes near.
inline constexpr int kMaxJsonDepth = 64;

// Refuses with REASON_MALFORMED, saying where (values: position, in bytes): syntax that RFC 8259
// does not have, bytes that are not UTF-8, nesting over kMaxJsonDepth, a root that is not an
// object, and a name given twice in one object (which of the two counts would be anybody's guess).
absl::Status check_json_syntax(absl::string_view json);

}  // namespace moadon
