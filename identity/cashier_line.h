// What a cashier may say to a member.
#pragma once

#include <string>

#include "absl/strings/string_view.h"
#include "moadon/v1/member_service.pb.h"

namespace moadon {

// One line in `language_code` ("he" or "en"). `first_name` may be empty.
std::string cashier_line(absl::string_view language_code, absl::string_view first_name,
                         v1::Stage stage);

// First name and the initial of the last, such as "Dana L."; either may be empty.
std::string display_name(absl::string_view first_name, absl::string_view last_name);
// The first name in one, of which it is a part; empty where there is only an initial.
absl::string_view first_name_in(absl::string_view display_name);

}  // namespace moadon
