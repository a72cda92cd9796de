// The form of a question over members, as group_service.proto promises.
#pragma once

#include "absl/status/status.h"
#include "absl/strings/string_view.h"
#include "moadon/v1/group_service.pb.h"
#include "moadon/v1/settings.pb.h"

namespace moadon {

inline constexpr int kMaxQuestions = 200;     // in one, all those below it counted
inline constexpr int kMaxQuestionDepth = 16;  // of one alone: 1
inline constexpr size_t kMaxQuestionBytes = 256 << 10;
inline constexpr int kMaxLastDays = 36500;
inline constexpr int64_t kMaxRangeEnd = 1'000'000'000'000'000;

// A pure function. Reasons: FIELD_MISSING, FIELD_INVALID, TEXT_INVALID, AMOUNT_OUT_OF_RANGE,
// TOO_LARGE; paths in refusals start with `field`. Custom fields are those of `settings`.
absl::Status check_question(const v1::Question& question, const v1::ClubSettings& settings,
                            absl::string_view field);

// A group's name: 1 to 64 of a-z A-Z 0-9 . _ -   FIELD_MISSING, FIELD_INVALID.
absl::Status check_group_id(absl::string_view group_id, absl::string_view field);

}  // namespace moadon
