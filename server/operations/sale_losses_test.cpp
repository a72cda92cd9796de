// The loss account: what registers gave without the server that was not there any more.
#include <string>
#include <vector>

#include "absl/strings/str_cat.h"
#include "server/operations/list_losses.h"
#include "server/operations/test_losses.h"
#include "server/operations/test_merges.h"
#include "tests/catch.h"

namespace moadon {
namespace {

using Texts = std::vector<std::string>;

TEST_CASE("points that two registers pay with are the club's loss, never the member's debt") {
  LossShop shop;
  const v1::RecordContext stale = shop.terms();
  shop.sell("r1", "1", {{"milk", 1000, 5000}}, 60'000, stale);
  shop.sell("r2", "1", {{"milk", 1000, 5000}}, 100'000, stale);
  CHECK(shop.losses() == Texts{"r2 1: points 60000 = 60"});
  CHECK(shop.total_minor() == 60);
  CHECK(shop.points().available_milli() == 0);
  CHECK(shop.points().deficit_milli() == 0);
  const v1::RecordedSale recorded = shop.test.recorded("r2", "1");
  REQUIRE(recorded.differences_size() == 1);
  CHECK(recorded.differences(0).points_overspent().points_milli() == 60'000);
  CHECK(shop.all().losses(0).member_id() == shop.member_id);
  CHECK(shop.all().losses(0).business_date() == "2026-01-01");
  // What comes later is the member's own.
  shop.give_points(10'000, "later");
  CHECK(shop.points().available_milli() == 10'000);
  shop.sell("r1", "2", {{"milk", 1000, 5000}}, 10'000, stale);
  CHECK(shop.total_minor() == 60);
  shop.check();
}

TEST_CASE("the same without terms is the member's debt, as ever") {
  LossShop shop;
  const v1::RecordContext stale = shop.context();
  shop.sell("r1", "1", {{"milk", 1000, 5000}}, 60'000, stale);
  shop.sell("r2", "1", {{"milk", 1000, 5000}}, 100'000, stale);
  CHECK(shop.losses().empty());
  CHECK(shop.points().deficit_milli() == 60'000);
  shop.check();
}

TEST_CASE("part of a step is worth its share, rounded half up") {
  LossShop shop;
  const v1::RecordContext stale = shop.terms();
  shop.give_points(-59'500, "less");
  shop.sell("r1", "1", {{"milk", 1000, 5000}}, 100'000, stale);
  CHECK(shop.losses() == Texts{"r1 1: points 59500 = 60"});
  shop.check();
}

TEST_CASE("a sale that found no points at all is all loss; held ones pay first") {
  LossShop shop;
  const v1::RecordContext stale = shop.terms();
  v1::RecordContext with_hold = stale;
  with_hold.set_hold_id(shop.hold("r2", 30'000));
  shop.sell("r1", "1", {{"milk", 1000, 5000}}, 100'000, stale);
  shop.sell("r1", "2", {{"milk", 1000, 5000}}, 20'000, stale);
  shop.sell("r2", "1", {{"milk", 1000, 5000}}, 50'000, with_hold);
  CHECK(shop.losses() ==
        Texts{"r1 1: points 30000 = 30", "r1 2: points 20000 = 20", "r2 1: points 20000 = 20"});
  CHECK(shop.points().held_milli() == 0);
  shop.check();
}

TEST_CASE("what comes back undoes the loss before it gives points back") {
  LossShop shop;
  const v1::RecordContext stale = shop.terms();
  shop.sell("r1", "1", {{"milk", 1000, 5000}}, 60'000, stale);
  shop.sell("r2", "1", {{"tea", 4000, 25}}, 100'000, stale);
  CHECK(shop.total_minor() == 60);
  shop.bring_back("b1", "r2", "1", {{"tea", 2000, 25}});
  CHECK(shop.losses() == Texts{"r2 1: points 60000 = 60", "r3 b1: points -50000 = -50"});
  CHECK(shop.points().available_milli() == 0);
  shop.bring_back("b2", "r2", "1", {{"tea", 1000, 25}});
  CHECK(shop.total_minor() == 0);
  CHECK(shop.points().available_milli() == 15'000);
  shop.bring_back("b3", "r2", "1", {{"tea", 1000, 25}});
  CHECK(shop.total_minor() == 0);
  CHECK(shop.points().available_milli() == 40'000);
  CHECK(shop.losses().size() == 3);
  shop.check();
}

TEST_CASE("a limit exceeded without the server is a loss, once per benefit") {
  LossShop shop;
  const v1::RecordContext stale = shop.terms();
  const std::vector<TestLine> lines = {{"cup", 2000, 1000}, {"pot"}, {"plate"}};
  shop.sell("r1", "1", lines, 0, stale);
  CHECK(shop.losses().empty());
  shop.sell("r2", "1", lines, 0, stale);
  CHECK(shop.losses() ==
        Texts{"r2 1: limit cup = 400", "r2 1: limit pot = 100", "r2 1: limit plate = 40"});
  shop.bring_back("b1", "r2", "1", {{"cup", 1000, 1000}, {"pot"}});
  CHECK(shop.losses().back() == "r3 b1: limit pot = -100");
  CHECK(shop.total_minor() == 440);
  shop.bring_back("b2", "r2", "1", {{"cup", 1000, 1000}});
  CHECK(shop.total_minor() == 40);
  shop.sell("r3", "1", {{"cup", 1000, 1000}}, 0, shop.context());
  CHECK(shop.total_minor() == 40);
  shop.check();
}

TEST_CASE("a limit exceeded with the server's facts is a difference and no loss") {
  LossShop shop;
  const v1::RecordContext stale = shop.context();
  shop.sell("r1", "1", {{"cup"}}, 0, stale);
  shop.sell("r2", "1", {{"cup"}}, 0, stale);
  CHECK(shop.test.recorded("r2", "1").differences(0).has_limit_exceeded());
  CHECK(shop.losses().empty());
  shop.check();
}

TEST_CASE("a right used in vain is a loss, of a voucher what was missing") {
  LossShop shop;
  shop.grant("coupon");
  shop.grant("voucher");
  const v1::RecordContext stale = shop.terms();
  shop.sell("r1", "1", {{"bread"}, {"cake", 1000, 450}}, 0, stale);
  CHECK(shop.losses().empty());
  shop.sell("r2", "1", {{"bread"}, {"cake", 1000, 600}}, 0, stale);
  CHECK(shop.losses() == Texts{"r2 1: right bread = 400", "r2 1: right cake = 350"});
  CHECK(shop.all().losses(0).right().grant_id() != shop.all().losses(1).right().grant_id());
  shop.bring_back("b1", "r2", "1", {{"cake", 1000, 600}});
  CHECK(shop.total_minor() == 400);
  shop.bring_back("b2", "r2", "1", {{"bread"}});
  CHECK(shop.total_minor() == 0);
  shop.check();
}

// Benefits by the coupon and by the voucher that are limited beside.
std::string program_limiting_rights(const std::string& limits) {
  return absl::StrCat(
      kLossProgram,
      " benefits { benefit_id: 'brew' title: 'W' conditions { right_held { right_id: 'coupon' } }"
      " effect { amount_off_lines { amount_minor: 400 filter { skus: 'brew' } } } limits { ",
      limits,
      " } } benefits { benefit_id: 'pie' title: 'I' conditions { right_held { right_id: 'voucher' }"
      " } effect { voucher_amount { filter { skus: 'pie' } } } limits { ",
      limits, " } }");
}

TEST_CASE("what a benefit gave is lost once, though its right and its limit are both gone") {
  const auto [limits, pie] = GENERATE(table<std::string, Texts>(
      {{"per_member_count: 1", {"r2 1: right pie = 350", "r2 1: limit pie = 250"}},
       {"club_count: 1", {"r2 1: right pie = 350", "r2 1: limit pie = 250"}},
       {"club_budget_minor: 900", {"r2 1: right pie = 350", "r2 1: limit pie = 150"}},
       {"club_budget_minor: 9000", {"r2 1: right pie = 350"}}}));
  CAPTURE(limits);
  LossShop shop(program_limiting_rights(limits));
  shop.grant("coupon");
  shop.grant("voucher");
  v1::RecordContext stale = shop.terms();
  for (const char* benefit_id : {"brew", "pie"}) {
    v1::BudgetSlice& slice = *stale.mutable_facts()->mutable_offline()->add_slices();
    slice.set_benefit_id(benefit_id);
    slice.set_use_count(1);
    slice.set_amount_minor(9000);
  }
  shop.sell("r1", "1", {{"brew"}, {"pie", 1000, 450}}, 0, stale);
  CHECK(shop.losses().empty());
  shop.sell("r2", "1", {{"brew"}, {"pie", 1000, 600}}, 0, stale);
  Texts expected = {"r2 1: right brew = 400"};
  expected.insert(expected.end(), pie.begin(), pie.end());
  CHECK(shop.losses() == expected);
  shop.check();
  shop.bring_back("b1", "r2", "1", {{"brew"}});
  shop.bring_back("b2", "r2", "1", {{"pie", 1000, 600}});
  CHECK(shop.total_minor() == 0);
  shop.check();
}

TEST_CASE("terms claim no more than the program allows, and none beside facts of nobody") {
  LossShop shop(absl::StrCat(kLossProgram, " offline { member_limit_minor: 30 }"));
  v1::RecordContext greedy = shop.terms();
  shop.sell("r1", "1", {{"milk", 1000, 5000}}, 100'000, greedy);
  CHECK(shop.test.recorded("r1", "1").verdict().points().spent_minor() == 30);
  greedy.mutable_facts()->add_tags("vip");
  shop.sell("r2", "1", {{"milk", 1000, 5000}}, 100'000, greedy);
  CHECK(shop.test.recorded("r2", "1").differences(0).has_facts_unknown());
  CHECK(shop.losses().empty());
  shop.check();
}

TEST_CASE("terms hold for a sale of nobody too, and for the member who claims it") {
  LossShop shop(absl::StrCat(kLossProgram,
                             " benefits { benefit_id: 'bag' title: 'G' for_anyone: true effect {"
                             " amount_off_lines { amount_minor: 100 filter { skus: 'bag' } } }"
                             " conditions { dates { until_date: '2026-01-01' } } }"));
  v1::RecordContext context;
  context.set_program_version(1);
  context.mutable_facts()->mutable_offline()->set_latest_date("2026-01-01");
  const auto sell = [&](const std::string& receipt) {
    shop.sell("r1", sale(receipt, "2026-01-01T10:00:00Z", "c9", {{"bag"}}), context);
    return shop.test.recorded("r1", receipt).paid_net_minor();
  };
  CHECK(sell("1") == 900);
  context.mutable_facts()->mutable_offline()->set_latest_date("2026-01-02");
  CHECK(sell("2") == 1000);
  shop.test.enroll("c9", "2026-01-03T09:00:00Z");
  CHECK(shop.test.recorded("r1", "1").paid_net_minor() == 900);
  CHECK(shop.test.recorded("r1", "2").paid_net_minor() == 1000);
  CHECK(shop.losses().empty());
  shop.check();
}

TEST_CASE("losses of a member who became part of another, before and after") {
  LossShop shop;
  const std::string other = shop.test.enroll("c2", "2026-01-01T08:00:00Z");
  const v1::RecordContext stale = shop.terms();
  const auto late = [](const std::string& receipt) {
    return paying(sale(receipt, "2026-01-01T10:00:00Z", "c1", {{"milk", 1000, 5000}}), 70'000);
  };
  shop.test.clock().set(us("2026-01-05T12:00:00Z"));
  REQUIRE(merge(shop.test, other, shop.member_id, "m").ok());
  shop.sell("r1", late("1"), stale);
  shop.sell("r2", late("1"), stale);
  CHECK(shop.losses() == Texts{"r2 1: points 40000 = 40"});
  v1::Sale after = paying(sale("9", "2026-01-06T10:00:00Z", "c1", {{"milk", 1000, 5000}}), 50'000);
  shop.test.clock().set(us("2026-01-06T12:00:00Z"));
  shop.sell("r3", after, stale);
  CHECK(shop.total_minor() == 90);
  shop.bring_back("b1", "r2", "1", {{"milk", 1000, 5000}});
  CHECK(shop.total_minor() == 50);
  shop.test.age();
  shop.check();
}

TEST_CASE("losses are listed by date, a page at a time, with the whole sum") {
  LossShop shop;
  const v1::RecordContext stale = shop.terms();
  shop.test.clock().set(us("2026-01-09T12:00:00Z"));
  for (int day = 1; day <= 5; ++day) {
    shop.sell("r1",
              paying(sale(absl::StrCat("s", day), absl::StrCat("2026-01-0", day, "T10:00:00Z"),
                          "c1", {{"milk", 1000, 5000}}),
                     100'000),
              stale);
  }
  v1::ListLossesRequest request;
  request.set_from_date("2026-01-03");
  request.set_until_date("2026-01-05");
  request.set_page_size(2);
  const auto first = list_losses(shop.test.club(), request);
  REQUIRE(first.ok());
  CHECK(first->total_minor() == 300);
  REQUIRE(first->losses_size() == 2);
  CHECK(first->losses(0).receipt() == "s3");
  request.set_page_token(first->next_page_token());
  const auto second = list_losses(shop.test.club(), request);
  REQUIRE(second.ok());
  REQUIRE(second->losses_size() == 1);
  CHECK(second->losses(0).receipt() == "s5");
  CHECK(second->next_page_token().empty());
  CHECK(second->total_minor() == 300);
  request.set_until_date("2026-01-06");  // another question
  CHECK(!list_losses(shop.test.club(), request).ok());
  CHECK(shop.total_minor() == 400);
}

}  // namespace
}  // namespace moadon
