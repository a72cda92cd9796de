// What becomes of a journal whose file was damaged so that SQLite cannot go on with it.
//
// The file is kept: as "<path>.damaged-<when it was written last>", with its log
// beside it as "...-wal". Every entry in it that is true in itself (journal_chain.h,
// journal_seal.h) goes into a new file under the same key, whatever else became of the page it
// stands on, and is delivered again, which the server records once. Places whose entry is not found
// stay in the backlog as altered, so that people hear of them. What the server tells anew
// (programs, places, leases, slices of budgets) is left behind, everything else is taken over where
// SQLite can still read it. The journal gets a new name, because places that nobody knows of may be
// taken again.
//
// A file that a version before 0.4 left in clear is salvaged the same way before its tables are
// changed; what is found is sealed. Nothing vouches for such an entry but that it is a message of
// its kind with its receipt. When nothing is missing of it the damaged file is deleted, as copies
// made before migrations are: it would tell in clear what the new one holds sealed. Otherwise the
// log says event=journal_in_clear_kept.
//
// Where nothing at all can be read, not even which places there were, the till goes on with an
// empty journal and the log says event=journal_unreadable.
//
// A power cut in the middle leaves the damaged file where it was, or the new one.
#pragma once

#include <memory>
#include <string>

#include "absl/status/statusor.h"
#include "client/agent/journal_seal.h"
#include "sqlite/connection.h"

namespace moadon::agent {

// Opens or creates the journal's file for writing, at this version. A damaged one is salvaged
// first, logged as event=journal_salvaged. A file of a newer version, or that the disk or the
// system refuses, is left alone, and the error is theirs. Before anybody else uses the file.
absl::StatusOr<std::unique_ptr<sqlite::Connection>> open_journal_file(const std::string& path,
                                                                      const JournalSeal& seal);

}  // namespace moadon::agent
