#include "server/operations/test_promises.h"

#include <utility>
#include <vector>

#include "server/operations/adjust_points.h"
#include "server/operations/lock_tier.h"
#include "server/operations/place_hold.h"
#include "server/operations/read_members.h"
#include "tests/catch.h"

namespace moadon {
namespace {

v1::Benefit benefit(const std::string& id) {
  v1::Benefit made;
  made.set_benefit_id(id);
  made.set_title(id);
  return made;
}

void add_benefits(v1::Program& program) {
  v1::Benefit tea = benefit("tea10");
  tea.mutable_effect()->mutable_percent_off_lines()->set_percent_bps(1000);
  tea.mutable_effect()->mutable_percent_off_lines()->mutable_filter()->add_skus("tea");
  *program.add_benefits() = std::move(tea);
  v1::Benefit coupon = benefit("milk-coupon");
  coupon.add_conditions()->mutable_products()->mutable_filter()->add_skus("milk");
  coupon.mutable_effect()->mutable_grant_right()->set_right_id("five");
  *program.add_benefits() = std::move(coupon);
  v1::Benefit five = benefit("five-off");
  five.add_conditions()->mutable_right_held()->set_right_id("five");
  five.mutable_effect()->mutable_amount_off_basket()->set_amount_minor(500);
  *program.add_benefits() = std::move(five);
  v1::Benefit anyone = benefit("bag-deal");
  anyone.set_for_anyone(true);
  anyone.mutable_effect()->mutable_amount_off_lines()->set_amount_minor(100);
  anyone.mutable_effect()->mutable_amount_off_lines()->mutable_filter()->add_skus("sack");
  *program.add_benefits() = std::move(anyone);
}

void add_rights(v1::Program& program) {
  v1::RightKind& five = *program.add_rights();
  five.set_right_id("five");
  five.set_title("5.00 off");
  five.mutable_coupon();
  five.set_valid_days(30);
  v1::RightKind& welcome = *program.add_rights();
  welcome.set_right_id("welcome");
  welcome.set_title("10.00 for gold");
  welcome.mutable_voucher()->set_amount_minor(1000);
  v1::Benefit use = benefit("welcome-off");
  use.add_conditions()->mutable_right_held()->set_right_id("welcome");
  use.add_conditions()->mutable_coupon_code()->add_codes("WELCOME");
  use.mutable_effect()->mutable_voucher_amount();
  *program.add_benefits() = std::move(use);
}

void add_tiers(v1::Program& program) {
  v1::Tier& silver = *program.add_tiers();
  silver.set_tier_id("silver");
  silver.set_title("Silver");
  silver.add_any_of()->set_spend_minor(100'00);
  silver.set_rolling_days(90);
  silver.set_grace_days(10);
  silver.mutable_entry_gift()->set_points_milli(50'000);
  v1::Tier& gold = *program.add_tiers();
  gold.set_tier_id("gold");
  gold.set_title("Gold");
  v1::TierBar& bar = *gold.add_any_of();
  bar.set_spend_minor(500'00);
  bar.set_purchase_days(3);
  gold.mutable_calendar_year();
  gold.mutable_entry_gift()->set_right_id("welcome");
}

template <typename Response, typename Request, typename Operation>
Response done(TestClub& test, Operation operation, const Request& request) {
  auto response =
      wait_for<Response>([&](auto answer) { operation(test.club(), request, std::move(answer)); });
  INFO(response.status());
  REQUIRE(response.ok());
  return *response;
}

// Sells at the time of the sale, to `member_id` as just identified; empty: to nobody.
void sell(TestClub& test, const v1::Sale& made, const std::string& member_id) {
  test.clock().set(static_cast<int64_t>(made.occurred_at().seconds()) * 1'000'000);
  v1::RecordContext context;
  if (!member_id.empty()) context = priced_for(test, member_id);
  REQUIRE(test.record("r1", made, context).has_recorded());
}

void take_back(TestClub& test, const v1::Return& back) {
  test.clock().set(static_cast<int64_t>(back.occurred_at().seconds()) * 1'000'000);
  REQUIRE(test.record("r1", back).has_recorded());
}

void hold_points_and_voucher(TestClub& test, const std::string& member_id) {
  v1::PlaceHoldRequest request;
  request.set_request_id("hold-1");
  request.set_member_id(member_id);
  request.set_points_milli(20'000);
  const v1::MemberFacts facts = facts_of(test, member_id);
  for (const v1::HeldRight& right : facts.rights()) {
    if (right.right_id() != "welcome") continue;
    v1::RightUse& use = *request.add_rights();
    use.set_grant_id(right.grant_id());
    use.set_amount_minor(200);
  }
  REQUIRE(request.rights_size() == 1);
  const ClubViewPtr view = test.club().view();
  const auto held = wait_for<v1::PlaceHoldResponse>([&](auto answer) {
    place_hold(test.club(), *view->register_of_id("r1"), request, std::move(answer));
  });
  INFO(held.status());
  REQUIRE(held.ok());
}

void decide(TestClub& test, const std::string& given, const std::string& locked) {
  v1::AdjustPointsRequest adjust;
  adjust.set_request_id("sorry");
  adjust.set_member_id(given);
  adjust.set_points_milli(20'000);
  adjust.set_note("the queue was long");
  adjust.set_actor("owner");
  done<v1::AdjustPointsResponse>(test, adjust_points, adjust);
  v1::LockTierRequest lock;
  lock.set_request_id("friend");
  lock.set_member_id(locked);
  lock.set_tier_id("silver");
  lock.set_until_date("2026-02-20");
  lock.set_note("a friend of the house");
  lock.set_actor("owner");
  done<v1::LockTierResponse>(test, lock_tier, lock);
}

}  // namespace

v1::Program promising_program() {
  v1::Program program = TestClub::program();
  program.set_return_grace_days(10);
  v1::PointRules& points = *program.mutable_points();
  v1::EarnRule& rule = *points.add_earn_rules();
  rule.set_rule_id("all");
  rule.mutable_per_amount()->set_points_milli(1000);
  rule.mutable_per_amount()->set_amount_minor(100);
  points.set_expiry_days(60);
  points.mutable_spending()->set_thousand_points_value_minor(1000);
  points.mutable_spending()->set_step_milli(1000);
  add_benefits(program);
  add_rights(program);
  add_tiers(program);
  return program;
}

v1::MemberFacts facts_of(TestClub& test, const std::string& member_id) {
  v1::GetFactsRequest request;
  request.set_member_id(member_id);
  const auto facts = get_facts(test.club(), request);
  INFO(facts.status());
  REQUIRE(facts.ok());
  return facts->facts();
}

v1::RecordContext priced_for(TestClub& test, const std::string& member_id) {
  v1::RecordContext context;
  context.set_member_id(member_id);
  *context.mutable_facts() = facts_of(test, member_id);
  context.set_program_version(static_cast<int64_t>(test.club().view()->programs().size()));
  return context;
}

void fill_with_promises(TestClub& test) {
  test.publish(promising_program());
  const std::string c1 = test.enroll("c1", "2026-01-01T09:00:00Z");
  const std::string c2 = test.enroll("c2", "2026-01-01T09:00:00Z");
  sell(test, sale("1", "2026-01-05T10:00:00Z", "c1", {{"tea", 3000, 2000}, {"milk", 2000, 3000}}),
       c1);
  v1::Sale second = sale("2", "2026-01-10T10:00:00Z", "c1", {{"bag", 2000, 10'000}});
  second.set_spend_points_milli(100'000);
  sell(test, second, c1);
  take_back(test, returned_from("r1", "2",
                                returned("3", "2026-01-12T10:00:00Z", {{"bag", 1000, 10'000}})));
  sell(test, sale("4", "2026-01-20T10:00:00Z", "c1", {{"bag", 4000, 10'000}}), c1);
  sell(test, sale("6", "2026-01-22T10:00:00Z", "", {{"sack", 2000, 1000}}), "");
  decide(test, c1, c2);
  sell(test, sale("7", "2026-01-23T10:00:00Z", "c2", {{"tea", 1000, 2000}}), c2);
  hold_points_and_voucher(test, c1);
  take_back(test,
            returned_from("r1", "1", returned("8", "2026-02-10T10:00:00Z", {{"tea", 1000, 2000}})));
  take_back(test, returned_from("r1", "6",
                                returned("9", "2026-02-11T10:00:00Z", {{"sack", 2000, 1000}})));
  test.clock().set(us("2026-03-20T12:00:00Z"));
  test.age();
  REQUIRE(test.verify() == std::vector<std::string>{});
}

}  // namespace moadon
