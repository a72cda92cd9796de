// The rights that a basket may use: those a member holds that day (without the server: of those
// that are leased), in the order in which they are used, and what is left of each while benefits
// use them. Copies are cheap; not thread-safe.
#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "absl/time/civil_time.h"
#include "moadon/v1/benefit.pb.h"
#include "moadon/v1/facts.pb.h"

namespace moadon {

// The day of an occasion by the two clocks that may differ without a server: what starts is judged
// by the first, what ends by the second, which is not before it.
struct OccasionDays {
  absl::CivilDay first;
  absl::CivilDay last;
};

class HeldRights final {
 public:
  HeldRights() = default;
  // Those valid on the days with a use left. The facts must outlive this.
  HeldRights(const v1::MemberFacts& facts, const OccasionDays& days);

  // The right of a kind that is used next (the first to end, then by grant_id), -1 when none is
  // left.
  int next_of(const std::string& right_id) const;
  // Whether one of the kind is held and not used here only because it is not leased.
  bool is_held_unleased(const std::string& right_id) const;
  const std::string& grant_id(int number) const { return at(number).right->grant_id(); }
  // Of a voucher: what is left.
  int64_t amount_left_minor(int number) const { return at(number).amount_left_minor; }

  // Uses a right once. Of a voucher `amount_minor` is taken off; one that is `single_use` is gone
  // then, others stay until nothing is left.
  void use(int number, const v1::RightKind& kind, int64_t amount_minor);

 private:
  struct Held {
    const v1::HeldRight* right = nullptr;
    int64_t uses_left = 0;
    int64_t amount_left_minor = 0;
  };
  const Held& at(int number) const { return held_[static_cast<size_t>(number)]; }

  std::vector<Held> held_;
  std::vector<const v1::HeldRight*> unleased_;
};

}  // namespace moadon
