// Chance that is the same on every machine: splitmix64 (Steele, Lea, Flood: Fast Splittable
// Pseudorandom Number Generators, 2014). Used by one thread at a time.
#pragma once

#include <cstdint>
#include <cstdlib>
#include <iterator>

namespace moadon::bench {

class Dice final {
 public:
  // Dice of one seed and number fall alike, those of two numbers as if nothing joined them.
  Dice(uint64_t seed, uint64_t number) : state_(seed * 0x9e3779b97f4a7c15 + number) { next(); }

  uint64_t next() {
    uint64_t z = (state_ += 0x9e3779b97f4a7c15);
    z = (z ^ (z >> 30)) * 0xbf58476d1ce4e5b9;
    z = (z ^ (z >> 27)) * 0x94d049bb133111eb;
    return z ^ (z >> 31);
  }
  // 0 .. count - 1.
  int64_t below(int64_t count) {
    return static_cast<int64_t>(next() % static_cast<uint64_t>(count));
  }
  // first .. last.
  int64_t between(int64_t first, int64_t last) { return first + below(last - first + 1); }
  // True in so many of a thousand cases.
  bool falls(int64_t per_mille) { return below(1000) < per_mille; }
  template <class Choices>
  const auto& one_of(const Choices& choices) {
    return choices[static_cast<size_t>(below(static_cast<int64_t>(std::size(choices))))];
  }

 private:
  uint64_t state_;
};

}  // namespace moadon::bench
