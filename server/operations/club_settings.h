// What the club's settings say, with their defaults, and the form they must have. Pure functions.
#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "absl/status/status.h"
#include "moadon/v1/settings.pb.h"

namespace moadon {

// As settings.proto promises them.
inline constexpr int kMaxCustomFields = 64;
inline constexpr int kMaxAskFields = 64;
inline constexpr int kMaxChoices = 64;
inline constexpr int64_t kMaxTarget = 1'000'000'000;
inline constexpr int kMaxPauseDays = 3650;
inline constexpr int kDefaultAskPauseDays = 30;
inline constexpr int kDefaultReviewPauseDays = 180;
inline constexpr int kDefaultReviewSilentDays = 365;

// Reasons: FIELD_MISSING, FIELD_INVALID, TEXT_INVALID, AMOUNT_OUT_OF_RANGE, TOO_LARGE; the first in
// the order of fields, with paths that start with "settings".
absl::Status check_settings(const v1::ClubSettings& settings);

// What is asked for when it is missing, the most wanted first.
std::vector<std::string> ask_fields(const v1::ClubSettings& settings);
int64_t ask_pause_days(const v1::ClubSettings& settings);
int64_t review_pause_days(const v1::ClubSettings& settings);
int64_t review_silent_days(const v1::ClubSettings& settings);

}  // namespace moadon
