// Points and rights through the whole agent: set aside, used, given back, whoever crashes when.
#include <filesystem>

#include "client/agent/test_house.h"
#include "rules/calendar.h"
#include "rules/refusal.h"
#include "tests/catch.h"

namespace moadon::agent {
namespace {

using Stub = v1::RegisterService::Stub;

// One point per 1.00; a point pays 0.01; 2.00 off with a coffee coupon.
v1::Program points_program() {
  v1::Program program = program_of("en");
  v1::EarnRule& earn = *program.mutable_points()->add_earn_rules();
  earn.set_rule_id("spend");
  earn.mutable_per_amount()->set_points_milli(1000);
  earn.mutable_per_amount()->set_amount_minor(100);
  v1::PointSpending& spending = *program.mutable_points()->mutable_spending();
  spending.set_thousand_points_value_minor(1000);
  spending.set_step_milli(1000);
  v1::RightKind& coffee = *program.add_rights();
  coffee.set_right_id("coffee");
  coffee.set_title("Coffee");
  coffee.mutable_coupon();
  v1::Benefit& benefit = *program.add_benefits();
  benefit.set_benefit_id("coffee");
  benefit.set_title("Coffee coupon");
  benefit.add_conditions()->mutable_right_held()->set_right_id("coffee");
  benefit.mutable_effect()->mutable_amount_off_basket()->set_amount_minor(200);
  return program;
}

v1::MemberFacts facts_with(int64_t available_milli, int coffees) {
  v1::MemberFacts facts;
  facts.mutable_points()->set_available_milli(available_milli);
  v1::HeldRight& right = *facts.add_rights();
  right.set_grant_id("grant-1");
  right.set_right_id("coffee");
  right.set_valid_from_date("2020-01-01");
  right.set_uses_left(coffees);
  return facts;
}

// A member with 300 points at till R1; all of it goes through one agent.
struct Shop {
  explicit Shop(int64_t available_milli = 300'000, int coffees = 0) {
    house.club.publish(points_program());
    house.club.set_facts(facts_with(available_milli, coffees));
    start();
    identify();
  }
  void start() {
    agent.reset();
    agent = house.start();
    REQUIRE(eventually([&] { return till().status().program_version() == 1; }));
  }
  Register till(const char* id = "R1") { return house.at(*agent, id); }
  void identify() {
    v1::IdentifyRequest who;
    who.mutable_key()->set_card("77");
    REQUIRE(till().call(&Stub::Identify, who).ok());
  }

  v1::HoldRequest basket(const std::string& request_id, int64_t spend_milli = 300'000) const {
    v1::HoldRequest request;
    *request.mutable_basket()->mutable_lines() = sale_of("").lines();
    request.mutable_basket()->set_member_id("member-of-77");
    request.mutable_basket()->set_spend_points_milli(spend_milli);
    request.set_request_id(request_id);
    return request;
  }
  absl::StatusOr<v1::HoldResponse> hold(const v1::HoldRequest& request, const char* id = "R1") {
    return till(id).call(&Stub::Hold, request);
  }
  absl::StatusOr<v1::CommitResponse> commit(const std::string& receipt,
                                            const v1::HoldResponse& held) {
    v1::CommitRequest request;
    *request.mutable_sale() = sale_of(receipt);
    request.mutable_sale()->set_spend_points_milli(held.quote().points().spent_milli());
    request.set_member_id("member-of-77");
    request.set_hold_id(held.hold().hold_id());
    *request.mutable_quote() = held.quote().reference();
    return till().call(&Stub::Commit, request);
  }
  absl::Status cancel(const std::string& hold_id) {
    v1::CancelRequest request;
    request.set_hold_id(hold_id);
    return till().call(&Stub::Cancel, request).status();
  }
  bool nothing_is_held() const { return house.club.open_holds().empty(); }

