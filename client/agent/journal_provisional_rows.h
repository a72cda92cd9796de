// The rows of members who were enrolled without the server. Only for client/agent/journal*.cpp;
// functions on a connection, whose callers hold the transaction.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "absl/status/statusor.h"
#include "absl/strings/string_view.h"
#include "absl/types/span.h"
#include "client/agent/journal.h"
#include "client/agent/journal_seal.h"
#include "sqlite/connection.h"

namespace moadon::agent {

// The receipt of an enrolment's entry: no register's, since those have no control characters.
std::string enrollment_receipt(absl::string_view provisional_id);
bool is_enrollment_receipt(absl::string_view receipt);

struct ProvisionalRow {
  std::string provisional_id;
  std::string register_id;
  int64_t sequence = 0;
  std::string stands_for;    // whom its keys are known as; empty: itself
  std::string display_name;  // opened
  std::string member_id;     // empty: the server has not said
};

// Altered rows are not there.
absl::StatusOr<std::optional<ProvisionalRow>> find_provisional(sqlite::Connection& connection,
                                                               const JournalSeal& seal,
                                                               const std::string& provisional_id);
// Whose key it is, the earliest first.
absl::StatusOr<std::vector<ProvisionalRow>> find_provisional_by_key(sqlite::Connection& connection,
                                                                    const JournalSeal& seal,
                                                                    const std::string& key_digest);
// Those that stand for it.
absl::StatusOr<std::vector<ProvisionalRow>> find_standing_for(sqlite::Connection& connection,
                                                              const JournalSeal& seal,
                                                              const std::string& provisional_id);

// Writes the row and the keys of a new entry in its place in the journal.
absl::Status keep_provisional(sqlite::Connection& connection, const JournalSeal& seal,
                              const NewEntry& entry, int64_t sequence);
// The server said who the enrolment in this place is: the first that it says of anybody stays.
absl::Status name_provisional(sqlite::Connection& connection, const JournalSeal& seal,
                              const std::string& register_id, const Settlement& settlement);
// Removes rows that are older than `before_us` and were delivered, with all that stands for them,
// and the keys that are nobody's then.
absl::Status remove_old_provisional(sqlite::Connection& connection, int64_t before_us);
// Who the rows are said to be.
absl::StatusOr<std::vector<std::string>> named_members(sqlite::Connection& connection);
// Removes names and keys of these members from rows that were delivered. Whose a provisional id is
// stays: registers of this machine may still name it.
absl::Status remove_persons(sqlite::Connection& connection, const JournalSeal& seal,
                            absl::Span<const std::string> member_ids);

}  // namespace moadon::agent
