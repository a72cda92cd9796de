// What a register hands back with a sale is no promise: whatever it says of its quote, no more is
// given without the server than the caps allow, and nobody is asked.
#include <functional>

#include "client/agent/offline_shop.h"
#include "tests/catch.h"

namespace moadon::agent {
namespace {

constexpr int64_t kMembers = 6;
const char* const kOnlineMember = "member-of-77";

// Without the coffee coupon.
v1::Basket plain(const std::string& member_id) {
  v1::Basket basket = OfflineShop::basket(member_id, 250'000);
  basket.set_without_rights(true);
  return basket;
}

int64_t spent_minor(const absl::StatusOr<v1::CommitResponse>& sold) {
  REQUIRE(sold.ok());
  return sold->quote().points().spent_minor();
}

// Also 0.60 off, once for each member.
v1::Program program_with_once() {
  v1::Program program = caps_program();
  v1::Benefit& once = *program.add_benefits();
  once.set_benefit_id("once");
  once.set_title("Once");
  once.mutable_effect()->mutable_amount_off_basket()->set_amount_minor(60);
  once.mutable_limits()->set_per_member_count(1);
  return program;
}

void identify_online(OfflineShop& shop, const v1::MemberFacts& facts) {
  shop.club.set_facts(facts);
  v1::IdentifyRequest who;
  who.mutable_key()->set_card("77");
  REQUIRE(shop.till->call(&v1::RegisterService::Stub::Identify, who).ok());
}

void identify_online(OfflineShop& shop) {
  v1::MemberFacts facts;
  facts.set_tier_id("gold");
  facts.mutable_points()->set_available_milli(300'000);
  identify_online(shop, facts);
}

// 150 points of the online member, held at the server.
struct HeldPoints {
  explicit HeldPoints(OfflineShop& at) : shop(at) {
    identify_online(shop);
    wanted.set_spend_points_milli(150'000);
    const auto placed = shop.hold(wanted, "h1");
    REQUIRE(placed.ok());
    held = *placed;
  }
  absl::StatusOr<v1::CommitResponse> commit(const std::string& receipt) {
    return shop.commit(receipt, wanted, held.quote().reference(), held.hold().hold_id());
  }

  OfflineShop& shop;
  v1::Basket wanted = plain(kOnlineMember);
  v1::HoldResponse held;
};

// Sells to six members and to the first once more, each with a quote that was changed, and says
// what points paid.
void check_caps(const std::string& what, const std::function<void(v1::QuoteReference&)>& change) {
  INFO(what);
  OfflineShop shop;
  shop.go_offline();
  int64_t sum_minor = 0;
  for (int64_t i = 0; i <= kMembers; ++i) {
    const v1::Basket wanted = plain(made_member_id(i % kMembers + 1));
    v1::QuoteReference reference = shop.quote(wanted).reference();
    change(reference);
    const int64_t minor = spent_minor(shop.commit(std::to_string(i), wanted, reference));
    CHECK(minor <= (i < kMembers ? 100 : 0));
    sum_minor += minor;
  }
  CHECK(sum_minor <= 250);
  CHECK(shop.till->status().offline_left_minor() == 250 - sum_minor);
  shop.go_online();
  REQUIRE(eventually([&] { return shop.club.recorded().size() == kMembers + 1; }));
  for (int64_t i = 0; i <= kMembers; ++i) {
    const auto facts = shop.club.context_of("R1/" + std::to_string(i)).facts();
    CHECK((facts.snapshot() == 0 || facts.has_offline()));
  }
}

TEST_CASE("a quote that was stripped or forged gives no more than the caps") {
  check_caps("as it was", [](v1::QuoteReference&) {});
  check_caps("without its terms", [](v1::QuoteReference& quote) { quote.clear_offline(); });
  check_caps("of a version that nobody knows",
             [](v1::QuoteReference& quote) { quote.set_program_version(999); });
  check_caps("of no version", [](v1::QuoteReference& quote) { quote.clear_program_version(); });
  check_caps("of no moment", [](v1::QuoteReference& quote) {
    quote.clear_offline();
    quote.clear_priced_at();
  });
  check_caps("of long ago", [](v1::QuoteReference& quote) {
    quote.clear_offline();
    quote.mutable_priced_at()->set_seconds(1'770'000'000);
  });
  check_caps("with lavish terms", [](v1::QuoteReference& quote) {
    quote.mutable_offline()->set_amount_limit_minor(1'000'000);
    quote.mutable_offline()->set_points_limit_milli(1'000'000'000);
  });
  check_caps("none at all", [](v1::QuoteReference& quote) { quote.Clear(); });
}

TEST_CASE("a quote by an older version gives no more than the caps of now") {
  v1::Program lavish = caps_program();
  lavish.mutable_offline()->set_member_limit_minor(1000);
  lavish.mutable_offline()->set_register_limit_minor(1000);
  OfflineShop shop(lavish);
  shop.club.publish(caps_program());
  REQUIRE(eventually([&] {
    shop.club.go_away();
    shop.club.come_back();
    return eventually([&] { return shop.till->status().program_version() == 2; });
  }));
  shop.go_offline();
  for (int i = 1; i <= 4; ++i) {
    const v1::Basket wanted = plain(made_member_id(i));
    v1::QuoteReference reference = shop.quote(wanted).reference();
    reference.set_program_version(1);
    reference.clear_offline();
    CHECK(spent_minor(shop.commit(std::to_string(i), wanted, reference)) <= 100);
  }
  CHECK(shop.till->status().offline_left_minor() == 0);
}

TEST_CASE("points quoted with the server, and not held, are under the caps without it") {
  OfflineShop shop;
  identify_online(shop);
  const v1::Basket wanted = plain(kOnlineMember);
  const v1::Quote quoted = shop.quote(wanted);
  CHECK(quoted.points().spent_minor() == 250);
  CHECK_FALSE(quoted.reference().has_offline());
  shop.go_offline();
  CHECK(spent_minor(shop.commit("1", wanted, quoted.reference())) == 100);
  CHECK(spent_minor(shop.commit("2", wanted, quoted.reference())) == 0);
  CHECK(shop.till->status().offline_left_minor() == 150);
}

TEST_CASE(
    "points held at the server are spent without it, once, and nothing is given beside them") {
  OfflineShop shop;
  HeldPoints points(shop);
  shop.go_offline();
  CHECK(spent_minor(points.commit("1")) == 150);
  CHECK(spent_minor(points.commit("2")) == 0);
  shop.open();
  CHECK(shop.sell_for_points("3", kOnlineMember) == 0);
  CHECK(shop.till->status().offline_left_minor() == 250);
  CHECK(shop.sell_for_points("4", made_member_id(1)) == 100);
}

TEST_CASE("points whose hold at the server was given up are under the caps without it") {
  OfflineShop shop;
  HeldPoints points(shop);
  CHECK(points.held.quote().points().spent_minor() == 150);
  v1::CancelRequest cancel;
  cancel.set_hold_id(points.held.hold().hold_id());
  REQUIRE(shop.till->call(&v1::RegisterService::Stub::Cancel, cancel).ok());
  shop.go_offline();
  CHECK(spent_minor(points.commit("1")) == 100);
  CHECK(shop.till->status().offline_left_minor() == 150);
}

TEST_CASE("a hold that the server may have ended for its register's silence is under the caps") {
  v1::Program program = caps_program();
  program.mutable_offline()->set_cache_valid_hours(336);
  for (const int hours : {70, 72}) {
    OfflineShop shop(program);
    HeldPoints points(shop);
    shop.go_offline();
    shop.set_clock.pass(absl::Hours(hours));
    CHECK(spent_minor(points.commit("1")) == (hours < 72 ? 150 : 100));
    CHECK(shop.till->status().offline_left_minor() == (hours < 72 ? 250 : 150));
  }
}

TEST_CASE(
    "whom the server gave a benefit with limits has no more of it until newer facts are here") {
  OfflineShop shop(program_with_once());
  identify_online(shop);
  v1::Basket wanted = plain(kOnlineMember);
  wanted.set_spend_points_milli(0);
  const auto total_minor = [&](const std::string& receipt) {
    const auto sold = shop.commit(receipt, wanted, shop.quote(wanted).reference());
    REQUIRE(sold.ok());
    return sold->total_minor();
  };
  shop.club.refuse_deliveries(v1::REASON_BUSY);
  CHECK(total_minor("1") == 940);
  CHECK(total_minor("2") == 940);  // the server is there to count, as before
  shop.go_offline();
  CHECK(total_minor("3") == 1000);
  CHECK(shop.till->status().offline_left_minor() == 250);
  shop.club.refuse_deliveries(v1::REASON_UNSPECIFIED);
  shop.go_online();
  REQUIRE(eventually([&] { return shop.till->status().undelivered_count() == 0; }));
  shop.go_offline();
  CHECK(total_minor("4") == 1000);  // its facts are of before
  shop.go_online();
  identify_online(shop);
  shop.go_offline();
  CHECK(total_minor("5") == 940);
  CHECK(shop.till->status().offline_left_minor() == 190);
}

TEST_CASE("a sale that is delivered between quote and commit takes nothing from what was charged") {
  OfflineShop shop(program_with_once());
  identify_online(shop);
  v1::Basket wanted = plain(kOnlineMember);
  wanted.set_spend_points_milli(0);
  shop.club.refuse_deliveries(v1::REASON_BUSY);
  REQUIRE(shop.commit("1", wanted, shop.quote(wanted).reference()).ok());
  const v1::Quote quoted = shop.quote(wanted);
  CHECK(quoted.total_minor() == 940);
  shop.club.refuse_deliveries(v1::REASON_UNSPECIFIED);
  REQUIRE(eventually([&] { return shop.till->status().undelivered_count() == 0; }));
  const auto sold = shop.commit("2", wanted, quoted.reference());
  REQUIRE(sold.ok());
  CHECK(sold->total_minor() == 940);
}

TEST_CASE("a hold that was given up goes with its facts, though a sale was delivered since") {
  OfflineShop shop(program_with_once());
  HeldPoints points(shop);
  v1::CancelRequest cancel;
  cancel.set_hold_id(points.held.hold().hold_id());
  REQUIRE(shop.till->call(&v1::RegisterService::Stub::Cancel, cancel).ok());
  v1::Basket other = plain(kOnlineMember);
  other.set_spend_points_milli(0);
  REQUIRE(shop.commit("1", other, shop.quote(other).reference()).ok());
  REQUIRE(eventually([&] { return shop.till->status().undelivered_count() == 0; }));
  const bool names_quote = GENERATE(false, true);
  CAPTURE(names_quote);
  v1::QuoteReference reference;
  if (names_quote) reference = points.held.quote().reference();
  CHECK(spent_minor(shop.commit("2", points.wanted, reference, cancel.hold_id())) == 150);
  CHECK(shop.till->status().offline_left_minor() == 250);
}

TEST_CASE("a quote of an hour ago still counts, one older than the cache gives nothing") {
  OfflineShop shop;
  shop.go_offline();
  const v1::Basket first = plain(made_member_id(1));
  const v1::Basket second = plain(made_member_id(2));
  const v1::QuoteReference early = shop.quote(first).reference();
  const v1::QuoteReference late = shop.quote(second).reference();
  shop.set_clock.pass(absl::Hours(72) - absl::Minutes(10));
  const v1::QuoteReference just_valid = shop.quote(first).reference();
  CHECK(just_valid.offline().amount_limit_minor() == 100);
  shop.set_clock.pass(absl::Minutes(30));
  CHECK(spent_minor(shop.commit("1", first, just_valid)) == 100);
  CHECK(spent_minor(shop.commit("2", second, late)) == 0);
  shop.go_online();
  REQUIRE(eventually([&] { return shop.club.recorded().size() == 2; }));
  CHECK(shop.club.context_of("R1/1").facts().snapshot() > 0);
  CHECK(shop.club.context_of("R1/2").facts().snapshot() == 0);
  CHECK(early.facts_snapshot() == just_valid.facts_snapshot());
}

TEST_CASE("a commit asks nobody: it goes by memory, then by the cards, then by the id alone") {
  OfflineShop shop;
  shop.club.hang();
  shop.open();
  const int asked = shop.club.facts_asked();
  const auto sold = [&](const std::string& receipt, const std::string& member_id,
                        const v1::QuoteReference& reference) {
    return shop.commit(receipt, plain(member_id), reference).ok();
  };
  CHECK(sold("1", made_member_id(1), {}));
  CHECK(sold("2", kOnlineMember, {}));
  v1::QuoteReference unknown;
  unknown.set_program_version(1);
  unknown.set_facts_snapshot(5);
  CHECK(sold("3", kOnlineMember, unknown));
  CHECK(shop.club.facts_asked() == asked);
  shop.club.go_on();
  REQUIRE(eventually([&] { return shop.club.recorded().size() == 3; }));
  CHECK(shop.club.context_of("R1/1").facts().snapshot() > 0);
  CHECK(shop.club.context_of("R1/1").facts().has_offline());
  CHECK(shop.club.context_of("R1/2").member_id() == kOnlineMember);
  CHECK(shop.club.context_of("R1/2").facts().snapshot() == 0);
}

TEST_CASE("never without the server: a sale under way goes on, the next one has nothing") {
  v1::Program program = caps_program();
  program.mutable_offline()->set_cache_valid_hours(0);
  OfflineShop shop(program);
  identify_online(shop);
  const v1::Basket wanted = plain(kOnlineMember);
  CHECK(shop.quote(wanted).reference().facts_snapshot() > 0);
  shop.go_offline();
  const v1::Quote under_way = shop.quote(wanted);
  CHECK(under_way.reference().facts_snapshot() > 0);
  CHECK(under_way.points().spent_minor() == 0);
  CHECK(spent_minor(shop.commit("1", wanted, under_way.reference())) == 0);
  CHECK(shop.quote(wanted).reference().facts_snapshot() == 0);
  CHECK(shop.commit("2", wanted, under_way.reference()).ok());
  shop.go_online();
  REQUIRE(eventually([&] { return shop.club.recorded().size() == 2; }));
  CHECK(shop.club.context_of("R1/1").facts().tier_id() == "gold");
  CHECK(shop.club.context_of("R1/2").facts().snapshot() == 0);
}

TEST_CASE("never without the server: a sale has an hour, whenever its facts were issued") {
  v1::Program program = caps_program();
  program.mutable_offline()->set_cache_valid_hours(0);
  OfflineShop shop(program);
  v1::MemberFacts facts;
  facts.set_tier_id("gold");
  facts.mutable_issued_at()->set_seconds(kFakeServerSeconds - 7200);  // the day's first reading
  identify_online(shop, facts);
  shop.go_offline();
  const v1::Basket wanted = plain(kOnlineMember);
  CHECK(shop.quote(wanted).reference().facts_snapshot() > 0);
  shop.set_clock.pass(absl::Minutes(59));
  CHECK(shop.quote(wanted).reference().facts_snapshot() > 0);
  shop.set_clock.pass(absl::Minutes(2));
  CHECK(shop.quote(wanted).reference().facts_snapshot() == 0);
}

TEST_CASE("never without the server: whom it names by the cards has nothing from the sale before") {
  v1::Program program = caps_program();
  program.mutable_offline()->set_cache_valid_hours(0);
  OfflineShop shop(program);
  shop.club.add_cards(0, 1);
  identify_online(shop);
  REQUIRE(shop.till->commit(sale_of("1")).ok());
  REQUIRE(eventually([&] { return shop.till->status().cached_member_count() == 21; }));
  const v1::Basket wanted = plain(kOnlineMember);
  CHECK(shop.quote(wanted).reference().facts_snapshot() > 0);
  shop.go_offline();
  v1::IdentifyRequest who;
  who.mutable_key()->set_card("77");
  const auto found = shop.till->call(&v1::RegisterService::Stub::Identify, who);
  REQUIRE(found.ok());
  CHECK(found->facts().snapshot() == 0);
  CHECK(shop.quote(wanted).reference().facts_snapshot() == 0);
}

}  // namespace
}  // namespace moadon::agent
