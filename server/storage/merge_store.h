// Merges: two members who are one person, from a day on and perhaps to another.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "absl/strings/string_view.h"
#include "server/storage/query.h"

namespace moadon::storage {

// `lost` is part of `kept` from the merge until it is undone.
struct MergeRow {
  int64_t lost_id = 0;
  int64_t position = 0;  // among those of the lost one, from 1
  int64_t kept_id = 0;
  std::string request_id;  // of the decision
  int64_t merge_us = 0;
  int64_t merge_day = 0;        // the club's business date
  std::string undo_request_id;  // empty: in force
  std::optional<int64_t> undo_us;
  std::optional<int64_t> undo_day;
};

// Those in which a member was lost, oldest first.
absl::StatusOr<std::vector<MergeRow>> list_merges_of_lost(Connection& connection, int64_t lost_id);
// Those into a member, by the lost one, then oldest first.
absl::StatusOr<std::vector<MergeRow>> list_merges_into(Connection& connection, int64_t kept_id);
absl::Status insert_merge(Connection& connection, const MergeRow& merge);
// When a member last became part of somebody, somebody of them, or either ended; zeros: never.
struct MergeMoment {
  int64_t time_us = 0;
  int64_t day = 0;
};
absl::StatusOr<MergeMoment> last_merge_moment(Connection& connection, int64_t member_id);
// Writes how and when it was undone.
absl::Status keep_undo(Connection& connection, const MergeRow& merge);

}  // namespace moadon::storage
