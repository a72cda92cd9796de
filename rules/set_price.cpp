#include <algorithm>

#include "rules/money.h"
#include "rules/unit_effects.h"
#include "rules/unit_pool.h"

namespace moadon {
namespace {

constexpr int64_t kUnitCostScale = 1'000'000;  // unit costs are compared to a millionth

// Units of one line in a set that holds units of several.
struct SetPiece {
  size_t pooled = 0;  // index in the pool
  int64_t unit_count = 0;
  absl::int128 weight;      // a unit's cost, scaled
  absl::int128 remainder;   // of a unit's share of the price
  int64_t price_minor = 0;  // what its units cost in the set
};

class SetMaker {
 public:
  SetMaker(const v1::SetPrice& effect, int64_t most_sets, std::vector<PooledLine> pool)
      : effect_(effect), most_sets_(most_sets), pool_(std::move(pool)), taken_(pool_.size()) {}

  void run() {
    for (size_t i = 0; i < pool_.size() && !is_done(); ++i) {
      int64_t units = pool_[i].unit_count;
      if (missing_ < effect_.unit_count()) units -= take_into_open(i, units);
      if (missing_ > 0 && missing_ < effect_.unit_count()) continue;
      if (is_done()) break;
      make_sets_within(i, units / effect_.unit_count());
      take_into_open(i, units % effect_.unit_count());
    }
  }

  // Hands over in the order of the basket.
  void hand_over(Discount& discount) const {
    std::vector<size_t> order(pool_.size());
    for (size_t i = 0; i < order.size(); ++i) order[i] = i;
    std::sort(order.begin(), order.end(),
              [&](size_t a, size_t b) { return pool_[a].line < pool_[b].line; });
    for (const size_t i : order) {
      discount.add(pool_[i].line, std::min(taken_[i].off_minor, pool_[i].left_minor));
    }
    discount.round_count = set_count_;
  }

 private:
  // Units of a line that were put into sets, and what that took off them.
  struct Taken {
    int64_t unit_count = 0;
    int64_t off_minor = 0;
  };

  bool is_done() const { return most_sets_ > 0 && set_count_ >= most_sets_; }

  // What further units of a line cost: the line's cost so far, rounded, less what was before.
  int64_t next_cost_minor(size_t i, int64_t unit_count) {
    const PooledLine& line = pool_[i];
    const int64_t before = refund_of(line.left_minor, taken_[i].unit_count, line.unit_count);
    taken_[i].unit_count += unit_count;
    return refund_of(line.left_minor, taken_[i].unit_count, line.unit_count) - before;
  }

  // Sets that one line fills alone cost the same, each.
  void make_sets_within(size_t i, int64_t sets) {
    const PooledLine& line = pool_[i];
    if (most_sets_ > 0) sets = std::min(sets, most_sets_ - set_count_);
    const bool is_cheaper = absl::int128(line.left_minor) * effect_.unit_count() >
                            absl::int128(effect_.price_minor()) * line.unit_count;
    if (sets == 0 || !is_cheaper) return;
    const int64_t cost_minor = next_cost_minor(i, sets * effect_.unit_count());
    taken_[i].off_minor += cost_minor - sets * effect_.price_minor();
    set_count_ += sets;
  }

  int64_t take_into_open(size_t i, int64_t units) {
    const int64_t taken = std::min(units, missing_);
    if (taken == 0) return 0;
    const PooledLine& line = pool_[i];
    open_.push_back(
        {i, taken, absl::int128(line.left_minor) * kUnitCostScale / line.unit_count, 0, 0});
    missing_ -= taken;
    if (missing_ == 0) close_set();
    return taken;
  }

  void close_set() {
    absl::int128 cost = 0;
    for (const SetPiece& piece : open_) cost += piece.weight * piece.unit_count;
    if (cost > absl::int128(effect_.price_minor()) * kUnitCostScale && !is_done()) {
      spread_price(cost);
      for (const SetPiece& piece : open_) {
        taken_[piece.pooled].off_minor +=
            next_cost_minor(piece.pooled, piece.unit_count) - piece.price_minor;
      }
      ++set_count_;
    }
    open_.clear();
    missing_ = effect_.unit_count();
  }

  // Over single units by their cost, largest remainder, ties to the earlier line.
  void spread_price(absl::int128 cost) {
    int64_t rest_minor = effect_.price_minor();
    for (SetPiece& piece : open_) {
      const absl::int128 share = absl::int128(effect_.price_minor()) * piece.weight;
      piece.price_minor = static_cast<int64_t>(share / cost) * piece.unit_count;
      piece.remainder = share % cost;
      rest_minor -= piece.price_minor;
    }
    std::sort(open_.begin(), open_.end(), [&](const SetPiece& a, const SetPiece& b) {
      if (a.remainder != b.remainder) return a.remainder > b.remainder;
      return pool_[a.pooled].line < pool_[b.pooled].line;
    });
    for (SetPiece& piece : open_) {
      const int64_t more_minor = std::min(rest_minor, piece.unit_count);
      piece.price_minor += more_minor;
      rest_minor -= more_minor;
    }
  }

  const v1::SetPrice& effect_;
  const int64_t most_sets_;
  const std::vector<PooledLine> pool_;
  std::vector<Taken> taken_;
  std::vector<SetPiece> open_;  // a set that is not full yet
  int64_t missing_ = effect_.unit_count();
  int64_t set_count_ = 0;
};

}  // namespace

void set_price(const v1::SetPrice& effect, int64_t most_sets, LineSetView filter,
               const LinesLeft& at, Discount& discount) {
  SetMaker maker(effect, most_sets, unit_pool(filter, at, PoolOrder::kDearestFirst));
  maker.run();
  maker.hand_over(discount);
}

}  // namespace moadon
