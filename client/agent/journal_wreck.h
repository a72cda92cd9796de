// Finds entries in a journal's file that SQLite cannot read any more. Only for
// client/agent/journal*.cpp.
#pragma once

#include "client/agent/journal_rows.h"

namespace moadon::agent {

// An entry that is true in itself, as it was found. Its place in the chain is not judged here.
struct FoundEntry {
  int64_t entry_id = 0;  // may be altered: nothing vouches for it
  StoredEntry entry;
  std::string sealed_content;
  std::string sealed_context;
  bool was_in_clear = false;
};

// Looks at every page of the file at `path` and of its log, and calls `take` with what it finds,
// once for each place; what was committed last comes first. What a version before 0.4 left in clear
// comes sealed: nothing vouches for it but that it is a message of its kind, with its receipt.
// Stops at the first error of `take`. Other errors: those of the system. Nobody may write to the
// file meanwhile.
absl::Status for_each_entry_in_wreck(const std::string& path, const JournalSeal& seal,
                                     absl::FunctionRef<absl::Status(const FoundEntry&)> take);

}  // namespace moadon::agent
