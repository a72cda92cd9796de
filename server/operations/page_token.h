// Page tokens: opaque to callers, readable by the call that issued them only.
#pragma once

#include <string>
#include <vector>

#include "absl/status/statusor.h"
#include "absl/strings/string_view.h"

namespace moadon {

// `call` names the call and, where it matters, what was asked.
std::string page_token(absl::string_view call, const std::vector<std::string>& parts);

// The parts of a token that `call` issued with `count` of them, or PAGE_TOKEN_INVALID.
absl::StatusOr<std::vector<std::string>> page_token_parts(absl::string_view call,
                                                          const std::string& token, size_t count);

// A part that is a number.
absl::StatusOr<int64_t> page_token_number(absl::string_view part);

absl::Status invalid_page_token();

}  // namespace moadon
