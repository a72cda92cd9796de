// What a cashier says of a return that is not taken. Pure functions, safe from any thread.
#pragma once

#include <string>

#include "absl/strings/string_view.h"

namespace moadon::wording {

// Why a return by a receipt that the register does not keep cannot be taken without the server. One
// sentence in `language_code` ("he" or "en") to say to the customer.
std::string unseen_return_text(absl::string_view language_code);

}  // namespace moadon::wording
