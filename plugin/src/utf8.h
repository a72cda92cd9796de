#pragma once

#include <string_view>

namespace moadon::pos {

// Whether `text` is well-formed UTF-8: no stray or missing continuation bytes, no overlong forms,
// no surrogates, nothing above U+10FFFF. A zero byte is not text.
bool is_utf8(std::string_view text);

}  // namespace moadon::pos
