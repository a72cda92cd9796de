// Files that hold a secret.
#pragma once

#include <string>

#include "absl/status/status.h"
#include "absl/strings/string_view.h"

namespace moadon {

// Writes `token` and a line end to `path`, readable by its owner only, synced, replacing what is
// there: after a crash the file is whole or is not there.
absl::Status write_secret_file(const std::string& path, absl::string_view token);

}  // namespace moadon
