#include "server/insight/scores.h"

#include <rapidcheck.h>

#include <algorithm>
#include <limits>
#include <string>
#include <vector>

#include "tests/catch.h"

namespace moadon {
namespace {

std::vector<int> scores_of(const std::vector<int64_t>& values) {
  const ScoreBars bars = score_bars(values);
  std::vector<int> scores;
  for (const int64_t value : values) scores.push_back(score_of(value, bars));
  return scores;
}

// The definition, word for word.
int plain_score(int64_t value, const std::vector<int64_t>& values) {
  const auto worse =
      std::count_if(values.begin(), values.end(), [&](int64_t other) { return other < value; });
  return 1 + static_cast<int>(5 * static_cast<size_t>(worse) / values.size());
}

struct Row {
  std::string given;
  std::vector<int64_t> values;
  std::vector<int> expected;
};

TEST_CASE("scores are fifths of those strictly worse") {
  const std::vector<Row> rows = {
      {"nobody", {}, {}},
      {"one member", {10}, {1}},
      {"two", {10, 20}, {1, 3}},
      {"four", {40, 10, 30, 20}, {4, 1, 3, 2}},
      {"five", {1, 2, 3, 4, 5}, {1, 2, 3, 4, 5}},
      {"seven", {1, 2, 3, 4, 5, 6, 7}, {1, 1, 2, 3, 3, 4, 5}},
      {"ten", {1, 2, 3, 4, 5, 6, 7, 8, 9, 10}, {1, 1, 2, 2, 3, 3, 4, 4, 5, 5}},
      {"all equal", {7, 7, 7, 7, 7, 7}, {1, 1, 1, 1, 1, 1}},
      {"two values", {1, 1, 1, 9, 9}, {1, 1, 1, 4, 4}},
      {"equal at the top", {1, 2, 9, 9, 9}, {1, 2, 3, 3, 3}},
      {"equal at the bottom", {1, 1, 1, 1, 9}, {1, 1, 1, 1, 5}},
      {"equal in the middle", {1, 5, 5, 5, 9}, {1, 2, 2, 2, 5}},
      {"the ends of numbers",
       {std::numeric_limits<int64_t>::min(), 0, std::numeric_limits<int64_t>::max()},
       {1, 2, 4}},
  };
  for (const Row& row : rows) {
    INFO(row.given);
    CHECK(scores_of(row.values) == row.expected);
  }
}

TEST_CASE("scores are what the definition says, whatever the order") {
  const bool holds = rc::check([] {
    const auto values =
        *rc::gen::container<std::vector<int64_t>>(rc::gen::inRange<int64_t>(-9, 30));
    RC_PRE(!values.empty());
    const ScoreBars bars = score_bars(values);
    for (const int64_t value : values) {
      RC_ASSERT(score_of(value, bars) == plain_score(value, values));
    }
    std::vector<int64_t> turned = values;
    std::rotate(turned.begin(), turned.begin() + *rc::gen::inRange<int>(0, values.size()),
                turned.end());
    if (*rc::gen::arbitrary<bool>()) std::reverse(turned.begin(), turned.end());
    RC_ASSERT(score_bars(turned) == bars);
  });
  CHECK(holds);
}

}  // namespace
}  // namespace moadon
