// Files that are known by how their names begin.
#pragma once

#include <string>
#include <vector>

#include "absl/status/statusor.h"

namespace moadon::agent {

// Paths of the files beside `start` whose names begin with its last part, in no order. Fails where
// the directory cannot be listed.
absl::StatusOr<std::vector<std::string>> files_starting_with(const std::string& start);

}  // namespace moadon::agent
