// How well a number tells leavers from those who came back: the chance that a leaver has the larger
// one (Hanley and McNeil, "The Meaning and Use of the Area under a ROC Curve", Radiology 143,
// 1982). Equal numbers count half.
#pragma once

#include <array>
#include <cstdint>
#include <vector>

namespace moadon {

struct Ranked {
  double goneness = 0;
  bool is_back = false;
};

// Exact, in 0 to 1; 0.5 when there are no leavers or nobody came back. Sorts `ranked`.
double ranking_area(std::vector<Ranked>& ranked);

// The same counted in classes, to compare many ways of ranking quickly: numbers of 0.001 and more
// in classes of half a percent.
class RankClasses final {
 public:
  void add(double goneness, bool is_back);
  double area() const;

 private:
  struct Counts {
    int64_t left = 0;
    int64_t back = 0;
  };
  std::array<Counts, 4000> classes_{};
};

}  // namespace moadon
