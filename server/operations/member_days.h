// What is kept of a member's purchase days, and the sums over them in the member's row.
#pragma once

#include <cstdint>

#include "absl/status/status.h"
#include "absl/types/span.h"
#include "server/storage/fact_store.h"
#include "server/storage/member_store.h"

namespace moadon {

// What comes to one day, or goes from it.
struct DayDelta {
  int64_t day = 0;
  int64_t units_milli = 0;
  int64_t spend_minor = 0;
};

// Writes the days and brings the row's sums, number of purchase days, first and last to date; the
// row itself is the caller's to write. AMOUNT_OUT_OF_RANGE when a sum cannot hold it; then
// everything must be rolled back.
absl::Status keep_days(sqlite::Connection& connection, storage::MemberRow& row,
                       absl::Span<const DayDelta> deltas);

// Writes the days as they follow from all facts, and the row's columns that follow from them. As
// keep_days() where a sum cannot hold it.
absl::Status keep_days_anew(sqlite::Connection& connection, storage::MemberRow& row,
                            absl::Span<const storage::FactRow> facts);

}  // namespace moadon
