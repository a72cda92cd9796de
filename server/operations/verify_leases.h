// What registers were given for when they are cut off, for verify.
#pragma once

#include <vector>

#include "absl/status/status.h"
#include "moadon/v1/admin_service.pb.h"
#include "sqlite/connection.h"

namespace moadon {

// Appends leases and slices that cannot be: of rights that are not there, of one right twice, of
// registers that nobody let have any. Reads all of them.
absl::Status check_leases(sqlite::Connection& connection, std::vector<v1::Disagreement>& found);

}  // namespace moadon
