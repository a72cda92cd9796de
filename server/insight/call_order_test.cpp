#include "server/insight/call_order.h"

#include <rapidcheck.h>

#include <algorithm>

#include "tests/catch.h"

namespace moadon {
namespace {

TEST_CASE("by value the highest comes first, equals by id") {
  CHECK(comes_before(v1::CALL_ORDER_VALUE, {2, 500}, {1, 400}));
  CHECK_FALSE(comes_before(v1::CALL_ORDER_VALUE, {1, 400}, {2, 500}));
  CHECK(comes_before(v1::CALL_ORDER_VALUE, {1, 400}, {2, 400}));
  CHECK_FALSE(comes_before(v1::CALL_ORDER_VALUE, {2, 400}, {1, 400}));
}

TEST_CASE("by freshness the least silence over rhythm comes first, exactly") {
  const auto before = [](const CallRank& a, const CallRank& b) {
    return comes_before(v1::CALL_ORDER_FRESH, a, b);
  };
  CHECK(before({2, 0, 41, 12'000}, {1, 0, 42, 12'000}));
  CHECK(before({2, 0, 100, 30'001}, {1, 0, 100, 30'000}));
  CHECK(before({1, 0, 10, 5'000}, {2, 0, 20, 10'000}));  // equal: by id
  CHECK_FALSE(before({2, 0, 20, 10'000}, {1, 0, 10, 5'000}));
  CHECK(before({9, 0, 100'000, 1}, {1, 0, -1, 30'000}));  // never bought: last
  CHECK(before({1, 0, -1, 30'000}, {2, 0, -1, 30'000}));
}

TEST_CASE("the first of many are what sorting them all would give") {
  const bool holds = rc::check([] {
    const auto order = *rc::gen::element(v1::CALL_ORDER_VALUE, v1::CALL_ORDER_FRESH);
    const auto values = *rc::gen::container<std::vector<int64_t>>(rc::gen::inRange<int64_t>(0, 9));
    std::vector<CallRank> ranks;
    for (const int64_t value : values) {
      const auto id = static_cast<int64_t>(ranks.size() + 1);
      ranks.push_back({id, value, value - 1, 1 + value % 3});
    }
    const auto limit = *rc::gen::inRange<size_t>(0, 20);
    FirstCalls first(order, limit);
    for (const CallRank& rank : ranks) first.offer(rank);
    std::sort(ranks.begin(), ranks.end(),
              [&](const CallRank& a, const CallRank& b) { return comes_before(order, a, b); });
    ranks.resize(std::min(ranks.size(), limit));
    const std::vector<CallRank> taken = first.take();
    RC_ASSERT(taken.size() == ranks.size());
    for (size_t i = 0; i < taken.size(); ++i) {
      RC_ASSERT(taken[i].member_id == ranks[i].member_id);
    }
  });
  CHECK(holds);
}

}  // namespace
}  // namespace moadon
