// Which lines a product filter picks: benefit.proto, ProductFilter. All filters of a program are
// turned around once (from each value to the filters that name it), so that the work for a basket
// grows with what its lines hit, not with the program.
#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "absl/container/flat_hash_map.h"
#include "absl/strings/string_view.h"
#include "moadon/v1/benefit.pb.h"
#include "moadon/v1/sale.pb.h"
#include "rules/line_set.h"

namespace moadon {

// Lines of one basket that each filter of an index picks.
class FilterMatches final {
 public:
  FilterMatches(size_t filter_count, size_t line_count)
      : stride_(LineSet::word_count(line_count)), words_(filter_count * stride_) {}

  LineSetView lines_of(int filter) const {
    return LineSetView(absl::MakeConstSpan(words_).subspan(at(filter), stride_));
  }
  void set_all(int filter, const LineSet& lines);
  void set(int filter, size_t line, bool picks);

 private:
  size_t at(int filter) const { return static_cast<size_t>(filter) * stride_; }

  size_t stride_;
  std::vector<uint64_t> words_;
};

// Add all filters, then match from any thread.
class FilterIndex final {
 public:
  // The filter's number; equal filters share one.
  int add(const v1::ProductFilter& filter);

  // Of `lines`, those in `articles` that each filter picks.
  FilterMatches match(const google::protobuf::RepeatedPtrField<v1::Line>& lines,
                      const LineSet& articles) const;

 private:
  // One value of one filter, and which kind it satisfies.
  struct Posting {
    int filter = 0;
    uint8_t kind = 0;
  };
  using Postings = absl::flat_hash_map<std::string, std::vector<Posting>>;
  struct Hits;

  void add_prefix_size(size_t size);
  static void post(const google::protobuf::RepeatedPtrField<std::string>& values, int filter,
                   uint8_t kind, Postings& postings);
  static void look_up(const Postings& postings, absl::string_view value, Hits& hits);
  void look_up_line(const v1::Line& line, Hits& hits) const;

  absl::flat_hash_map<std::string, int> numbers_;  // by serialized filter
  std::vector<uint8_t> required_;                  // kinds that a filter lists
  std::vector<int> open_;                          // filters that list none
  Postings skus_;
  Postings prefixes_;
  std::vector<size_t> prefix_sizes_;  // sorted, each once
  Postings categories_;
  Postings brands_;
  Postings tags_;
};

}  // namespace moadon
