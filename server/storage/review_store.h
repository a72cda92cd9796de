// What persons decided about inactive members, and what makes somebody worth a look.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "absl/functional/function_ref.h"
#include "server/storage/member_store.h"
#include "server/storage/query.h"

namespace moadon::storage {

struct ReviewRow {
  int outcome = 0;  // v1::ReviewOutcome
  int64_t review_day = 0;
  int64_t review_us = 0;
  std::string note;
  std::string actor;
};

// After all others about the member.
absl::Status insert_review(Connection& connection, int64_t member_id, const ReviewRow& review);
// Oldest first.
absl::StatusOr<std::vector<ReviewRow>> list_reviews(Connection& connection, int64_t member_id);
absl::StatusOr<std::optional<ReviewRow>> find_last_review(Connection& connection,
                                                          int64_t member_id);

// Ids of those who are not archived, were not erased and are not part of another, after
// `after_id`, in their order.
absl::StatusOr<std::vector<int64_t>> list_reviewable(Connection& connection, int64_t after_id,
                                                     int limit);

// The latest day of a sign of interest but the sign-up; empty: none.
absl::StatusOr<std::optional<int64_t>> last_sign_day(Connection& connection, int64_t member_id);

// What a line is about, for product filters; where it stands, for what the sale alone knows.
struct KeptLine {
  int64_t sale_id = 0;
  int64_t line_no = 0;
  std::string sku;
  std::string category;
  std::string brand;
};
// Calls `take(line)` for each of a member's lines of which something is kept, deposits left out,
// until it says false; a refusal ends it and is returned.
absl::Status scan_kept_lines(Connection& connection, int64_t member_id,
                             absl::FunctionRef<absl::StatusOr<bool>(const KeptLine&)> take);

}  // namespace moadon::storage
