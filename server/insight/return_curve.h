// How likely somebody is to come back after a silence, from the club's own gaps, without a model of
// why: so that a horizon longer than the history that is left can be judged too.
//
// Time is silence over rhythm, each gap in the rhythm that was known when it began, so that members
// of every pace tell about one another. Share still silent: Kaplan and Meier, "Nonparametric
// Estimation from Incomplete Observations", JASA 53 (1958), on fine classes with those who are
// silent today leaving in the middle of theirs (the actuarial form). Beyond what was seen often
// enough it falls as a power of time, with the exponent of Hill, "A Simple General Approach to
// Inference About the Tail of a Distribution", Annals of Statistics 3 (1975), over the longest
// quarter of the gaps, the silent ones counted until today: return rates that differ between
// members make such tails, and so does the Pareto/NBD.
#pragma once

#include <array>
#include <cstddef>
#include <cstdint>

#include "absl/types/span.h"
#include "rules/program.h"
#include "server/insight/purchase_histories.h"

namespace moadon {

// Classes of ratios: 40 in every factor of e, from 0.01 to 4.9 million.
inline constexpr int kRatioClasses = 800;
inline constexpr double kClassesPerFactor = 40;
inline constexpr double kLeastRatio = 0.01;

// So many must have been silent for so long that what they did is believed.
inline constexpr int64_t kLeastAtRisk = 30;

// Gaps that ended, and silences that go on, by class of silence over rhythm.
struct GapCounts {
  std::array<int64_t, kRatioClasses> ended{};
  std::array<int64_t, kRatioClasses> open{};
};

// Of all members as of the end of `day`, in the rhythms of `numbers`.
GapCounts count_gaps(absl::Span<const PurchaseHistories> histories, const StageNumbers& numbers,
                     int64_t day);

// Pure; safe from any thread once made.
class ReturnCurve final {
 public:
  explicit ReturnCurve(const GapCounts& counts);

  // Share of gaps longer than so many rhythms. Falls from 1, never to 0.
  double still_silent(double ratio) const;

  // Chance that somebody silent for `from` rhythms is back before `until` of them.
  double return_chance(double from, double until) const;

 private:
  std::array<double, kRatioClasses> silent_{};  // at the lower ends of the classes
};

}  // namespace moadon
