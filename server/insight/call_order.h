// The order of a call list: lifecycle_service.proto, CallOrder. Pure functions.
#pragma once

#include <cstddef>
#include <cstdint>
#include <vector>

#include "moadon/v1/lifecycle_service.pb.h"

namespace moadon {

// What decides about a member's place.
struct CallRank {
  int64_t member_id = 0;
  int64_t value_minor = 0;        // as Call.last_year_spend_minor
  int64_t silent_days = -1;       // as there
  int64_t rhythm_days_milli = 1;  // as there, above 0
};

// Whether `a` stands before `b`. A strict order: of two ids one is always before the other.
bool comes_before(v1::CallOrder order, const CallRank& a, const CallRank& b);

// The first of many, in memory for `limit` of them.
class FirstCalls final {
 public:
  FirstCalls(v1::CallOrder order, size_t limit) : order_(order), limit_(limit) {}

  void offer(const CallRank& rank);
  // In order; empties it.
  std::vector<CallRank> take();

 private:
  v1::CallOrder order_;
  size_t limit_;
  std::vector<CallRank> ranks_;  // a heap with the last one on top
};

}  // namespace moadon
