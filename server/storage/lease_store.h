// Rights that one register alone may use, and the turns in which registers take them.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "absl/strings/string_view.h"
#include "server/storage/journal_place_store.h"
#include "server/storage/query.h"

namespace moadon::storage {

struct LeaseRow {
  int64_t member_id = 0;  // whose the right is
  int64_t grant_id = 0;
  std::string register_id;  // empty: nobody's, and not to be leased before end_us
  int64_t end_us = 0;
  bool is_called_back = false;
};

absl::StatusOr<std::optional<LeaseRow>> find_lease(Connection& connection, int64_t member_id,
                                                   int64_t grant_id);
// All of a register, by member and grant.
absl::StatusOr<std::vector<LeaseRow>> list_leases(Connection& connection,
                                                  absl::string_view register_id);
// False: the right is leased already, or not to be leased; it stays so.
absl::StatusOr<bool> insert_lease(Connection& connection, const LeaseRow& row);
// Writes register, end and call of a lease that is there.
absl::Status update_lease(Connection& connection, const LeaseRow& row);
absl::Status delete_lease(Connection& connection, const LeaseRow& row);
// Whatever of a register ends before `end_us`; all of it. Without an id: of nobody.
absl::Status delete_leases_before(Connection& connection, absl::string_view register_id,
                                  int64_t end_us);
absl::Status delete_leases_of(Connection& connection, absl::string_view register_id);

// A right went from one member to another: whoever has leased it cannot know, and is called to give
// it back. Nothing when nobody has.
struct MovedRight {
  int64_t grant_id = 0;
  int64_t from_id = 0;
  int64_t to_id = 0;
};
absl::Status move_lease(Connection& connection, const MovedRight& moved);

// The last turn of a register that was answered.
struct TurnRow {
  std::string register_id;
  std::string journal_id;  // kJournalIdBytes; empty: its agent named none
  int64_t turn = 0;
  int64_t turn_us = 0;
};
// Empty: it had none yet.
absl::StatusOr<std::optional<TurnRow>> find_turn(Connection& connection,
                                                 absl::string_view register_id);
// The register's only one from now on.
absl::Status keep_turn(Connection& connection, const TurnRow& row);

// Journals whose register takes turns with another one since; of a register the newest
// kMaxLeftJournals.
inline constexpr int kMaxLeftJournals = 100;
absl::StatusOr<bool> is_left_journal(Connection& connection, const JournalName& journal);
absl::Status leave_journal(Connection& connection, const JournalName& journal, int64_t leave_us);

// Forgets a register's turns, and which journals it has left.
absl::Status delete_turns_of(Connection& connection, absl::string_view register_id);

// Since when registers must have been silent.
struct Silence {
  int64_t since_us = 0;    // neither heard of nor in turn, and something ended before
  int64_t no_turn_us = 0;  // though heard of, not in turn
};
// Ids of those that are and still have a lease or a slice, the longest without turn first.
absl::StatusOr<std::vector<std::string>> list_silent_leaseholders(Connection& connection,
                                                                  const Silence& silence,
                                                                  int limit);

// What cannot be, for verify.
struct WrongLease {
  std::string subject;  // such as "lease.right"
  std::string owner;    // which
};
// Leases and slices of registers that are not there, are revoked or had no turn; leases of rights
// that are not there; rights leased twice.
absl::StatusOr<std::vector<WrongLease>> list_wrong_leases(Connection& connection);

}  // namespace moadon::storage
