// Removes files whose content shall not be read any more.
#pragma once

#include <string>

#include "absl/functional/function_ref.h"
#include "absl/status/status.h"

namespace moadon::agent {

// Overwrites the file with zeros, syncs it and removes it; OK when there is none. A disk that
// writes to other places than it is told (flash, copy-on-write file systems) may keep the old ones:
// what must not be read is therefore encrypted, and the key goes first. CANCELLED: `goes_on` said
// so; the file is still there.
absl::Status shred_file(const std::string& path, absl::FunctionRef<bool()> goes_on);

}  // namespace moadon::agent
