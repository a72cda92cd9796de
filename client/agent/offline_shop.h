// For tests: a till without its server, and members of whom its agent knows what is on their cards.
#pragma once

#include <algorithm>
#include <atomic>
#include <memory>
#include <string>

#include "client/agent/made_cards.h"
#include "client/agent/test_house.h"
#include "rules/calendar.h"

namespace moadon::agent {

inline constexpr int64_t kFakeServerSeconds = 1'800'000'000;  // 2027-01-15, as FakeClub tells it

// A machine's clock that can be set, and restarts of the machine.
class SetClock final : public Clock {
 public:
  int64_t now_us() const override {
    return std::clamp(machine_.now_us() + ahead_us_.load(), kMinTimeUs, kMaxTimeUs);
  }
  absl::Duration monotonic() const override {
    return machine_.monotonic() + absl::Microseconds(passed_us_.load());
  }
  std::string boot_id() const override { return "boot-" + std::to_string(boots_); }

  void set(int64_t seconds) { ahead_us_ = seconds * 1'000'000 - machine_.now_us(); }
  // Time passes, which no clock denies.
  void pass(absl::Duration duration) {
    passed_us_ += absl::ToInt64Microseconds(duration);
    ahead_us_ += absl::ToInt64Microseconds(duration);
  }
  void restart_machine() { ++boots_; }

 private:
  const SystemClock machine_;
  std::atomic<int64_t> ahead_us_ = 0;
  std::atomic<int64_t> passed_us_ = 0;
  std::atomic<int> boots_ = 1;
};

// A point pays 0.01, half of the points known at most, 1.00 for a member and 2.50 at a register.
// 2.00 off with a coffee coupon; half off with the code HALF, out of 100.00 for the whole club.
inline v1::Program caps_program() {
  v1::Program program = program_of("en");
  v1::PointSpending& spending = *program.mutable_points()->mutable_spending();
  spending.set_thousand_points_value_minor(1000);
  spending.set_step_milli(1000);
  v1::RightKind& coffee = *program.add_rights();
  coffee.set_right_id("coffee");
  coffee.set_title("Coffee");
  coffee.mutable_coupon();
  v1::Benefit& coupon = *program.add_benefits();
  coupon.set_benefit_id("coffee");
  coupon.set_title("Coffee coupon");
  coupon.add_conditions()->mutable_right_held()->set_right_id("coffee");
  coupon.mutable_effect()->mutable_amount_off_basket()->set_amount_minor(200);
  v1::Benefit& half = *program.add_benefits();
  half.set_benefit_id("half");
  half.set_title("Half");
  half.add_conditions()->mutable_coupon_code()->add_codes("HALF");
  half.mutable_effect()->mutable_percent_off_basket()->set_percent_bps(5000);
  half.mutable_limits()->set_club_budget_minor(10'000);
  program.mutable_offline()->set_member_limit_minor(100);
  program.mutable_offline()->set_register_limit_minor(250);
  program.mutable_offline()->mutable_leases()->set_rights_per_register(10);
  return program;
}

// Members 1 to 20 (made_cards.h) have 250 points and a coffee coupon each.
struct OfflineShop : House {
  explicit OfflineShop(const v1::Program& program = caps_program()) {
    club.publish(program);
    club.add_cards(1, 20);
    open();
    REQUIRE(eventually([&] {
      return till->status().cached_member_count() == 20 && till->status().program_version() > 0;
    }));
  }

  // Another process of the agent.
  void open() {
    till.reset();
    agent.reset();
    agent = Agent::start(directory, settings, set_clock).value();
    till = std::make_unique<Register>(*agent, directory.path(), "R1");
  }
  void go_offline() {
    club.go_away();
    REQUIRE(eventually([&] { return !till->status().online(); }));
  }
  void go_online() {
    club.come_back();
    REQUIRE(eventually([&] { return till->status().online(); }));
  }

  static v1::Basket basket(const std::string& member_id, int64_t spend_milli,
                           const std::string& code = "") {
    v1::Basket made;
    *made.mutable_lines() = sale_of("").lines();
    made.set_member_id(member_id);
    made.set_spend_points_milli(spend_milli);
    if (!code.empty()) made.add_coupon_codes(code);
    return made;
  }
  absl::StatusOr<v1::HoldResponse> hold(const v1::Basket& basket, const std::string& request_id) {
    v1::HoldRequest request;
    *request.mutable_basket() = basket;
    request.set_request_id(request_id);
    return till->call(&v1::RegisterService::Stub::Hold, request);
  }
  v1::Quote quote(const v1::Basket& basket) {
    v1::QuoteRequest request;
    *request.mutable_basket() = basket;
    const auto quoted = till->call(&v1::RegisterService::Stub::Quote, request);
    REQUIRE(quoted.ok());
    return quoted->quote();
  }
  absl::StatusOr<v1::CommitResponse> commit(const std::string& receipt, const v1::Basket& basket,
                                            const v1::QuoteReference& reference,
                                            const std::string& hold_id = "") {
    v1::CommitRequest request;
    *request.mutable_sale() = sale_of(receipt);
    request.mutable_sale()->set_spend_points_milli(basket.spend_points_milli());
    request.mutable_sale()->set_without_rights(basket.without_rights());
    *request.mutable_sale()->mutable_coupon_codes() = basket.coupon_codes();
    request.set_member_id(basket.member_id());
    request.set_hold_id(hold_id);
    *request.mutable_quote() = reference;
    return till->call(&v1::RegisterService::Stub::Commit, request);
  }
  // Sells to the member for as many points as may be; what points paid.
  int64_t sell_for_points(const std::string& receipt, const std::string& member_id) {
    const v1::Basket wanted = basket(member_id, 250'000);
    const auto held = hold(wanted, "hold-of-" + receipt);
    REQUIRE(held.ok());
    const auto sold = commit(receipt, wanted, held->quote().reference(), held->hold().hold_id());
    REQUIRE(sold.ok());
    CHECK(sold->quote().points().spent_minor() == held->quote().points().spent_minor());
    return sold->quote().points().spent_minor();
  }

  SetClock set_clock;
  std::unique_ptr<Agent> agent;
  std::unique_ptr<Register> till;
};

}  // namespace moadon::agent
