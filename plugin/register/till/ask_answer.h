// What a customer answers when the club would like to know a detail.
#pragma once

#include <optional>
#include <string>
#include <string_view>

#include "plugin/register/json.h"

namespace moadon {

// The members of an EnrollMemberRequest that carry the answer: "first_name", or one more of "keys",
// or of "custom_values". `field` as in Ask. Nothing when the text is no answer to it: dates are
// typed 31.12.1990 or 1990-12-31, choices as words of either language. The club checks the rest.
std::optional<Json> member_with_answer(const std::string& field, std::string_view text);

}  // namespace moadon
