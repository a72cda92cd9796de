// The one line that a cashier says to a member.
#pragma once

#include <string>

#include "absl/strings/string_view.h"
#include "moadon/v1/member.pb.h"

namespace moadon::agent {

// In Hebrew for "he", else in English; by stage, with the name when there is one. The Hebrew is
// written so that it reads alike to and from everybody.
std::string greeting(v1::Stage stage, absl::string_view display_name,
                     absl::string_view language_code);

}  // namespace moadon::agent
