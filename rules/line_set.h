// Sets of lines of one basket, by their numbers. Values; safe from any thread while not changed.
#pragma once

#include <cstddef>
#include <cstdint>
#include <vector>

#include "absl/types/span.h"

namespace moadon {

// A look at a set kept elsewhere.
class LineSetView final {
 public:
  explicit LineSetView(absl::Span<const uint64_t> words) : words_(words) {}

  bool contains(size_t line) const { return (words_[line / 64] >> (line % 64) & 1) != 0; }
  bool empty() const {
    for (const uint64_t word : words_) {
      if (word != 0) return false;
    }
    return true;
  }

  // Calls `visit(line)` for every line, in the order of the basket.
  template <typename Visit>
  void for_each(Visit visit) const {
    for (size_t i = 0; i < words_.size(); ++i) visit_word(words_[i], i, visit);
  }
  // The same for the lines that are in `other` as well, a set of the same basket.
  template <typename Visit>
  void for_each_also_in(LineSetView other, Visit visit) const {
    for (size_t i = 0; i < words_.size(); ++i) {
      visit_word(words_[i] & other.words_[i], i, visit);
    }
  }

 private:
  template <typename Visit>
  static void visit_word(uint64_t word, size_t index, Visit& visit) {
    for (; word != 0; word &= word - 1) {
      visit(index * 64 + static_cast<size_t>(__builtin_ctzll(word)));
    }
  }

  absl::Span<const uint64_t> words_;
};

class LineSet final {
 public:
  explicit LineSet(size_t line_count = 0) : words_(word_count(line_count)) {}

  static size_t word_count(size_t line_count) { return (line_count + 63) / 64; }

  void insert(size_t line) { words_[line / 64] |= uint64_t{1} << (line % 64); }
  LineSetView view() const { return LineSetView(words_); }
  absl::Span<const uint64_t> words() const { return words_; }

 private:
  std::vector<uint64_t> words_;
};

}  // namespace moadon
