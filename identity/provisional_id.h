// Who was enrolled without the server, until it has said who that is.
#pragma once

#include <string>

#include "absl/strings/string_view.h"

namespace moadon {

inline constexpr size_t kProvisionalRandomBytes = 8;

// "new-" and 16 lower-case hexadecimal digits: OfflineEnrollment.provisional_id. Pure.
bool is_provisional_id(absl::string_view text);
// Of kProvisionalRandomBytes.
std::string provisional_id_of(absl::string_view random_bytes);

}  // namespace moadon
