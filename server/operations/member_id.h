// Member ids as text: 16 lower-case hexadecimal digits.
#pragma once

#include <cstdint>
#include <optional>
#include <string>

#include "absl/strings/string_view.h"

namespace moadon {

std::string member_id_text(int64_t member_id);
// Empty: not an id that was ever issued.
std::optional<int64_t> member_id_of(absl::string_view text);

}  // namespace moadon
