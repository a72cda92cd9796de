// The rows of members who were given points or benefits with limits, as far as the server has heard
// of it: facts that it issued before do not know of that. Only for client/agent/journal*.cpp;
// functions on a connection, whose callers hold the transaction.
#pragma once

#include <cstdint>
#include <string>

#include "absl/status/statusor.h"
#include "client/agent/journal_offline.h"
#include "client/agent/journal_seal.h"
#include "sqlite/connection.h"

namespace moadon::agent {

struct ServedMember {
  std::string register_id;
  std::string member_id;       // empty: nobody knows who it was, so everybody
  int64_t served_time_us = 0;  // the server's clock when it had heard of it
};

// The member stays served until newer facts come.
absl::Status keep_served(sqlite::Connection& connection, const JournalSeal& seal,
                         const ServedMember& served);
// Whether facts of that time do not know of what the member was given.
absl::StatusOr<bool> served_since(sqlite::Connection& connection, const MemberServed& served);
absl::Status forget_served(sqlite::Connection& connection, int64_t before_us);

// Of an altered row nobody knows whom it meant, nor when: by the latest time that is kept everybody
// was served, at every register. True: there was one. Before anybody else uses the file.
absl::StatusOr<bool> judge_served(sqlite::Connection& connection, const JournalSeal& seal);

}  // namespace moadon::agent
