// Whether a product filter picks an article, asked of very many lines. The rule is that of
// rules/product_filter.h: any value within one kind (code and beginning are one kind), all kinds
// together, exclusions win.
#pragma once

#include <string>
#include <vector>

#include "absl/container/flat_hash_set.h"
#include "absl/strings/string_view.h"
#include "moadon/v1/benefit.pb.h"

namespace moadon {

struct Article {
  absl::string_view sku;
  absl::string_view category;
  absl::string_view brand;
};

// Immutable; safe from any thread. Marks of articles are not looked at: lines do not keep them.
class ArticleFilter final {
 public:
  explicit ArticleFilter(const v1::ProductFilter& filter);

  bool picks(const Article& article) const;

 private:
  using Words = absl::flat_hash_set<std::string>;

  Words skus_;
  std::vector<std::string> prefixes_;
  Words categories_;
  Words brands_;
  Words excluded_skus_;
  std::vector<std::string> excluded_prefixes_;
  Words excluded_categories_;
  Words excluded_brands_;
};

}  // namespace moadon
