// A consistent copy of a database in use.
#pragma once

#include <string>

#include "absl/status/status.h"
#include "sqlite/connection.h"

namespace moadon::sqlite {

// Copies what `connection` sees to the file `path`, replacing it. The copy is synced and then
// renamed into place: `path` is a whole copy or is not there. Leaves the source as it was. Not
// inside a transaction; takes as long as reading and writing the whole file does.
absl::Status back_up(Connection& connection, const std::string& path);

}  // namespace moadon::sqlite
