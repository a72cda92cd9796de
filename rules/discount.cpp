#include "rules/discount.h"

#include <algorithm>

#include "rules/money.h"

namespace moadon {

void Discount::trim(int64_t most_minor) {
  if (total_minor <= most_minor) return;
  std::vector<int64_t> weights(lines.size());
  for (size_t i = 0; i < lines.size(); ++i) weights[i] = lines[i].amount_minor;
  const std::vector<int64_t> amounts = split_by_weight(most_minor, weights);
  for (size_t i = 0; i < lines.size(); ++i) lines[i].amount_minor = amounts[i];
  lines.erase(std::remove_if(lines.begin(), lines.end(),
                             [](const DiscountedLine& line) { return line.amount_minor == 0; }),
              lines.end());
  total_minor = most_minor;
}

}  // namespace moadon
