// Scores of recency, frequency and money by fifths of the club: value_service.proto, Scores. Pure
// functions, safe from any thread.
#pragma once

#include <array>
#include <cstdint>
#include <vector>

namespace moadon {

inline constexpr int kScoreCount = 5;  // scores are 1 to 5, 5 the best

// What a score asks for, of one kind: more than at(k - 2) for k or better, k from 2. With it a
// member's score follows from the member's own value.
using ScoreBars = std::array<int64_t, kScoreCount - 1>;

// The bars of these values, higher being better; of none, bars that nobody passes. Moves the values
// about: takes them by value.
//
// With N values and W(v) of them strictly below v, score(v) = 1 + floor(5 W(v) / N). So score(v) >=
// k asks for W(v) >= c with c = ceil((k - 1) N / 5), and that is so exactly when v is above the
// c-th smallest value.
ScoreBars score_bars(std::vector<int64_t> values);

// 1 to 5.
int score_of(int64_t value, const ScoreBars& bars);

}  // namespace moadon
