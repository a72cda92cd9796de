// What a sales file asks of the club before it can be replayed.
#pragma once

#include <set>
#include <string>

#include "absl/status/statusor.h"

namespace moadon::cli {

inline constexpr int kReplayRegistersMax = 256;

// The registers named in the column "register" of a sales file, plain or gzip. Usage refusal when
// the file cannot be read, has no such column, or names more than kReplayRegistersMax.
absl::StatusOr<std::set<std::string>> registers_in(const std::string& path);

}  // namespace moadon::cli
