// Recency, frequency and money of all members.
#pragma once

#include "moadon/v1/value_service.pb.h"
#include "server/operations/club.h"

namespace moadon {

// ValueService.CountScores and ListScores, with their reasons. Counting, and the first page of a
// list, read all members; memory is three numbers per member who bought. Later pages read theirs.
absl::StatusOr<v1::CountScoresResponse> count_scores(Club& club);
absl::StatusOr<v1::ListScoresResponse> list_scores(Club& club,
                                                   const v1::ListScoresRequest& request);

}  // namespace moadon
