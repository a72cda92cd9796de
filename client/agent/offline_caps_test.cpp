// What a till gives without its server: never more than the caps, whoever asks, and again only when
// the server has heard of it.
#include <numeric>
#include <thread>

#include "client/agent/offline_shop.h"
#include "rules/refusal.h"
#include "tests/catch.h"

namespace moadon::agent {
namespace {

// Without the coffee coupon, which a member uses wherever it is leased.
v1::Basket plain(int64_t member, int64_t spend_milli) {
  v1::Basket basket = OfflineShop::basket(made_member_id(member), spend_milli);
  basket.set_without_rights(true);
  return basket;
}

TEST_CASE(
    "points are spent offline once per member, to the cap, until the server has heard of it") {
  OfflineShop shop;
  CHECK(shop.till->status().offline_left_minor() == 250);
  shop.go_offline();
  CHECK(shop.sell_for_points("1", made_member_id(1)) == 100);
  CHECK(shop.till->status().offline_left_minor() == 150);
  CHECK(shop.sell_for_points("2", made_member_id(1)) == 0);
  CHECK(shop.till->status().offline_left_minor() == 150);

  shop.go_online();
  REQUIRE(eventually([&] { return shop.club.recorded().size() == 2; }));
  REQUIRE(eventually([&] { return shop.till->status().offline_left_minor() == 250; }));
}

TEST_CASE("whoever was served stays so until newer facts are here, however often it is delivered") {
  OfflineShop shop;
  shop.go_offline();
  CHECK(shop.sell_for_points("1", made_member_id(1)) == 100);
  for (const char* receipt : {"2", "3"}) {
    shop.go_online();
    REQUIRE(eventually([&] { return shop.till->status().undelivered_count() == 0; }));
    shop.go_offline();
    shop.open();
    CHECK(shop.till->status().offline_left_minor() == 250);
    CHECK(shop.sell_for_points(receipt, made_member_id(1)) == 0);
  }
  CHECK(shop.sell_for_points("4", made_member_id(2)) == 100);

  shop.club.pass(absl::Minutes(5));
  shop.club.add_cards(1, 1);
  shop.go_online();
  REQUIRE(eventually(
      [&] { return shop.till->status().cache_time().seconds() >= kFakeServerSeconds + 300; }));
  shop.go_offline();
  shop.open();  // of the member it knows what is kept
  CHECK(shop.sell_for_points("5", made_member_id(1)) == 100);
}

TEST_CASE("half of the points known are spent offline where that is less than the cap") {
  v1::Program program = caps_program();
  program.mutable_offline()->set_member_limit_minor(200);
  OfflineShop shop(program);
  shop.go_offline();
  CHECK(shop.sell_for_points("1", made_member_id(1)) == 125);
}

TEST_CASE("the register's cap ends in the middle of a basket, and selling goes on") {
  OfflineShop shop;
  shop.go_offline();
  CHECK(shop.sell_for_points("1", made_member_id(1)) == 100);
  CHECK(shop.sell_for_points("2", made_member_id(2)) == 100);
  CHECK(shop.sell_for_points("3", made_member_id(3)) == 50);
  CHECK(shop.sell_for_points("4", made_member_id(4)) == 0);
  CHECK(shop.till->status().offline_left_minor() == 0);
  shop.open();
  CHECK(shop.till->status().offline_left_minor() == 0);
  CHECK(shop.sell_for_points("5", made_member_id(5)) == 0);
}

TEST_CASE("many who hold at once get no more than the cap together") {
  OfflineShop shop;
  shop.go_offline();
  constexpr int kMembers = 8;
  std::vector<int64_t> spent_minor(kMembers);
  std::vector<std::thread> cashiers;
  for (int i = 0; i < kMembers; ++i) {
    cashiers.emplace_back([&shop, &spent_minor, i] {
      Register till(*shop.agent, shop.directory.path(), "R1");
      v1::HoldRequest request;
      *request.mutable_basket() = plain(i + 1, 250'000);
      request.set_request_id("h" + std::to_string(i));
      const auto held = till.call(&v1::RegisterService::Stub::Hold, request);
      if (held.ok()) spent_minor[static_cast<size_t>(i)] = held->quote().points().spent_minor();
    });
  }
  for (std::thread& cashier : cashiers) cashier.join();
  int64_t sum_minor = 0;
  for (const int64_t minor : spent_minor) sum_minor += minor;
  CHECK(sum_minor == 250);
}

TEST_CASE("many who commit at once what they were quoted get no more than the cap together") {
  OfflineShop shop;
  shop.go_offline();
  constexpr int kMembers = 8;
  std::vector<v1::QuoteReference> quoted;
  for (int i = 0; i < kMembers; ++i) {
    quoted.push_back(shop.quote(plain(i + 1, 250'000)).reference());
  }
  std::vector<int64_t> spent_minor(kMembers);
  std::vector<std::thread> cashiers;
  for (size_t i = 0; i < kMembers; ++i) {
    cashiers.emplace_back([&shop, &spent_minor, &quoted, i] {
      const v1::Basket basket = plain(static_cast<int>(i) + 1, 250'000);
      const auto sold = shop.commit(std::to_string(i), basket, quoted[i]);
      if (sold.ok()) spent_minor[i] = sold->quote().points().spent_minor();
    });
  }
  for (std::thread& cashier : cashiers) cashier.join();
  CHECK(std::accumulate(spent_minor.begin(), spent_minor.end(), int64_t{0}) == 250);
}

TEST_CASE("quotes made before the cap was reached give no more than is left of it") {
  OfflineShop shop;
  shop.go_offline();
  const v1::Basket wanted = plain(1, 250'000);
  const v1::Quote early = shop.quote(wanted);
  CHECK(early.points().spent_minor() == 100);
  CHECK(early.reference().offline().amount_limit_minor() == 100);
  CHECK(shop.commit("1", wanted, early.reference())->quote().points().spent_minor() == 100);
  // The same terms a second time: the member was served.
  CHECK(shop.commit("2", wanted, early.reference())->quote().points().spent_minor() == 0);
  // Terms that no agent made.
  v1::QuoteReference forged = early.reference();
  forged.mutable_offline()->set_amount_limit_minor(1'000'000);
  forged.mutable_offline()->set_points_limit_milli(1'000'000'000);
  forged.mutable_offline()->add_leased_grant_ids("grant-000000001");
  forged.set_facts_snapshot(3);
  v1::Basket other = plain(2, 250'000);
  const auto sold = shop.commit("3", other, forged);
  REQUIRE(sold.ok());
  CHECK(sold->quote().points().spent_minor() == 100);
  CHECK(shop.till->status().offline_left_minor() == 50);
}

TEST_CASE("a sale without a quote is judged by what is left") {
  OfflineShop shop;
  shop.go_offline();
  v1::CommitRequest request;
  *request.mutable_sale() = sale_of("1");
  request.mutable_sale()->set_spend_points_milli(250'000);
  request.mutable_sale()->set_without_rights(true);
  request.mutable_sale()->mutable_occurred_at()->set_seconds(kFakeServerSeconds);
  request.set_member_id(made_member_id(1));
  const auto sold = shop.till->call(&v1::RegisterService::Stub::Commit, request);
  REQUIRE(sold.ok());
  CHECK(sold->quote().points().spent_minor() == 100);
  CHECK(shop.till->status().offline_left_minor() == 150);
}

TEST_CASE("a hold made here is answered alike, given up here, and used up by its sale") {
  OfflineShop shop;
  shop.go_offline();
  const v1::Basket wanted = plain(1, 250'000);
  const auto held = shop.hold(wanted, "h1");
  REQUIRE(held.ok());
  REQUIRE(held->has_hold());
  CHECK(shop.till->status().offline_left_minor() == 150);
  CHECK(shop.hold(wanted, "h1")->SerializeAsString() == held->SerializeAsString());
  CHECK(reason_of(shop.hold(plain(2, 1000), "h1").status()) == v1::REASON_REQUEST_REUSED);
  CHECK(shop.quote(wanted).points().spent_minor() == 0);

  v1::CancelRequest cancel;
  cancel.set_hold_id(held->hold().hold_id());
  CHECK(shop.till->call(&v1::RegisterService::Stub::Cancel, cancel).ok());
  CHECK(shop.till->call(&v1::RegisterService::Stub::Cancel, cancel).ok());
  CHECK(shop.till->status().offline_left_minor() == 250);

  const auto again = shop.hold(wanted, "h2");
  REQUIRE(again.ok());
  shop.open();  // another process knows it, too
  const auto sold = shop.commit("1", wanted, again->quote().reference(), again->hold().hold_id());
  REQUIRE(sold.ok());
  CHECK(sold->total_minor() == 1000);
  CHECK(sold->quote().due_minor() == 900);
  const auto repeated =
      shop.commit("1", wanted, again->quote().reference(), again->hold().hold_id());
  CHECK(repeated->SerializeAsString() == sold->SerializeAsString());
  CHECK(shop.till->status().offline_left_minor() == 150);

  shop.go_online();
  REQUIRE(eventually([&] { return shop.club.recorded().size() == 1; }));
  const v1::RecordContext context = shop.club.context_of("R1/1");
  CHECK(context.hold_id().empty());
  CHECK(context.facts().offline().amount_limit_minor() == 100);
  CHECK(shop.club.open_holds().empty());
}

TEST_CASE("a hold made here needs a name, and outlives the server's return") {
  OfflineShop shop;
  shop.go_offline();
  CHECK(reason_of(shop.hold(plain(1, 250'000), "").status()) == v1::REASON_FIELD_MISSING);
  CHECK(shop.hold(plain(1, 0), "").ok());
  const v1::Basket wanted = plain(1, 250'000);
  const auto held = shop.hold(wanted, "h1");
  REQUIRE(held.ok());
  shop.go_online();
  CHECK(shop.hold(wanted, "h1")->SerializeAsString() == held->SerializeAsString());
  const auto sold = shop.commit("1", wanted, held->quote().reference(), held->hold().hold_id());
  REQUIRE(sold.ok());
  CHECK(sold->quote().points().spent_minor() == 100);
  REQUIRE(eventually([&] { return shop.club.recorded().size() == 1; }));
  CHECK(shop.club.context_of("R1/1").facts().has_offline());
}

TEST_CASE("a hold made here ends after a quarter of an hour") {
  OfflineShop shop;
  shop.go_offline();
  REQUIRE(shop.hold(plain(1, 250'000), "h1").ok());
  CHECK(shop.till->status().offline_left_minor() == 150);
  shop.set_clock.pass(absl::Minutes(14));
  CHECK(shop.till->status().offline_left_minor() == 150);
  shop.set_clock.pass(absl::Minutes(2));
  CHECK(shop.till->status().offline_left_minor() == 250);
}

TEST_CASE("what the server refused for good goes on counting") {
  OfflineShop shop;
  shop.club.refuse_receipt("1", v1::REASON_FIELD_INVALID);
  shop.go_offline();
  CHECK(shop.sell_for_points("1", made_member_id(1)) == 100);
  shop.go_online();
  REQUIRE(eventually([&] {
    const v1::PendingResponse pending = shop.till->pending();
    return pending.entries_size() == 1 && pending.entries(0).has_refusal();
  }));
  CHECK(shop.till->status().offline_left_minor() == 150);
}

TEST_CASE("with a cache that is not valid nothing is given at all") {
  v1::Program program = caps_program();
  program.mutable_offline()->set_cache_valid_hours(0);
  OfflineShop shop(program);
  shop.go_offline();
  CHECK(shop.till->status().offline_left_minor() == 0);
  CHECK(shop.sell_for_points("1", made_member_id(1)) == 0);
}

TEST_CASE("nobody is given more online while the server has still to hear of what they got") {
  OfflineShop shop;
  v1::MemberFacts facts;
  facts.mutable_points()->set_available_milli(300'000);
  shop.club.set_facts(facts);
  v1::IdentifyRequest who;
  who.mutable_key()->set_card("77");
  REQUIRE(shop.till->call(&v1::RegisterService::Stub::Identify, who).ok());
  shop.go_offline();
  CHECK(shop.sell_for_points("1", "member-of-77") == 100);
  shop.club.refuse_receipt("1", v1::REASON_BUSY);  // it has to wait
  shop.go_online();
  REQUIRE(shop.till->call(&v1::RegisterService::Stub::Identify, who).ok());
  CHECK(shop.sell_for_points("2", "member-of-77") == 0);
  shop.club.refuse_receipt("1", v1::REASON_UNSPECIFIED);
  REQUIRE(eventually([&] { return shop.till->status().undelivered_count() == 0; }));
  const auto held = shop.hold(OfflineShop::basket("member-of-77", 250'000), "h3");
  REQUIRE(held.ok());
  CHECK(held->hold().hold_id() == "hold-1");
  CHECK(held->quote().points().spent_minor() == 250);
}

}  // namespace
}  // namespace moadon::agent
