// Verify names losses that were tampered with.
#include <algorithm>
#include <string>
#include <vector>

#include "absl/strings/match.h"
#include "absl/strings/str_cat.h"
#include "server/operations/test_losses.h"
#include "tests/catch.h"

namespace moadon {
namespace {

using Texts = std::vector<std::string>;

TEST_CASE("verify names losses that were tampered with") {
  const auto [sql, subject] = GENERATE(table<std::string, std::string>(
      {{"UPDATE losses SET amount_minor = amount_minor + 1 WHERE kind = 1", "loss"},
       {"UPDATE losses SET points_milli = points_milli + 1000 WHERE kind = 1 AND points_milli > 0",
        "sale.points_milli"},
       {"UPDATE losses SET amount_minor = amount_minor + 1 WHERE kind = 2 AND benefit_id = 'cup'",
        "loss"},
       {"UPDATE losses SET amount_minor = 400 WHERE kind = 2 AND benefit_id = 'pot'",
        "loss.amount_minor"},
       {"UPDATE losses SET amount_minor = 399 WHERE kind = 3", "loss"},
       {"UPDATE losses SET business_day = business_day + 1 WHERE kind = 3", "loss"},
       {"UPDATE losses SET member_id = 77", "loss"},
       {"DELETE FROM losses WHERE points_milli < 0", "loss"},
       {"DELETE FROM losses", "loss"},
       {"DELETE FROM differences", "sale.points_overspent"},
       {"UPDATE points_entries SET kind = 5 WHERE kind = 2", "sale.points_overspent"}}));
  LossShop shop;
  shop.grant("coupon");
  const v1::RecordContext stale = shop.terms();
  const std::vector<TestLine> lines = {{"tea", 4000, 100}, {"cup"}, {"pot"}, {"bread"}};
  shop.sell("r1", "1", lines, 60'000, stale);
  shop.sell("r2", "1", lines, 100'000, stale);
  shop.bring_back("b1", "r2", "1", {{"tea", 1000, 100}});
  shop.check();
  shop.test.tamper(sql);
  const Texts found = shop.test.verify();
  CAPTURE(sql, found);
  const std::string wanted = absl::StrCat(subject, " of ");
  CHECK(std::any_of(found.begin(), found.end(), [&](const std::string& disagreement) {
    return absl::StartsWith(disagreement, wanted);
  }));
}

TEST_CASE("verify finds a loss of points that were there") {
  LossShop shop;
  const v1::RecordContext stale = shop.terms();
  shop.sell("r1", "1", {{"milk", 1000, 5000}}, 40'000, stale);
  shop.sell("r2", "1", {{"milk", 1000, 5000}}, 100'000, stale);
  shop.check();
  // As if only 20 of the 60 points had been there, everywhere but in the lot's own story.
  shop.test.tamper("UPDATE points_entries SET points_milli = -20000 WHERE source = 'r2/1'");
  shop.test.tamper(
      "UPDATE points_lots SET left_milli = 40000, spent_milli = 60000 WHERE granted_milli > 0");
  shop.test.tamper("UPDATE losses SET points_milli = 80000, amount_minor = 80");
  shop.test.tamper("UPDATE sale_points SET points_milli = 20000 WHERE points_milli = 60000");
  const Texts found = shop.test.verify();
  CAPTURE(found);
  CHECK(std::any_of(found.begin(), found.end(), [](const std::string& disagreement) {
    return absl::StrContains(disagreement, "lost although points are left");
  }));
}

}  // namespace
}  // namespace moadon
