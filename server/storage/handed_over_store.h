// The owner's queue: journal entries that the server did not take for long.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "server/storage/query.h"

namespace moadon::storage {

// Kept in the file: never renumber.
enum class HandedKind { kUnreadable = 0, kSale = 1, kReturn = 2, kEnrollment = 3 };

// A place in a register's journal; its name has kJournalIdBytes.
struct HandedPlace {
  std::string register_id;
  std::string journal_id;
  int64_t sequence = 0;
};

struct HandedRow {
  HandedPlace place;
  HandedKind kind = HandedKind::kUnreadable;
  std::string content;  // as journalled; empty once settled
  std::string context;  // the same
  std::string chain;    // kChainBytes; empty: none was said
  std::string refusal;  // serialized v1::Refusal
  int64_t commit_us = 0;
  int64_t hand_us = 0;
  std::optional<int64_t> settle_us;
  std::string settle_note;
};

// The row of the place is this one from now on. Of a settled row neither content nor context is
// kept.
absl::Status keep_handed(Connection& connection, const HandedRow& row);
absl::StatusOr<std::optional<HandedRow>> find_handed(Connection& connection,
                                                     const HandedPlace& place);
// Whether a register's entry with this chain value came from any of its journals.
absl::StatusOr<bool> has_handed_chain(Connection& connection, const std::string& register_id,
                                      const std::string& chain);
// Where an entry waits that has this chain value, or none and this place.
absl::StatusOr<std::vector<HandedPlace>> list_waiting(Connection& connection,
                                                      const HandedPlace& place,
                                                      const std::string& chain);
// Deletes content and context for good and keeps the note; of a settled row nothing changes.
absl::Status settle_handed(Connection& connection, const HandedPlace& place, int64_t settle_us,
                           const std::string& note);

// A page ends early rather than grow past so much content.
inline constexpr size_t kMaxHandedPageBytes = 2 << 20;

// In the order of their time, after a row (hand_us and place), at most `limit`.
struct HandedAfter {
  int64_t hand_us = -1;
  HandedPlace place;
};
struct HandedPage {
  std::vector<HandedRow> rows;
  bool is_cut = false;  // there may be more
};
absl::StatusOr<HandedPage> list_handed(Connection& connection, bool with_settled,
                                       const HandedAfter& after, int limit);

}  // namespace moadon::storage
