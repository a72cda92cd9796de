// What the agent keeps of a hold: what was asked for, and how it ended.
#pragma once

#include <cstdint>
#include <string>

#include "moadon/v1/sync_service.pb.h"
#include "rules/pricing.h"

namespace moadon::agent {

// Kept in the file: never renumber. asked -> held -> used; asked or held -> given up -> ended; used
// -> held when the server refuses the sale. Only what is given up is cancelled at the server, and
// what is given up is never used: so a hold that a recorded sale uses is never reported as free.
enum class HoldState {
  kAsked = 1,    // the server's answer is not known
  kHeld = 2,     // set aside
  kUsed = 3,     // a sale in the journal names it
  kGivenUp = 4,  // no sale will use it; the server does not know yet
  kEnded = 5,    // the server knows
};

// So long a hold that the agent makes by itself sets aside.
inline constexpr int64_t kLocalHoldLifeUs = 15 * 60 * 1'000'000LL;
inline constexpr char kLocalHoldPrefix[] = "local-";

// Whether the agent made the hold by itself: the server knows nothing of it.
inline bool is_local_hold(const std::string& hold_id) {
  return hold_id.rfind(kLocalHoldPrefix, 0) == 0;
}

struct StoredHold {
  std::string register_id;
  std::string request_id;
  HoldState state = HoldState::kAsked;
  std::string hold_id;  // empty: not known yet
  std::string basket;   // serialized Basket, as the register sent it
  v1::PlaceHoldRequest request;
  v1::RecordContext context;  // facts, version and moment of the quote, for the sale to come
  Occasion occasion;
  int64_t expire_time_us = 0;
};

}  // namespace moadon::agent
