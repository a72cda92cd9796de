// Rights and parts of club-wide limits that a till takes ahead, and gives once.
#include "client/agent/offline_shop.h"
#include "rules/calendar.h"
#include "rules/refusal.h"
#include "tests/catch.h"

namespace moadon::agent {
namespace {

constexpr int64_t kDaySeconds = 86'400;
constexpr char kGrant[] = "grant-000000001";  // of every made member

v1::TakeLeasesResponse leases_of(int64_t member, int64_t end_seconds) {
  v1::TakeLeasesResponse leases;
  v1::LeasedRight& right = *leases.add_rights();
  right.set_member_id(made_member_id(member));
  right.set_grant_id(kGrant);
  right.mutable_end_time()->set_seconds(end_seconds);
  return leases;
}

v1::TakeLeasesResponse slice_of(int64_t amount_minor) {
  v1::TakeLeasesResponse leases;
  v1::BudgetSlice& slice = *leases.add_slices();
  slice.set_benefit_id("half");
  slice.set_amount_minor(amount_minor);
  slice.mutable_end_time()->set_seconds(kFakeServerSeconds + kDaySeconds);
  return leases;
}

// Has a turn taken, which brings that.
void take(OfflineShop& shop, const v1::TakeLeasesResponse& leases) {
  const int64_t turn = shop.club.kept_leases().turn();
  shop.club.lease(leases);
  shop.go_offline();
  shop.go_online();
  REQUIRE(eventually([&] { return shop.club.kept_leases().turn() > turn; }));
}

// In the next turn the till says what it has kept of the answer; in a later one where that was lost
// with the connection.
void take_part(OfflineShop& shop, int64_t amount_minor) {
  constexpr int kMostTurns = 6;
  for (int turns = 0; turns < kMostTurns && shop.club.kept_leases().slices().empty(); ++turns) {
    take(shop, slice_of(amount_minor));
  }
  REQUIRE(shop.club.kept_leases().slices_size() == 1);
  REQUIRE(shop.club.kept_leases().slices(0).amount_minor() == amount_minor);
}

void take_right(OfflineShop& shop, int64_t member) {
  take(shop, leases_of(member, kFakeServerSeconds + kDaySeconds));
  REQUIRE(eventually([&] { return shop.till->status().leased_right_count() == 1; }));
}

bool is_server_needed(const v1::Quote& quote, const std::string& benefit_id) {
  return std::any_of(quote.not_applied().begin(), quote.not_applied().end(),
                     [&](const v1::UnappliedBenefit& unapplied) {
                       return unapplied.benefit_id() == benefit_id && unapplied.has_server_needed();
                     });
}

TEST_CASE("a leased right is used once without the server, also after a restart") {
  OfflineShop shop;
  take_right(shop, 1);
  shop.go_offline();
  shop.open();
  const v1::Basket wanted = OfflineShop::basket(made_member_id(1), 0);
  const auto held = shop.hold(wanted, "h1");
  REQUIRE(held.ok());
  REQUIRE(held->has_hold());
  CHECK(held->quote().total_minor() == 800);
  CHECK(shop.till->status().leased_right_count() == 0);
  // The right costs nothing of the caps.
  CHECK(shop.till->status().offline_left_minor() == 250);
  CHECK(shop.quote(wanted).total_minor() == 1000);
  const auto sold = shop.commit("1", wanted, held->quote().reference(), held->hold().hold_id());
  REQUIRE(sold.ok());
  CHECK(sold->total_minor() == 800);
  REQUIRE(sold->quote().rights_used_size() == 1);

  shop.open();
  const v1::Quote second = shop.quote(wanted);
  CHECK(second.total_minor() == 1000);
  CHECK(is_server_needed(second, "coffee"));
  CHECK(shop.hold(wanted, "h2")->quote().rights_used().empty());
}

TEST_CASE("a right that was given up again is there for the next one") {
  OfflineShop shop;
  take_right(shop, 1);
  shop.go_offline();
  const v1::Basket wanted = OfflineShop::basket(made_member_id(1), 0);
  const auto held = shop.hold(wanted, "h1");
  REQUIRE(held.ok());
  v1::CancelRequest cancel;
  cancel.set_hold_id(held->hold().hold_id());
  REQUIRE(shop.till->call(&v1::RegisterService::Stub::Cancel, cancel).ok());
  CHECK(shop.till->status().leased_right_count() == 1);
  CHECK(shop.quote(wanted).total_minor() == 800);
}

TEST_CASE("a used lease is kept until its sale is delivered, whatever the server answers") {
  OfflineShop shop;
  take_right(shop, 1);
  shop.go_offline();
  const v1::Basket wanted = OfflineShop::basket(made_member_id(1), 0);
  const auto held = shop.hold(wanted, "h1");
  REQUIRE(held.ok());
  REQUIRE(
      shop.commit("1", wanted, held->quote().reference(), held->hold().hold_id())->total_minor() ==
      800);
  shop.club.refuse_receipt("1", v1::REASON_BUSY);
  take(shop, v1::TakeLeasesResponse());
  REQUIRE(shop.club.kept_leases().kept_size() == 1);
  CHECK(shop.club.kept_leases().kept(0).grant_id() == kGrant);
  take(shop, v1::TakeLeasesResponse());
  CHECK(shop.club.kept_leases().kept_size() == 1);

  shop.club.refuse_receipt("1", v1::REASON_UNSPECIFIED);
  REQUIRE(eventually([&] { return shop.club.recorded().size() == 1; }));
  take(shop, v1::TakeLeasesResponse());
  CHECK(shop.club.kept_leases().kept_size() == 0);
}

TEST_CASE("a right that another turn does not name any more is not used") {
  OfflineShop shop;
  take_right(shop, 1);
  take(shop, v1::TakeLeasesResponse());
  REQUIRE(eventually([&] { return shop.till->status().leased_right_count() == 0; }));
  shop.go_offline();
  CHECK(shop.quote(OfflineShop::basket(made_member_id(1), 0)).total_minor() == 1000);
}

TEST_CASE("a lease ends by the latest clock, and no clock that is put back revives it") {
  OfflineShop shop;
  take_right(shop, 1);
  shop.go_offline();
  const v1::Basket wanted = OfflineShop::basket(made_member_id(1), 0);
  CHECK(shop.quote(wanted).total_minor() == 800);
  // The machine starts anew, a day on: what the server said of the time is not known any more.
  shop.set_clock.restart_machine();
  shop.set_clock.set(kFakeServerSeconds + kDaySeconds + 1);
  shop.open();
  CHECK(shop.till->status().leased_right_count() == 0);
  CHECK(shop.quote(wanted).total_minor() == 1000);
  shop.set_clock.set(kFakeServerSeconds + 60);
  CHECK(shop.quote(wanted).total_minor() == 1000);
}

TEST_CASE("a right that the server is asked to set aside is not used here as well") {
  OfflineShop shop;
  v1::MemberFacts facts;
  v1::HeldRight& right = *facts.add_rights();
  right.set_grant_id(kGrant);
  right.set_right_id("coffee");
  right.set_valid_from_date("2020-01-01");
  right.set_uses_left(1);
  shop.club.set_facts(facts);
  v1::TakeLeasesResponse leases = leases_of(1, kFakeServerSeconds + kDaySeconds);
  leases.mutable_rights(0)->set_member_id("member-of-77");
  take(shop, leases);
  REQUIRE(eventually([&] { return shop.till->status().leased_right_count() == 1; }));
  v1::IdentifyRequest who;
  who.mutable_key()->set_card("77");
  REQUIRE(shop.till->call(&v1::RegisterService::Stub::Identify, who).ok());
  const auto held = shop.hold(OfflineShop::basket("member-of-77", 0), "h1");
  REQUIRE(held.ok());
  CHECK(held->hold().hold_id() == "hold-1");
  CHECK(shop.till->status().leased_right_count() == 0);
}

TEST_CASE("a club-wide limit is given within the register's part of it") {
  v1::Program program = caps_program();
  program.mutable_offline()->set_member_limit_minor(1000);
  program.mutable_offline()->set_register_limit_minor(5000);
  OfflineShop shop(program);
  const v1::Basket wanted = OfflineShop::basket(made_member_id(1), 0, "HALF");
  take_part(shop, 700);
  shop.go_offline();
  const auto held = shop.hold(wanted, "h1");
  REQUIRE(held.ok());
  REQUIRE(held->has_hold());
  CHECK(held->quote().total_minor() == 500);
  REQUIRE(
      shop.commit("1", wanted, held->quote().reference(), held->hold().hold_id())->total_minor() ==
      500);
  shop.open();
  // 2.00 are left of it, for another member.
  const v1::Basket next = OfflineShop::basket(made_member_id(2), 0, "HALF");
  CHECK(shop.quote(next).total_minor() == 800);
  REQUIRE(shop.commit("2", next, shop.quote(next).reference())->total_minor() == 800);
  const v1::Basket last = OfflineShop::basket(made_member_id(3), 0, "HALF");
  CHECK(shop.quote(last).total_minor() == 1000);

  shop.club.refuse_receipt("2", v1::REASON_BUSY);
  shop.club.leave_leases();
  shop.go_online();
  REQUIRE(eventually([&] { return shop.till->status().undelivered_count() == 1; }));
  shop.go_offline();
  const int64_t turn = shop.club.kept_leases().turn();
  shop.go_online();
  REQUIRE(eventually([&] { return shop.club.kept_leases().turn() > turn; }));
  // Less what was delivered; what is not stays in it.
  REQUIRE(shop.club.kept_leases().slices_size() == 1);
  CHECK(shop.club.kept_leases().slices(0).amount_minor() == 200);
}

TEST_CASE("what is used of a part stays said until it is delivered, however little is offered") {
  v1::Program program = caps_program();
  program.mutable_offline()->set_member_limit_minor(1000);
  program.mutable_offline()->set_register_limit_minor(5000);
  OfflineShop shop(program);
  const v1::Basket wanted = OfflineShop::basket(made_member_id(1), 0, "HALF");
  take_part(shop, 700);
  shop.go_offline();
  const v1::Quote quote = shop.quote(wanted);
  REQUIRE(quote.total_minor() == 500);
  REQUIRE(shop.commit("1", wanted, quote.reference())->total_minor() == 500);
  shop.club.refuse_receipt("1", v1::REASON_BUSY);
  take(shop, slice_of(100));
  take(shop, v1::TakeLeasesResponse());
  REQUIRE(shop.club.kept_leases().slices_size() == 1);
  CHECK(shop.club.kept_leases().slices(0).amount_minor() == 500);
  take(shop, v1::TakeLeasesResponse());
  REQUIRE(shop.club.kept_leases().slices_size() == 1);
  CHECK(shop.club.kept_leases().slices(0).amount_minor() == 500);
  shop.go_offline();
  const v1::Basket next = OfflineShop::basket(made_member_id(2), 0, "HALF");
  CHECK(shop.quote(next).total_minor() == 1000);
}

TEST_CASE("a server that knows no leases is sold under without them") {
  OfflineShop shop;
  shop.go_offline();
  CHECK(shop.till->status().leased_right_count() == 0);
  CHECK(shop.sell_for_points("1", made_member_id(1)) == 100);
}

TEST_CASE("a turn names its journal and the turn before, by the server's microseconds") {
  OfflineShop shop;
  take_right(shop, 1);
  const v1::TakeLeasesRequest first = shop.club.kept_leases();
  CHECK(first.turn() >= kFakeServerSeconds * 1'000'000);
  CHECK(first.journal_id().size() == 16);
  take_right(shop, 1);
  const v1::TakeLeasesRequest second = shop.club.kept_leases();
  CHECK(second.previous_turn() >= first.turn());
  CHECK(second.previous_turn() < second.turn());
  CHECK(second.journal_id() == first.journal_id());
}

TEST_CASE("a register whose journal is another one's gives nothing of leases, and takes no turn") {
  OfflineShop shop;
  take_right(shop, 1);
  shop.club.refuse_deliveries(v1::REASON_JOURNAL_FORKED);
  REQUIRE(shop.till->commit(sale_of("1")).ok());
  REQUIRE(eventually(
      [&] { return shop.till->status().blocked_by().reason() == v1::REASON_JOURNAL_FORKED; }));
  CHECK(eventually([&] { return shop.till->status().leased_right_count() == 0; }));
  const int64_t turn = shop.club.kept_leases().turn();
  shop.go_offline();
  CHECK(shop.quote(OfflineShop::basket(made_member_id(1), 0)).total_minor() == 1000);
  shop.go_online();
  absl::SleepFor(2 * kLeasePoll);
  CHECK(shop.club.kept_leases().turn() == turn);
  // Once it is a journal of its own it takes turns again.
  shop.club.refuse_deliveries(v1::REASON_UNSPECIFIED);
  shop.go_offline();
  shop.go_online();
  CHECK(eventually([&] { return shop.till->status().leased_right_count() == 1; }));
}

TEST_CASE("a register that is refused a turn because another disk took it has no leases any more") {
  OfflineShop shop;
  take_right(shop, 1);
  shop.club.refuse_turns(v1::REASON_JOURNAL_FORKED);
  shop.go_offline();
  CHECK(shop.till->status().leased_right_count() == 1);
  shop.go_online();
  REQUIRE(eventually([&] { return shop.till->status().leased_right_count() == 0; }));
  shop.go_offline();
  CHECK(shop.quote(OfflineShop::basket(made_member_id(1), 0)).total_minor() == 1000);
}

TEST_CASE("a register that was revoked has no leases any more") {
  OfflineShop shop;
  take_right(shop, 1);
  shop.go_offline();
  shop.club.revoke("server-token-1");
  shop.club.come_back();
  CHECK(eventually([&] { return shop.till->status().leased_right_count() == 0; }));
}

}  // namespace
}  // namespace moadon::agent
