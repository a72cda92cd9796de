// What sales are judged by, and what of it is kept: facts, versions, rights, limits, holds.
#include <string>
#include <vector>

#include "rules/test_program.h"
#include "server/operations/place_hold.h"
#include "server/operations/test_club.h"
#include "tests/catch.h"

namespace moadon {
namespace {

// Members get a tenth off tea. 50.00 earn a coupon that takes 2.00 off, 90.00 a voucher of 5.00.
constexpr char kProgram[] =
    "time_zone: 'UTC' return_grace_days: 5"
    " rights { right_id: 'coupon' title: 'C' coupon { use_count: 1 } valid_days: 30 }"
    " rights { right_id: 'voucher' title: 'V' voucher { amount_minor: 500 } }"
    " benefits { benefit_id: 'tea' title: 'T' effect { percent_off_lines {"
    "   percent_bps: 1000 filter { skus: 'tea' } } } limits { per_member_day_count: 1 } }"
    " benefits { benefit_id: 'earn' title: 'E' conditions { minimum_basket {"
    "   amount_minor: 5000 filter { skus: 'milk' } } } effect { grant_right { right_id: 'coupon' } "
    "} }"
    " benefits { benefit_id: 'use' title: 'U' conditions { right_held { right_id: 'coupon' } }"
    "   effect { amount_off_basket { amount_minor: 200 filter { skus: 'bread' } } } }"
    " benefits { benefit_id: 'big' title: 'B' conditions { minimum_basket {"
    "   amount_minor: 9000 } } effect { grant_right { right_id: 'voucher' } } }"
    " benefits { benefit_id: 'pay' title: 'P' conditions { right_held { right_id: 'voucher' } }"
    "   effect { voucher_amount { filter { skus: 'cake' } } } }";

v1::MemberFacts facts(TestClub& test) { return test.member("c1").member().facts(); }

std::vector<std::string> none() { return {}; }

struct Shop {
  explicit Shop(const std::string& program = kProgram) : test(program_with(program), {"r1", "r2"}) {
    test.enroll("c1", "2026-01-01T09:00:00Z");
  }

  // Sells as an agent would that priced just now.
  v1::RecordedSale sell(const std::string& receipt, const std::vector<TestLine>& lines) {
    return sell(receipt, lines, test.context("c1"));
  }
  v1::RecordedSale sell(const std::string& receipt, const std::vector<TestLine>& lines,
                        const v1::RecordContext& context, const std::string& at_register = "r1") {
    INFO(receipt);
    REQUIRE(test.record(at_register, sale(receipt, "2026-01-01T10:00:00Z", "c1", lines), context)
                .has_recorded());
    return test.recorded(at_register, receipt);
  }
  v1::RecordedSale bring_back(const std::string& receipt, const std::string& original,
                              const std::vector<TestLine>& lines) {
    REQUIRE(test.record("r1", returned_from("r1", original,
                                            returned(receipt, "2026-01-01T11:00:00Z", lines)))
                .has_recorded());
    return test.recorded("r1", receipt);
  }

