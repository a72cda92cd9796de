// Finds entries in a journal's file that SQLite cannot read any more. Only for
// client/agent/journal*.cpp.
#pragma once

#include "client/agent/journal_rows.h"

namespace moadon::agent {

// An entry that is true in itself, as it was found. Its place in the chain is not judged here.
struct FoundEntry {
  int64_t entry_id = 0;  // may be altered: nothing vouches for it
  StoredEntry entry;
  std::string sealed_content;  // as they stood in the row
  std::string sealed_context;
};

// Looks at every page of the file at `path` and of its log, and calls `take` with what it finds.
// The same entry may be found several times; what was committed last comes first. Entries that a
// version before 0.4 left in clear are not found: nothing vouches for them. Stops at the first
// error of `take`. Other errors: those of the system. Nobody may write to the file meanwhile.
absl::Status for_each_entry_in_wreck(const std::string& path, const JournalSeal& seal,
                                     absl::FunctionRef<absl::Status(const FoundEntry&)> take);

}  // namespace moadon::agent
