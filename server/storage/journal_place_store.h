// What the journals of registers said of their history.
#pragma once

#include <cstdint>
#include <optional>
#include <string>

#include "server/storage/query.h"

namespace moadon::storage {

inline constexpr size_t kJournalIdBytes = 16;
inline constexpr size_t kChainBytes = 32;
// Of one journal; about two months of a busy register. An older place is taken for a new one.
inline constexpr int64_t kKeptPlaces = 20'000;

// A register's journal; its name has kJournalIdBytes.
struct JournalName {
  std::string register_id;
  std::string journal_id;
};

// The chain value that came first in a place; nothing: none did, or it is forgotten.
absl::StatusOr<std::optional<std::string>> find_chain(Connection& connection,
                                                      const JournalName& journal, int64_t sequence);
// `chain` has kChainBytes, `sequence` is positive; the place is new.
absl::Status insert_chain(Connection& connection, const JournalName& journal, int64_t sequence,
                          const std::string& chain);
// Forgets the places that are kKeptPlaces or more behind the newest of the journal.
absl::Status prune_chains(Connection& connection, const JournalName& journal);

}  // namespace moadon::storage