  TestClub test;
};

TEST_CASE("what a line costs is what the rules say, unless the register charged otherwise") {
  Shop shop;
  const v1::RecordedSale by_rules = shop.sell("1", {{"tea", 1000, 1000}, {"milk", 1000, 500}});
  CHECK(by_rules.paid_net_minor() == 1400);
  CHECK(by_rules.differences().empty());
  CHECK(by_rules.verdict().lines(0).paid_net_minor() == 900);
  CHECK(facts(shop.test).net_spend_minor() == 1400);

  v1::Sale charged = sale("2", "2026-01-02T10:00:00Z", "c1", {{"tea", 1000, 1000}});
  charged.mutable_lines(0)->set_paid_net_minor(1000);
  shop.test.record("r1", charged, shop.test.context("c1"));
  const v1::RecordedSale by_register = shop.test.recorded("r1", "2");
  CHECK(by_register.paid_net_minor() == 1000);
  REQUIRE(by_register.differences_size() == 1);
  CHECK(by_register.differences(0).price_differs().charged_minor() == 1000);
  CHECK(by_register.differences(0).price_differs().verdict_minor() == 900);
  CHECK(shop.test.verify() == none());
}

TEST_CASE("facts that were never issued, or for another, are a difference and are not used") {
  Shop shop;
  shop.test.enroll("c2", "2026-01-01T09:00:00Z");
  const v1::RecordContext good = shop.test.context("c1");
  v1::RecordContext forged = good;
  forged.mutable_facts()->add_tags("vip");
  v1::RecordContext unsealed = good;
  unsealed.mutable_facts()->clear_seal();
  v1::RecordContext of_another = good;
  *of_another.mutable_facts() = shop.test.context("c2").facts();
  int receipt = 0;
  for (const v1::RecordContext& context : {forged, unsealed, of_another}) {
    const v1::RecordedSale recorded =
        shop.sell(std::to_string(++receipt), {{"tea", 1000, 1000}}, context);
    CHECK(recorded.paid_net_minor() == 1000);
    REQUIRE(recorded.differences_size() == 1);
    CHECK(recorded.differences(0).facts_unknown().facts_snapshot() == context.facts().snapshot());
  }
  const v1::RecordedSale recorded = shop.sell("good", {{"tea", 1000, 1000}}, good);
  CHECK(recorded.paid_net_minor() == 900);
  CHECK(recorded.differences().empty());
  CHECK(shop.test.verify() == none());
}

TEST_CASE("the version that priced judges, and is a difference when it was not in force") {
  Shop shop;
  v1::Program dearer = program_with("time_zone: 'UTC'");
  REQUIRE(shop.test.publish(dearer).version() == 2);
  shop.test.clock().set(us("2026-01-03T12:00:00Z"));
  v1::RecordContext context = shop.test.context("c1");
  const auto sell = [&](const std::string& receipt, absl::string_view time, int64_t version) {
    context.set_program_version(version);
    shop.test.record("r1", sale(receipt, time, "c1", {{"tea", 1000, 1000}}), context);
    return shop.test.recorded("r1", receipt);
  };
  const v1::RecordedSale outdated = sell("1", "2026-01-03T10:00:00Z", 1);
  CHECK(outdated.paid_net_minor() == 900);
  REQUIRE(outdated.differences_size() == 1);
  CHECK(outdated.differences(0).program_outdated().program_version() == 1);
  CHECK(outdated.differences(0).program_outdated().version_in_force() == 2);

  const v1::RecordedSale unknown = sell("2", "2026-01-03T10:00:00Z", 3);
  CHECK(unknown.paid_net_minor() == 1000);
  REQUIRE(unknown.differences_size() == 1);
  CHECK(unknown.differences(0).program_unknown().program_version() == 3);

  CHECK(sell("3", "2026-01-03T10:00:00Z", 2).differences().empty());
  CHECK(sell("4", "2026-01-01T11:59:59Z", 1).differences().empty());
  CHECK(shop.test.verify() == none());
}

TEST_CASE("a sale is priced for the moment of its quote, at most an hour before") {
  struct Case {
    const char* given;
    const char* priced_at;  // empty: not said
    int64_t expected_minor;
  };
  Shop shop(
      "time_zone: 'UTC' benefits { benefit_id: 'early' title: 'E'"
      " conditions { hours { from_time: '08:00' until_time: '10:00' } }"
      " effect { percent_off_lines { percent_bps: 5000 } } }");
  const v1::RecordContext context = shop.test.context("c1");
  int receipt = 0;
  for (const Case& each : std::vector<Case>{
           {"not said", "", 1000},
           {"just before the hour ends", "2026-01-01T09:59:59Z", 500},
           {"at its end", "2026-01-01T10:00:00Z", 1000},
           {"an hour before", "2026-01-01T09:30:00Z", 500},
           {"more than an hour before", "2026-01-01T09:29:59.999999Z", 1000},
           {"after the sale", "2026-01-02T09:00:00Z", 1000},
       }) {
    INFO(each.given);
    v1::RecordContext priced = context;
    if (*each.priced_at != '\0') *priced.mutable_priced_at() = at(each.priced_at);
    const std::string name = std::to_string(++receipt);
    shop.test.record("r1", sale(name, "2026-01-01T10:30:00Z", "c1", {{"milk", 1000, 1000}}),
                     priced);
    CHECK(shop.test.recorded("r1", name).paid_net_minor() == each.expected_minor);
  }
  CHECK(shop.test.verify() == none());
}

TEST_CASE("a coupon is granted, used once, and brought back by the return of what carried it") {
  Shop shop;
  const std::vector<TestLine> bread = {{"bread", 2000, 1000}};
  shop.sell("1", {{"milk", 1000, 5000}});
  REQUIRE(facts(shop.test).rights_size() == 1);
  CHECK(facts(shop.test).rights(0).valid_from_date() == "2026-01-01");
  CHECK(facts(shop.test).rights(0).valid_until_date() == "2026-01-30");
  const v1::RecordContext before = shop.test.context("c1");

  const v1::RecordedSale used = shop.sell("2", bread);
  CHECK(used.paid_net_minor() == 1800);
  CHECK(used.differences().empty());
  CHECK(facts(shop.test).rights().empty());

  // Another till, offline, gave it too.
  const v1::RecordedSale again = shop.sell("3", bread, before, "r2");
  CHECK(again.paid_net_minor() == 1800);
  REQUIRE(again.differences_size() == 1);
  CHECK(again.differences(0).right_overused().grant_id() == before.facts().rights(0).grant_id());

  shop.bring_back("4", "2", {{"bread", 1000, 1000}});
  CHECK(facts(shop.test).rights().empty());
  shop.bring_back("5", "2", {{"bread", 1000, 1000}});
  REQUIRE(facts(shop.test).rights_size() == 1);
  CHECK(facts(shop.test).rights(0).valid_until_date() == "2026-01-30");
  // What was never there does not come back.
  shop.test.record("r1", returned_from("r2", "3", returned("6", "2026-01-01T11:00:00Z", bread)));
  CHECK(facts(shop.test).rights(0).uses_left() == 1);
  CHECK(shop.test.verify() == none());
}

TEST_CASE("a right that comes back after its end is good for the days of grace") {
  Shop shop;
  shop.sell("1", {{"milk", 1000, 5000}});
  shop.sell("2", {{"bread", 1000, 1000}});
  shop.test.clock().set(us("2026-03-01T12:00:00Z"));
  shop.test.record(
      "r1",
      returned_from("r1", "2", returned("3", "2026-03-01T10:00:00Z", {{"bread", 1000, 1000}})));
  REQUIRE(facts(shop.test).rights_size() == 1);
  CHECK(facts(shop.test).rights(0).valid_until_date() == "2026-03-06");
  CHECK(shop.test.verify() == none());
}

TEST_CASE("a right goes with the goods that earned it, and is named when it was used meanwhile") {
  for (const bool was_used : {false, true}) {
    Shop shop;
    shop.sell("1", {{"milk", 5000, 1000}});
    const std::string grant_id = facts(shop.test).rights(0).grant_id();
    if (was_used) shop.sell("2", {{"bread", 1000, 1000}});
    const v1::RecordedSale back = shop.bring_back("3", "1", {{"milk", 1000, 1000}});
    CHECK(facts(shop.test).rights().empty());
    CHECK(back.differences_size() == (was_used ? 1 : 0));
    if (was_used) CHECK(back.differences(0).right_used_elsewhere().grant_id() == grant_id);
    // The next return finds nothing more, and forgets nothing.
    const v1::RecordedSale next = shop.bring_back("4", "1", {{"milk", 1000, 1000}});
    CHECK(next.differences().empty());
    CHECK(shop.test.recorded("r1", "3").differences_size() == (was_used ? 1 : 0));
    CHECK(shop.test.verify() == none());
  }
}

TEST_CASE("a voucher keeps what was not used, and gets back what was") {
  Shop shop;
  shop.sell("1", {{"flour", 1000, 9000}});
  REQUIRE(facts(shop.test).rights_size() == 1);
  CHECK(facts(shop.test).rights(0).amount_left_minor() == 500);
  const v1::RecordContext before = shop.test.context("c1");
  CHECK(shop.sell("2", {{"cake", 1000, 300}}).paid_net_minor() == 0);
  CHECK(facts(shop.test).rights(0).amount_left_minor() == 200);
  const v1::RecordedSale over = shop.sell("3", {{"cake", 1000, 400}}, before);
  REQUIRE(over.differences_size() == 1);
  CHECK(over.differences(0).right_overused().amount_minor() == 200);
  CHECK(facts(shop.test).rights().empty());
  shop.bring_back("4", "2", {{"cake", 1000, 300}});
  CHECK(facts(shop.test).rights(0).amount_left_minor() == 300);
  shop.bring_back("5", "3", {{"cake", 1000, 400}});
  CHECK(facts(shop.test).rights(0).amount_left_minor() == 500);
  CHECK(shop.test.verify() == none());
}

TEST_CASE("limits count what the server knows, and not what came back whole") {
  Shop shop;
  const std::vector<TestLine> tea = {{"tea", 2000, 500}};
  const v1::RecordContext before = shop.test.context("c1");
  CHECK(shop.sell("1", tea, before).differences().empty());
  REQUIRE(facts(shop.test).uses_size() == 1);
  CHECK(facts(shop.test).uses(0).benefit_id() == "tea");
  CHECK(facts(shop.test).uses(0).last_use_date() == "2026-01-01");
  CHECK(facts(shop.test).uses(0).day_count() == 1);
  CHECK(shop.sell("2", tea).paid_net_minor() == 1000);

  const v1::RecordedSale again = shop.sell("3", tea, before, "r2");
  CHECK(again.paid_net_minor() == 900);
  REQUIRE(again.differences_size() == 1);
  CHECK(again.differences(0).limit_exceeded().benefit_id() == "tea");
  CHECK(again.differences(0).limit_exceeded().period() == v1::LIMIT_PERIOD_DAY);
  CHECK(facts(shop.test).uses(0).total_count() == 2);

  shop.bring_back("4", "1", {{"tea", 1000, 500}});
  CHECK(facts(shop.test).uses(0).total_count() == 2);
  shop.bring_back("5", "1", {{"tea", 1000, 500}});
  CHECK(facts(shop.test).uses(0).total_count() == 1);
  CHECK(shop.test.verify() == none());
}

TEST_CASE("a budget of the club is spent by all, and told to all") {
  Shop shop(
      "time_zone: 'UTC' benefits { benefit_id: 'few' title: 'F'"
      " effect { percent_off_lines { percent_bps: 1000 } }"
      " limits { club_count: 2 club_budget_minor: 150 } }");
  shop.test.enroll("c2", "2026-01-01T09:00:00Z");
  const v1::RecordContext before = shop.test.context("c1");
  shop.test.record("r1", sale("1", "2026-01-01T10:00:00Z", "c2", {{"milk", 1000, 1000}}),
                   shop.test.context("c2"));
  const v1::MemberFacts told = facts(shop.test);
  REQUIRE(told.uses_size() == 1);
  CHECK(told.uses(0).club_count() == 1);
  CHECK(told.uses(0).club_saved_minor() == 100);
  CHECK(told.uses(0).total_count() == 0);
  const v1::RecordedSale over = shop.sell("2", {{"milk", 1000, 1000}}, before, "r2");
  REQUIRE(over.differences_size() == 1);
  CHECK(over.differences(0).limit_exceeded().period() == v1::LIMIT_PERIOD_CLUB_BUDGET);
  const v1::RecordedSale third = shop.sell("3", {{"milk", 1000, 100}}, before, "r2");
  REQUIRE(third.differences_size() == 2);
  CHECK(third.differences(0).limit_exceeded().period() == v1::LIMIT_PERIOD_CLUB);
  shop.bring_back("4", "1", {{"milk", 1000, 1000}});
  CHECK(facts(shop.test).uses(0).club_count() == 2);
  CHECK(facts(shop.test).uses(0).club_saved_minor() == 110);
  CHECK(shop.test.verify() == none());
}

TEST_CASE("a sale uses up its hold, and frees what it did not use") {
  Shop shop(
      "time_zone: 'UTC' points { earn_rules { rule_id: 'base' per_amount {"
      " points_milli: 1000 amount_minor: 100 } } spending {"
      " thousand_points_value_minor: 1000 step_milli: 1000 } }");
  shop.sell("1", {{"milk", 5000, 1000}});
  const v1::RecordContext before = shop.test.context("c1");
  v1::PlaceHoldRequest request;
  request.set_request_id("h");
  request.set_member_id(before.member_id());
  request.set_points_milli(40'000);
  const ClubViewPtr view = shop.test.club().view();
  const auto hold = wait_for<v1::PlaceHoldResponse>([&](auto answer) {
    place_hold(shop.test.club(), *view->register_of_id("r1"), request, std::move(answer));
  });
  REQUIRE(hold.ok());
  CHECK(facts(shop.test).points().available_milli() == 10'000);
  CHECK(facts(shop.test).points().held_milli() == 40'000);

  const auto sell = [&](const std::string& at_register, const std::string& receipt,
                        int64_t spend_milli) {
    v1::Sale paid = sale(receipt, "2026-01-01T10:00:00Z", "c1", {{"milk", 1000, 50}});
    paid.set_spend_points_milli(spend_milli);
    v1::RecordContext context = before;
    context.set_hold_id(hold->hold_id());
    shop.test.record(at_register, paid, context);
    return shop.test.recorded(at_register, receipt);
  };
  // Another register's hold is not this one's to use.
  CHECK(sell("r2", "1", 10'000).differences().empty());
  CHECK(facts(shop.test).points().held_milli() == 40'000);
  CHECK(sell("r1", "2", 30'000).differences().empty());
  CHECK(facts(shop.test).points().held_milli() == 0);
  CHECK(facts(shop.test).points().available_milli() == 10'000);
  // It is used once.
  CHECK(sell("r1", "3", 10'000).differences().empty());
  CHECK(facts(shop.test).points().available_milli() == 0);
  CHECK(shop.test.verify() == none());
}

TEST_CASE(
    "what gift balance paid comes back as gift balance, and what was sold of it is no spend") {
  TestClub test;  // a program that promises nothing
  test.enroll("c1", "2026-01-01T09:00:00Z");
  v1::Sale paid = sale("1", "2026-01-01T10:00:00Z", "c1", {{"milk", 3000, 1000}, {"card"}});
  paid.mutable_lines(1)->set_is_gift_balance(true);
  v1::Tender& tender = *paid.add_tenders();
  tender.set_kind(v1::TENDER_KIND_GIFT_BALANCE);
  tender.set_amount_minor(1600);
  REQUIRE(test.record("r1", paid).has_recorded());
  CHECK(facts(test).net_spend_minor() == 3000);
  const auto kept_of = [&] { return test.recorded("r1", "1").receipt().kept_lines(0); };
  CHECK(kept_of().paid_gift_balance_minor() == 1200);
  CHECK(kept_of().gift_balance_minor() == 1200);
  test.record("r1", returned_from("r1", "1",
                                  returned("2", "2026-01-01T11:00:00Z", {{"milk", 1000, 1000}})));
  CHECK(kept_of().refund_minor() == 2000);
  CHECK(kept_of().gift_balance_minor() == 800);
  CHECK(kept_of().paid_gift_balance_minor() == 1200);
  CHECK(facts(test).net_spend_minor() == 2000);
  CHECK(test.verify() == none());
}

TEST_CASE("facts are the same for the same state, sealed, and every visible change has a number") {
  Shop shop;
  const v1::MemberFacts first = facts(shop.test);
  CHECK(facts(shop.test).SerializeAsString() == first.SerializeAsString());
  CHECK(first.seal().size() == 32);
  int64_t snapshot = first.snapshot();
  for (const auto& lines : std::vector<std::vector<TestLine>>{
           {{"milk", 1000, 5000}}, {{"bread", 1000, 1000}}, {{"tea", 1000, 1000}}}) {
    shop.sell(std::to_string(snapshot), lines);
    CHECK(facts(shop.test).snapshot() > snapshot);
    snapshot = facts(shop.test).snapshot();
  }
}

}  // namespace
}  // namespace moadon