  House house;
  std::unique_ptr<Agent> agent;
};

}  // namespace

TEST_CASE("a hold is used up by its sale, which carries the facts of before") {
  Shop shop;
  const auto held = shop.hold(shop.basket("h1"));
  REQUIRE(held.ok());
  CHECK(held->quote().points().spent_milli() == 300'000);
  CHECK(held->quote().due_minor() == 700);
  CHECK(shop.house.club.facts().points().available_milli() == 0);
  const auto expire_us = time_us_of(held->hold().expire_time(), "expire_time");
  CHECK(*expire_us > 1'800'000'000'000'000);
  shop.identify();  // newer facts are here now

  const auto committed = shop.commit("1", *held);
  REQUIRE(committed.ok());
  CHECK(committed->quote().points().spent_milli() == 300'000);
  CHECK(committed->quote().points().earned_milli() == 7000);
  CHECK(shop.commit("1", *held)->SerializeAsString() == committed->SerializeAsString());
  REQUIRE(eventually([&] { return shop.house.club.recorded().size() == 1; }));
  const v1::RecordContext context = shop.house.club.context_of("R1/1");
  CHECK(context.hold_id() == held->hold().hold_id());
  CHECK(context.facts().snapshot() == held->quote().facts_snapshot());
  CHECK(context.facts().points().available_milli() == 300'000);
  CHECK(context.program_version() == 1);
  CHECK(shop.nothing_is_held());
  // Too late to give up what was used.
  CHECK(shop.cancel(held->hold().hold_id()).ok());
  CHECK(shop.house.club.facts().points().available_milli() == 0);
}

TEST_CASE("the same hold again is the same answer, another basket under its name is refused") {
  Shop shop;
  const auto held = shop.hold(shop.basket("h1"));
  REQUIRE(held.ok());
  CHECK(shop.hold(shop.basket("h1"))->SerializeAsString() == held->SerializeAsString());
  CHECK(reason_of(shop.hold(shop.basket("h1", 200'000)).status()) == v1::REASON_REQUEST_REUSED);
  shop.start();
  CHECK(shop.hold(shop.basket("h1"))->SerializeAsString() == held->SerializeAsString());
  CHECK(shop.house.club.open_holds().size() == 1);
}

TEST_CASE("what uses nothing needs no hold and no name") {
  Shop shop;
  const auto quoted = shop.hold(shop.basket("", 0));
  REQUIRE(quoted.ok());
  CHECK_FALSE(quoted->has_hold());
  CHECK(quoted->quote().total_minor() == 1000);
  const auto unnamed = shop.hold(shop.basket(""));
  CHECK(reason_of(unnamed.status()) == v1::REASON_FIELD_MISSING);
  CHECK(detail_of(unnamed.status()).values().at("field") == "request_id");
  CHECK(shop.nothing_is_held());
}

TEST_CASE("a second register is priced with what is left") {
  Shop shop;
  REQUIRE(shop.hold(shop.basket("h1", 200'000)).ok());
  const auto second = shop.hold(shop.basket("h1", 300'000), "R2");
  REQUIRE(second.ok());
  CHECK(second->quote().points().spent_milli() == 100'000);
  CHECK(second->hold().hold_id() != "hold-1");
  const auto third = shop.hold(shop.basket("h2", 300'000), "R2");
  REQUIRE(third.ok());
  CHECK(third->quote().points().spent_milli() == 0);
  CHECK_FALSE(third->has_hold());
}

TEST_CASE("whoever is named as enrolled here without the server is priced with what is left, too") {
  Shop shop;
  shop.house.club.go_away();
  v1::EnrollRequest newcomer;
  newcomer.mutable_member()->add_keys()->set_card("77");
  newcomer.mutable_member()->set_first_name("Noa");
  const auto enrolled = shop.till().call(&Stub::Enroll, newcomer);
  REQUIRE(enrolled.ok());
  REQUIRE(enrolled->member().is_provisional());
  shop.house.club.come_back();
  REQUIRE(eventually([&] { return shop.till().status().undelivered_count() == 0; }));

  v1::HoldRequest request = shop.basket("h1", 300'000);
  request.mutable_basket()->set_member_id(enrolled->member().facts().member_id());
  shop.house.club.set_facts(facts_with(100'000, 0));  // the rest was spent elsewhere
  const auto held = shop.hold(request);
  REQUIRE(held.ok());
  CHECK(held->quote().points().spent_milli() == 100'000);
  CHECK(held->has_hold());
}

TEST_CASE("a right that another register holds is not there") {
  Shop shop(0, 1);
  const auto first = shop.hold(shop.basket("h1", 0));
  REQUIRE(first.ok());
  CHECK(first->quote().total_minor() == 800);
  CHECK(first->quote().rights_used_size() == 1);
  const auto second = shop.hold(shop.basket("h2", 0), "R2");
  REQUIRE(second.ok());
  CHECK(second->quote().total_minor() == 1000);
  REQUIRE(second->quote().not_applied_size() == 1);
  CHECK(second->quote().not_applied(0).cashier_text() == "needs: Coffee");
  REQUIRE(shop.cancel(first->hold().hold_id()).ok());
  CHECK(shop.hold(shop.basket("h3", 0), "R2")->quote().total_minor() == 800);
}

TEST_CASE("a hold that is cancelled is free at once, and later where the server is away") {
  Shop shop;
  const auto first = shop.hold(shop.basket("h1"));
  REQUIRE(first.ok());
  REQUIRE(shop.cancel(first->hold().hold_id()).ok());
  CHECK(shop.nothing_is_held());
  CHECK(shop.cancel(first->hold().hold_id()).ok());
  CHECK(reason_of(shop.cancel("never")) == v1::REASON_HOLD_UNKNOWN);
  CHECK(reason_of(shop.cancel("")) == v1::REASON_FIELD_MISSING);

  const auto second = shop.hold(shop.basket("h2"));
  REQUIRE(second.ok());
  shop.house.club.go_away();
  REQUIRE(shop.cancel(second->hold().hold_id()).ok());
  shop.start();
  CHECK(shop.house.club.open_holds().size() == 1);
  shop.house.club.come_back();
  CHECK(eventually([&] { return shop.nothing_is_held(); }));
  CHECK(shop.house.club.facts().points().available_milli() == 300'000);
}

TEST_CASE("a hold that no sale uses ends after its time, also when the agent starts again") {
  Shop shop;
  const auto held = shop.hold(shop.basket("h1"));
  REQUIRE(held.ok());
  shop.agent.reset();
  shop.house.club.pass(absl::Minutes(14));
  shop.start();
  absl::SleepFor(absl::Milliseconds(300));
  CHECK(shop.house.club.open_holds().size() == 1);
  shop.agent.reset();
  shop.house.club.pass(absl::Minutes(1));
  shop.start();
  CHECK(eventually([&] { return shop.nothing_is_held(); }));
  // A sale that comes after that still goes, and names the hold it was priced with.
  REQUIRE(shop.commit("1", *held).ok());
  REQUIRE(eventually([&] { return shop.house.club.recorded().size() == 1; }));
  CHECK(shop.house.club.context_of("R1/1").hold_id() == held->hold().hold_id());
  CHECK(shop.house.club.context_of("R1/1").facts().points().available_milli() == 300'000);
  CHECK(shop.house.club.facts().points().available_milli() == 300'000);
}

TEST_CASE("a hold that a sale uses is never given up, however late the sale is delivered") {
  Shop shop;
  const auto held = shop.hold(shop.basket("h1"));
  REQUIRE(held.ok());
  shop.house.club.refuse_receipt("1", v1::REASON_BUSY);
  REQUIRE(shop.commit("1", *held).ok());
  shop.agent.reset();
  shop.house.club.pass(absl::Hours(2));
  shop.start();
  absl::SleepFor(absl::Milliseconds(500));
  CHECK(shop.house.club.open_holds().size() == 1);
  CHECK(shop.house.club.facts().points().available_milli() == 0);
  shop.house.club.refuse_receipt("1", v1::REASON_UNSPECIFIED);
  CHECK(eventually([&] { return shop.nothing_is_held(); }));
  CHECK(shop.house.club.facts().points().available_milli() == 0);
}

TEST_CASE("without the server a right that is not leased is left alone, in quote and sale") {
  Shop shop(0, 1);
  shop.house.club.go_away();
  REQUIRE(eventually([&] { return !shop.till().status().online(); }));
  const auto plain = shop.hold(shop.basket("h1", 0));
  REQUIRE(plain.ok());
  CHECK(plain->quote().total_minor() == 1000);
  REQUIRE(plain->quote().not_applied_size() == 1);
  CHECK(plain->quote().not_applied(0).has_server_needed());
  CHECK_FALSE(plain->has_hold());
  const auto committed = shop.commit("1", *plain);
  REQUIRE(committed.ok());
  CHECK(committed->total_minor() == 1000);
  CHECK(committed->quote().rights_used().empty());
}

TEST_CASE("a hold whose answer was lost is found by asking again, or ends by itself") {
  Shop shop;
  shop.house.club.lose_hold_answers(true);
  CHECK(reason_of(shop.hold(shop.basket("h1", 100'000)).status()) == v1::REASON_SERVER_UNREACHABLE);
  CHECK(shop.house.club.open_holds().size() == 1);
  shop.house.club.lose_hold_answers(false);
  REQUIRE(eventually([&] { return shop.till().status().online(); }));
  const auto found = shop.hold(shop.basket("h1", 100'000));
  REQUIRE(found.ok());
  CHECK(found->hold().hold_id() == "hold-1");
  CHECK(shop.house.club.open_holds().size() == 1);

  shop.house.club.lose_hold_answers(true);
  CHECK_FALSE(shop.hold(shop.basket("h2", 100'000)).ok());
  shop.house.club.lose_hold_answers(false);
  shop.agent.reset();
  shop.house.club.pass(absl::Minutes(3));
  shop.start();
  CHECK(eventually([&] { return shop.house.club.open_holds().size() == 1; }));
  CHECK(reason_of(shop.hold(shop.basket("h2", 100'000)).status()) == v1::REASON_REQUEST_REUSED);
}

TEST_CASE("a return gives points and gift balance back in kind") {
  Shop shop;
  v1::HoldRequest basket = shop.basket("h1");
  basket.mutable_basket()->set_gift_balance_minor(100);
  const auto held = shop.hold(basket);
  REQUIRE(held.ok());
  v1::CommitRequest sale;
  *sale.mutable_sale() = sale_of("1");
  sale.mutable_sale()->set_spend_points_milli(300'000);
  v1::Tender& gift = *sale.mutable_sale()->add_tenders();
  gift.set_kind(v1::TENDER_KIND_GIFT_BALANCE);
  gift.set_amount_minor(100);
  sale.set_hold_id(held->hold().hold_id());
  *sale.mutable_quote() = held->quote().reference();
  const auto committed = shop.till().call(&Stub::Commit, sale);
  REQUIRE(committed.ok());
  CHECK(committed->total_minor() == 1000);
  CHECK(committed->quote().due_minor() == 600);

  const auto half = shop.till().give_back(return_of("2", "1", 1000));
  REQUIRE(half.ok());
  CHECK(half->refund_minor() == 500);
  CHECK(half->points_minor() == 150);
  CHECK(half->points_milli() == 150'000);
  CHECK(half->gift_balance_minor() == 50);
  v1::GetReceiptRequest which;
  which.set_receipt("1");
  const v1::KeptLine kept = shop.till().call(&Stub::GetReceipt, which)->kept_lines(0);
  CHECK(kept.kept_milli() == 1000);
  CHECK(kept.refund_minor() == 500);
  CHECK(kept.points_milli() == 150'000);
  CHECK(kept.gift_balance_minor() == 50);
  CHECK(kept.paid_net_minor() == 1000);
  CHECK(kept.paid_points_minor() == 300);
  REQUIRE(shop.till().give_back(return_of("3", "1", 1000)).ok());
  CHECK(shop.till().give_back(return_of("2", "1", 1000))->SerializeAsString() ==
        half->SerializeAsString());
}

TEST_CASE("receipt lines are made for the printers there are") {
  Shop shop;
  v1::QuoteRequest request;
  *request.mutable_basket() = shop.basket("").basket();
  for (const int columns : {32, 42, 48}) {
    request.set_receipt_columns(columns);
    CHECK(shop.till().call(&Stub::Quote, request)->quote().receipt_lines_size() > 5);
  }
  request.set_receipt_columns(40);
  const auto refused = shop.till().call(&Stub::Quote, request);
  CHECK(reason_of(refused.status()) == v1::REASON_FIELD_INVALID);
  CHECK(detail_of(refused.status()).values().at("field") == "receipt_columns");
}

TEST_CASE("a restart offline still prices in the branch, for the members it is told of") {
  Shop shop;
  shop.house.club.set_place("B7", "America/New_York", 60);
  v1::Program program = points_program();
  v1::Benefit& here = *program.add_benefits();
  here.set_benefit_id("here");
  here.set_title("Here");
  here.set_for_anyone(true);
  here.add_conditions()->mutable_branches()->add_branch_ids("B7");
  here.mutable_effect()->mutable_percent_off_basket()->set_percent_bps(1000);
  program.mutable_start_time()->set_seconds(1);
  shop.house.club.publish(program);
  v1::QuoteRequest request;
  *request.mutable_basket()->mutable_lines() = sale_of("").lines();
  const auto price = [&] {
    const auto quoted = shop.till().call(&Stub::Quote, request);
    return quoted.ok() ? quoted->quote().total_minor() : -1;
  };
  shop.agent.reset();
  shop.agent = shop.house.start();
  CHECK(eventually([&] { return price() == 900; }));
  shop.agent.reset();
  shop.house.club.go_away();
  shop.agent = shop.house.start();
  CHECK(price() == 900);
}

}  // namespace moadon::agent
