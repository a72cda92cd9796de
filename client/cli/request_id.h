// Names for decisions that the owner did not name.
#pragma once

#include <string>

namespace moadon::cli {

// Long enough that no two calls ever choose the same.
std::string new_request_id();

}  // namespace moadon::cli
