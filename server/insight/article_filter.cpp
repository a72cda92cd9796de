#include "server/insight/article_filter.h"

#include <algorithm>

#include "absl/strings/match.h"

namespace moadon {
namespace {

bool has_prefix(const std::vector<std::string>& prefixes, absl::string_view sku) {
  return std::any_of(prefixes.begin(), prefixes.end(),
                     [&](const std::string& prefix) { return absl::StartsWith(sku, prefix); });
}

}  // namespace

ArticleFilter::ArticleFilter(const v1::ProductFilter& filter)
    : skus_(filter.skus().begin(), filter.skus().end()),
      prefixes_(filter.sku_prefixes().begin(), filter.sku_prefixes().end()),
      categories_(filter.categories().begin(), filter.categories().end()),
      brands_(filter.brands().begin(), filter.brands().end()),
      excluded_skus_(filter.excluded_skus().begin(), filter.excluded_skus().end()),
      excluded_prefixes_(filter.excluded_sku_prefixes().begin(),
                         filter.excluded_sku_prefixes().end()),
      excluded_categories_(filter.excluded_categories().begin(),
                           filter.excluded_categories().end()),
      excluded_brands_(filter.excluded_brands().begin(), filter.excluded_brands().end()) {}

bool ArticleFilter::picks(const Article& article) const {
  const bool asks_article = !skus_.empty() || !prefixes_.empty();
  if (asks_article && !skus_.contains(article.sku) && !has_prefix(prefixes_, article.sku)) {
    return false;
  }
  if (!categories_.empty() && !categories_.contains(article.category)) return false;
  if (!brands_.empty() && !brands_.contains(article.brand)) return false;
  return !excluded_skus_.contains(article.sku) && !has_prefix(excluded_prefixes_, article.sku) &&
         !excluded_categories_.contains(article.category) &&
         !excluded_brands_.contains(article.brand);
}

}  // namespace moadon
