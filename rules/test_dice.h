// Numbers for tests that must be the same everywhere.
#pragma once

#include <cstdint>
#include <initializer_list>

#include "absl/types/span.h"

namespace moadon {

// Numbers that look random (splitmix64) and follow from the seed.
class Dice final {
 public:
  explicit Dice(uint64_t seed) : state_(seed) {}
  // Numbers read from bytes, which must outlive this; then such that follow from them.
  explicit Dice(absl::Span<const uint8_t> bytes) : state_(bytes.size()), bytes_(bytes) {}

  uint64_t next() {
    if (!bytes_.empty()) return read();
    state_ += 0x9E3779B97F4A7C15u;
    uint64_t mixed = state_;
    mixed = (mixed ^ (mixed >> 30)) * 0xBF58476D1CE4E5B9u;
    mixed = (mixed ^ (mixed >> 27)) * 0x94D049BB133111EBu;
    return mixed ^ (mixed >> 31);
  }
  // 0 .. end - 1.
  int64_t below(int64_t end) { return static_cast<int64_t>(next() % static_cast<uint64_t>(end)); }
  // from .. to, both included.
  int64_t between(int64_t from, int64_t to) { return from + below(to - from + 1); }
  bool one_in(int64_t times) { return below(times) == 0; }
  template <typename Value>
  Value any_of(std::initializer_list<Value> values) {
    return values.begin()[below(static_cast<int64_t>(values.size()))];
  }

 private:
  // Two bytes, so that a fuzzer learns what they do; 0xFFFF: the eight after them.
  uint64_t read() {
    uint64_t number = take(2);
    if (number == 0xFFFF) number = take(8);
    state_ = state_ * 31 + number;
    return number;
  }
  uint64_t take(size_t count) {
    uint64_t number = 0;
    for (; count > 0 && !bytes_.empty(); --count, bytes_.remove_prefix(1)) {
      number = number << 8 | bytes_.front();
    }
    return number;
  }

  uint64_t state_;
  absl::Span<const uint8_t> bytes_;
};

}  // namespace moadon
