// What a register holds of rights and parts of limits, and what of it and of its caps is taken.
// Only for client/agent/journal*.cpp.
#pragma once

#include <cstdint>
#include <set>
#include <string>
#include <utility>
#include <vector>

#include "absl/status/statusor.h"
#include "client/agent/journal_seal.h"
#include "moadon/v1/offline.pb.h"
#include "sqlite/connection.h"

namespace moadon::agent {

// One member's right at one register.
using Grant = std::pair<std::string, std::string>;

// All that undelivered sales and open holds took at a register.
struct Taken {
  int64_t amount_minor = 0;
  std::set<std::string> member_ids;  // whom it served
  std::set<Grant> grants;
  std::vector<v1::BudgetSlice> slices;
  bool is_altered = false;  // what some of them took cannot be read
};

// But for what the hold named `but_hold_id` sets aside; empty: all of it.
absl::StatusOr<Taken> taken_at(sqlite::Connection& connection, const JournalSeal& seal,
                               const std::string& register_id, int64_t latest_us,
                               const std::string& but_hold_id);

// Altered ones are none.
absl::StatusOr<std::vector<v1::LeasedRight>> leases_of(sqlite::Connection& connection,
                                                       const JournalSeal& seal,
                                                       const std::string& register_id);
absl::StatusOr<std::vector<v1::LeasedRight>> leases_of_member(sqlite::Connection& connection,
                                                              const JournalSeal& seal,
                                                              const std::string& register_id,
                                                              const std::string& member_id);
absl::StatusOr<std::vector<v1::BudgetSlice>> slices_of(sqlite::Connection& connection,
                                                       const JournalSeal& seal,
                                                       const std::string& register_id);

bool has_ended(const google::protobuf::Timestamp& end, int64_t latest_us);

}  // namespace moadon::agent
