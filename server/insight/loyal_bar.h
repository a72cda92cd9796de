// What loyal means in a club: how often and for how much those buy who have not gone quiet.
#pragma once

#include <cstdint>
#include <vector>

#include "absl/types/span.h"
#include "moadon/v1/lifecycle_service.pb.h"
#include "rules/program.h"

namespace moadon {

// Proposed is the smallest number of purchase days, two at least, that at most this share of the
// members who are not churning reach within the window ...
inline constexpr double kMostLoyal = 0.25;
// ... and the net spend in it that this share of those members have at most.
inline constexpr double kSpendMiddle = 0.5;

// A member who had bought, on one date.
struct WindowMember {
  int64_t window_spend_minor = 0;    // in the loyal window
  int32_t window_purchase_days = 0;  // in it
  int32_t purchase_days = 0;         // ever
  bool is_back = false;              // bought afterwards
};

// Sets loyal_purchase_days and loyal_spend_minor (whole hundreds, two digits that matter) from
// members who are not churning; leaves the rest of `numbers` alone, and all of it without members.
void propose_loyal_bar(absl::Span<const WindowMember> members, StageNumbers& numbers);

// Whom the bar of `numbers` picks out of members who are not churning.
v1::LoyalScore score_loyal_bar(absl::Span<const WindowMember> members, const StageNumbers& numbers);

}  // namespace moadon
