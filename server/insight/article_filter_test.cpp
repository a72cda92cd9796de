#include "server/insight/article_filter.h"

#include "rules/product_filter.h"
#include "rules/test_dice.h"
#include "tests/catch.h"

namespace moadon {
namespace {

TEST_CASE("an article filter picks what the rules pick") {
  Dice dice(7);
  const auto word = [&] { return dice.any_of<const char*>({"a", "ab", "abc", "b", "bc", "c"}); };
  const auto add = [&](google::protobuf::RepeatedPtrField<std::string>& list) {
    for (int64_t left = dice.one_in(3) ? dice.between(1, 2) : 0; left > 0; --left) {
      *list.Add() = word();
    }
  };
  int picked = 0;
  for (int round = 0; round < 3000; ++round) {
    v1::ProductFilter filter;
    add(*filter.mutable_skus());
    add(*filter.mutable_sku_prefixes());
    add(*filter.mutable_categories());
    add(*filter.mutable_brands());
    add(*filter.mutable_excluded_skus());
    add(*filter.mutable_excluded_sku_prefixes());
    add(*filter.mutable_excluded_categories());
    add(*filter.mutable_excluded_brands());
    google::protobuf::RepeatedPtrField<v1::Line> lines;
    v1::Line& line = *lines.Add();
    line.set_sku(word());
    if (!dice.one_in(4)) line.set_category(word());
    if (!dice.one_in(4)) line.set_brand(word());
    FilterIndex index;
    const int number = index.add(filter);
    LineSet all(1);
    all.insert(0);
    const bool expected = !index.match(lines, all).lines_of(number).empty();
    CAPTURE(filter.ShortDebugString(), line.ShortDebugString());
    CHECK(ArticleFilter(filter).picks({line.sku(), line.category(), line.brand()}) == expected);
    picked += expected ? 1 : 0;
  }
  CHECK(picked > 500);
  CHECK(picked < 2500);
}

}  // namespace
}  // namespace moadon
