// When members bought, in two bytes a purchase day, so that a whole club's days fit into memory
// while they are looked at again and again.
#pragma once

#include <cstddef>
#include <cstdint>
#include <limits>
#include <vector>

#include "absl/types/span.h"
#include "rules/stage.h"

namespace moadon {

// Days since 1970-01-01, good until the year 2149. Later ones are not kept.
using ShortDay = uint16_t;
inline constexpr int64_t kLastShortDay = std::numeric_limits<ShortDay>::max();

// A purchase day and when it counted: as of days d with from <= d < until. A return ends it, and a
// merge moves it to whom the member is part of then.
struct CountedDay {
  ShortDay day = 0;
  ShortDay from = 0;
  ShortDay until = std::numeric_limits<ShortDay>::max();
};

// The purchase days of a member, by day and then by from. As of any date those that count are the
// purchase days of rules/stage.h; none while the member is part of another.
std::vector<CountedDay> counted_days(const MemberTimeline& member);

// The purchase days of one member. A view, good as long as the histories are left alone.
class MemberDays final {
 public:
  explicit MemberDays(absl::Span<const ShortDay> plain) : plain_(plain) {}
  explicit MemberDays(absl::Span<const CountedDay> counted) : counted_(counted) {}

  // As of the end of `day`, growing. May use `scratch`, and then lives in it.
  absl::Span<const ShortDay> as_of(int64_t day, std::vector<ShortDay>& scratch) const;

 private:
  absl::Span<const ShortDay> plain_;  // which count from themselves on, for ever
  absl::Span<const CountedDay> counted_;
};

// Members' days. Not thread-safe while it grows; then safe from any thread.
class PurchaseHistories final {
 public:
  // A member of whose purchases nothing ever came back: days since 1970, growing.
  void add_plain(absl::Span<const int64_t> days);
  // Any other.
  void add_counted(absl::Span<const CountedDay> days);
  // Gives back what growing took too much.
  void shrink();

  size_t size() const { return members_.size(); }
  MemberDays operator[](size_t member) const;

 private:
  // Where a member's days end; they begin where those of the one before of that kind end.
  struct Ends {
    uint32_t plain = 0;
    uint32_t counted = 0;
  };

  std::vector<ShortDay> plain_;
  std::vector<CountedDay> counted_;
  std::vector<Ends> members_;
};

}  // namespace moadon
