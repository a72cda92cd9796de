// Where a member came from: the branch of the earliest contact, and the source that the earliest
// contact with one named.
#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "absl/status/status.h"
#include "server/storage/member_origin_store.h"

namespace moadon {

// A purchase, a return, a sign-up, a lead or a sign of interest.
struct Contact {
  int64_t time_us = 0;
  int64_t day = 0;
  std::string branch_id;  // empty: at none
  storage::SourceColumns source;
};

// What one more contact makes of it, the same in whatever order contacts come: of two at one time
// the one with a branch (a source) counts, then the smaller by kind and bytes.
storage::OriginRow origin_with(storage::OriginRow origin, const Contact& contact);

// Writes what `contacts` change. `met_us`: the earliest contact before them, or, of a new member,
// among them.
absl::Status keep_origin(sqlite::Connection& connection, int64_t member_id, int64_t met_us,
                         const std::vector<Contact>& contacts);

}  // namespace moadon
