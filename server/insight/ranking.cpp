#include "server/insight/ranking.h"

#include <algorithm>
#include <cmath>

namespace moadon {
namespace {

constexpr double kLeastGoneness = 0.001;
constexpr double kClassesPerFactor = 200;  // of e

// Goes through classes from the least gone on, and counts the pairs in which the leaver is beyond.
class Pairs final {
 public:
  void add_class(double left, double back) {
    ordered_ += left * (back_ + back / 2);
    left_ += left;
    back_ += back;
  }
  double area() const { return left_ > 0 && back_ > 0 ? ordered_ / (left_ * back_) : 0.5; }

 private:
  double ordered_ = 0;
  double left_ = 0;
  double back_ = 0;
};

}  // namespace

double ranking_area(std::vector<Ranked>& ranked) {
  std::sort(ranked.begin(), ranked.end(),
            [](const Ranked& a, const Ranked& b) { return a.goneness < b.goneness; });
  Pairs pairs;
  for (size_t i = 0; i < ranked.size();) {
    double left = 0;
    double back = 0;
    const double goneness = ranked[i].goneness;
    for (; i < ranked.size() && ranked[i].goneness == goneness; ++i) {
      (ranked[i].is_back ? back : left) += 1;
    }
    pairs.add_class(left, back);
  }
  return pairs.area();
}

void RankClasses::add(double goneness, bool is_back) {
  const double place =
      std::log(std::max(goneness, kLeastGoneness) / kLeastGoneness) * kClassesPerFactor;
  Counts& counts = classes_[std::min(static_cast<size_t>(place), classes_.size() - 1)];
  ++(is_back ? counts.back : counts.left);
}

double RankClasses::area() const {
  Pairs pairs;
  for (const Counts& counts : classes_) {
    pairs.add_class(static_cast<double>(counts.left), static_cast<double>(counts.back));
  }
  return pairs.area();
}

}  // namespace moadon
