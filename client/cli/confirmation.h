// The last question before something that cannot be taken back.
#pragma once

#include "absl/status/status.h"

namespace moadon::cli {

// OK when --yes was given, else a usage refusal that names it.
absl::Status confirmed(bool yes);

}  // namespace moadon::cli
