// Why a person should look at a member: lifecycle_service.proto, ReviewReason. Pure functions.
#pragma once

#include <cstdint>
#include <optional>
#include <vector>

#include "moadon/v1/lifecycle_service.pb.h"
#include "moadon/v1/settings.pb.h"
#include "server/operations/club_settings.h"

namespace moadon {

// The settings' numbers, defaults filled in.
struct ReviewNumbers {
  int64_t silent_days = kDefaultReviewSilentDays;
  int64_t pause_days = kDefaultReviewPauseDays;
};
ReviewNumbers review_numbers(const v1::ClubSettings& settings);

// What the reasons follow from. Days are numbers.
struct ReviewFacts {
  std::optional<int64_t> last_purchase_day;  // of what is kept; empty: nothing is
  int64_t last_seen_day =
      0;  // the latest contact, sign of interest, purchase or return of any kind
  bool refuses_services = false;
  bool has_only_discontinued = false;  // of what is kept
};

// In the order of the enum; empty: no reason.
std::vector<v1::ReviewReason> review_reasons(const ReviewFacts& facts, const ReviewNumbers& numbers,
                                             int64_t today);

// Whether a decision of `review_day` still keeps a member from being proposed. One to archive does
// not: who is proposed after it has bought again since.
bool pauses_review(v1::ReviewOutcome outcome, int64_t review_day, const ReviewNumbers& numbers,
                   int64_t today);

}  // namespace moadon
