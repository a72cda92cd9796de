// Fills a new journal's file with what a damaged one still tells. Only for
// client/agent/journal*.cpp.
#pragma once

#include <cstdint>
#include <string>

#include "absl/status/statusor.h"
#include "client/agent/journal_seal.h"
#include "sqlite/connection.h"

namespace moadon::agent {

// What came over.
struct Salvaged {
  int64_t entry_count = 0;
  int64_t clear_count = 0;  // of them: in clear, as a version before left them
  int64_t missing_count = 0;
  bool has_places = false;  // which places there are was read
  bool is_all = false;      // nothing of the damaged file was left behind
};

// From the file at `path` and its log into `connection`'s, which is empty, of this version, and
// nobody else's; its foreign keys are off afterwards. Places that are known of but were not found
// are queued as altered. Nobody may use the damaged file meanwhile, and SQLite may remove its log:
// both are kept beforehand. What cannot be read is no error: errors are the new file's and the
// system's, and leave a file to be thrown away.
absl::StatusOr<Salvaged> transfer_journal(sqlite::Connection& connection, const std::string& path,
                                          const JournalSeal& seal);

}  // namespace moadon::agent
