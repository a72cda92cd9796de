// Dates that people have: born, married. Kept as they are said, YYYY-MM-DD.
#pragma once

#include "absl/status/status.h"
#include "absl/strings/string_view.h"

namespace moadon {

// OK for an empty text and for a date from 1850-01-01 to 9999-12-30; else FIELD_INVALID naming
// `field`.
absl::Status check_birth_date(absl::string_view text, absl::string_view field);

}  // namespace moadon
