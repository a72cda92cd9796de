// A member's stage and its moves, kept step by step.
#pragma once

#include <cstdint>

#include "absl/status/status.h"
#include "absl/types/span.h"
#include "rules/stage.h"
#include "server/operations/member_days.h"
#include "server/storage/fact_store.h"
#include "server/storage/member_store.h"

namespace moadon {

// What an operation learnt of a member. The rows of the facts are written already.
struct Learnt {
  absl::Span<const storage::FactRow> added;  // facts that were not the member's before
  absl::Span<const DayDelta> deltas;         // what they and corrections bring, by day
  int64_t from_day = 0;                      // the stage is decided again from here
  bool is_anew = false;                      // the path must be computed from the beginning
};

// Writes days and moves through `today` and brings the row to date; the row itself is the caller's
// to write. However facts are spread over operations and in whatever order they come, what is kept
// in the end is the same: facts that come in the order of their days move the stage on from where
// it stood; anything else has the whole path computed anew from all facts.
absl::Status keep_stage(sqlite::Connection& connection, const StageVersions& versions,
                        const Learnt& learnt, int64_t today, storage::MemberRow& row);

}  // namespace moadon
