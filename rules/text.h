// What text may hold. Pure functions, safe from any thread.
#pragma once

#include "absl/strings/string_view.h"

namespace moadon {

// Well-formed UTF-8: no overlong forms, no surrogates, nothing above U+10FFFF.
bool is_valid_utf8(absl::string_view text);

// C0, DEL and C1 control characters, line and paragraph separators. `text` must be valid UTF-8.
bool has_control_characters(absl::string_view text);

// Embeddings, overrides and isolates (U+202A-U+202E, U+2066-U+2069), which can make a text read as
// another one. The marks U+200E and U+200F are harmless and common in Hebrew texts. `text` must be
// valid UTF-8.
bool has_direction_controls(absl::string_view text);

}  // namespace moadon
