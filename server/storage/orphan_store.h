// Rows that belong to nothing, for verify.
#pragma once

#include <string>
#include <vector>

#include "server/storage/query.h"

namespace moadon::storage {

struct Orphan {
  std::string subject;  // what it is, such as "receipt"
  std::string owner;    // which
};

// Receipts without their document, documents, days and moves of members who are not there, lines
// without their document, returns that wait for another sale than they name, and promises to
// members or of sales that are not there. Reads every row.
absl::StatusOr<std::vector<Orphan>> list_orphans(Connection& connection);

}  // namespace moadon::storage
