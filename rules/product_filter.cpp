#include "rules/product_filter.h"

#include <algorithm>

namespace moadon {
namespace {

constexpr uint8_t kArticle = 1;  // sku and prefix are one kind
constexpr uint8_t kCategory = 2;
constexpr uint8_t kBrand = 4;
constexpr uint8_t kTag = 8;
constexpr uint8_t kExcluded = 16;

uint8_t required_by(const v1::ProductFilter& filter) {
  uint8_t required = 0;
  if (!filter.skus().empty() || !filter.sku_prefixes().empty()) required |= kArticle;
  if (!filter.categories().empty()) required |= kCategory;
  if (!filter.brands().empty()) required |= kBrand;
  if (!filter.tags().empty()) required |= kTag;
  return required;
}

}  // namespace

void FilterMatches::set_all(int filter, const LineSet& lines) {
  std::copy(lines.words().begin(), lines.words().end(),
            words_.begin() + static_cast<ptrdiff_t>(at(filter)));
}

void FilterMatches::set(int filter, size_t line, bool picks) {
  uint64_t& word = words_[at(filter) + line / 64];
  const uint64_t bit = uint64_t{1} << (line % 64);
  word = picks ? word | bit : word & ~bit;
}

// What the filters have seen of one line so far.
struct FilterIndex::Hits {
  std::vector<uint8_t> kinds;  // per filter
  std::vector<int> touched;    // filters with kinds
};

int FilterIndex::add(const v1::ProductFilter& filter) {
  const int number = static_cast<int>(required_.size());
  const auto [known, is_new] = numbers_.try_emplace(filter.SerializeAsString(), number);
  if (!is_new) return known->second;
  required_.push_back(required_by(filter));
  if (required_.back() == 0) open_.push_back(number);
  post(filter.skus(), number, kArticle, skus_);
  post(filter.sku_prefixes(), number, kArticle, prefixes_);
  post(filter.categories(), number, kCategory, categories_);
  post(filter.brands(), number, kBrand, brands_);
  post(filter.tags(), number, kTag, tags_);
  post(filter.excluded_skus(), number, kExcluded, skus_);
  post(filter.excluded_sku_prefixes(), number, kExcluded, prefixes_);
  post(filter.excluded_categories(), number, kExcluded, categories_);
  post(filter.excluded_brands(), number, kExcluded, brands_);
  post(filter.excluded_tags(), number, kExcluded, tags_);
  for (const std::string& prefix : filter.sku_prefixes()) add_prefix_size(prefix.size());
  for (const std::string& prefix : filter.excluded_sku_prefixes()) add_prefix_size(prefix.size());
  return number;
}

void FilterIndex::add_prefix_size(size_t size) {
  const auto place = std::lower_bound(prefix_sizes_.begin(), prefix_sizes_.end(), size);
  if (place == prefix_sizes_.end() || *place != size) prefix_sizes_.insert(place, size);
}

void FilterIndex::post(const google::protobuf::RepeatedPtrField<std::string>& values, int filter,
                       uint8_t kind, Postings& postings) {
  for (const std::string& value : values) postings[value].push_back({filter, kind});
}

void FilterIndex::look_up(const Postings& postings, absl::string_view value, Hits& hits) {
  if (postings.empty()) return;
  const auto found = postings.find(value);
  if (found == postings.end()) return;
  for (const Posting& posting : found->second) {
    uint8_t& kinds = hits.kinds[static_cast<size_t>(posting.filter)];
    if (kinds == 0) hits.touched.push_back(posting.filter);
    kinds |= posting.kind;
  }
}

void FilterIndex::look_up_line(const v1::Line& line, Hits& hits) const {
  look_up(skus_, line.sku(), hits);
  for (const size_t size : prefix_sizes_) {
    if (size > line.sku().size()) break;
    look_up(prefixes_, absl::string_view(line.sku()).substr(0, size), hits);
  }
  look_up(categories_, line.category(), hits);
  look_up(brands_, line.brand(), hits);
  for (const std::string& tag : line.tags()) look_up(tags_, tag, hits);
}

FilterMatches FilterIndex::match(const google::protobuf::RepeatedPtrField<v1::Line>& lines,
                                 const LineSet& articles) const {
  FilterMatches matches(required_.size(), static_cast<size_t>(lines.size()));
  for (const int filter : open_) matches.set_all(filter, articles);
  Hits hits{std::vector<uint8_t>(required_.size()), {}};
  articles.view().for_each([&](size_t i) {
    look_up_line(lines[static_cast<int>(i)], hits);
    for (const int filter : hits.touched) {
      uint8_t& kinds = hits.kinds[static_cast<size_t>(filter)];
      matches.set(filter, i, kinds == required_[static_cast<size_t>(filter)]);
      kinds = 0;
    }
    hits.touched.clear();
  });
  return matches;
}

}  // namespace moadon
