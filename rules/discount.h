// What a benefit takes off a basket, line by line, before anything limits it. Values.
#pragma once

#include <cstdint>
#include <vector>

#include "absl/types/span.h"
#include "rules/basket_lines.h"

namespace moadon {

// The lines of a basket and what earlier benefits have left of each.
struct LinesLeft {
  const BasketLines& basket;
  absl::Span<const int64_t> left_minor;
};

struct DiscountedLine {
  size_t line = 0;
  int64_t amount_minor = 0;  // more than zero, at most what is left of the line
};

struct Discount {
  std::vector<DiscountedLine> lines;  // in the basket's order
  int64_t total_minor = 0;
  int64_t round_count = 1;  // of sets, and of buy-and-get

  void clear() {
    lines.clear();
    total_minor = 0;
    round_count = 1;
  }
  void add(size_t line, int64_t amount_minor) {
    if (amount_minor <= 0) return;
    lines.push_back({line, amount_minor});
    total_minor += amount_minor;
  }
  // Takes no more than `most_minor` in all: spread by what it would have taken.
  void trim(int64_t most_minor);
};

}  // namespace moadon
