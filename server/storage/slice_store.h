// Parts of club-wide limits that are set aside for registers.
#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "absl/strings/string_view.h"
#include "server/storage/query.h"
#include "server/storage/use_store.h"

namespace moadon::storage {

struct SliceRow {
  std::string benefit_id;
  std::string register_id;
  int64_t amount_minor = 0;  // of the club's budget
  int64_t use_count = 0;     // of the club's count
  int64_t end_us = 0;
};

// All of a register, by benefit.
absl::StatusOr<std::vector<SliceRow>> list_slices(Connection& connection,
                                                  absl::string_view register_id);
// New, or in the place of the one that is there.
absl::Status keep_slice(Connection& connection, const SliceRow& row);
absl::Status delete_slice(Connection& connection, const SliceRow& row);
// Whatever ends before `end_us`; all of a register.
absl::Status delete_slices_before(Connection& connection, absl::string_view register_id,
                                  int64_t end_us);
absl::Status delete_slices_of(Connection& connection, absl::string_view register_id);
// Takes from a slice what `use` says, as far as it is there.
absl::Status lower_slice(Connection& connection, const ClubUse& use);

}  // namespace moadon::storage
