// What is left of a member's points and rights, on its way to the member whom they became part of,
// and back.
#pragma once

#include <cstdint>
#include <optional>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "server/operations/writer_state.h"
#include "server/storage/member_store.h"
#include "server/storage/merge_store.h"

namespace moadon {

// The merge by which a member is part of another now; empty: there is none.
absl::StatusOr<std::optional<storage::MergeRow>> merge_in_force(sqlite::Connection& connection,
                                                                const storage::MemberRow& lost);

// Moves everything that is left to the kept one: points lot by lot, each with its own life, what is
// owed, and rights. Both ledgers get entries of kind ADJUST of today with the merge's request_id as
// their source, whose sum is zero; a right is withdrawn here and granted there, with the same id.
// The rows are brought to date and are the caller's to write. True: something moved.
absl::StatusOr<bool> give_rest(sqlite::Connection& connection, WriterState& state,
                               const storage::MergeRow& merge, storage::MemberRow& lost,
                               storage::MemberRow& kept);

// Moves back, for the undoing, what is left of what the merge moved.
absl::Status give_rest_back(sqlite::Connection& connection, WriterState& state,
                            const storage::MergeRow& merge, storage::MemberRow& kept,
                            storage::MemberRow& lost);

// For an operation on a member who is part of another that is about to take what moved: brings back
// up to `points_milli`, those that live as lot `own_lot` (0: none) first, and all rights. `lost` is
// brought to date and is the caller's to write; the kept ones are written. give_rest() takes
// along later what is left over. Nothing for a member who is part of nobody.
absl::Status recall_rest(sqlite::Connection& connection, WriterState& state, int64_t points_milli,
                         int64_t own_lot, storage::MemberRow& lost);

}  // namespace moadon
