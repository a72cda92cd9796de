// Filling the cards from a club's server, with all that comes between.
#include "client/agent/card_feed.h"

#include <filesystem>
#include <iostream>

#include "client/agent/made_cards.h"
#include "client/agent/test_house.h"
#include "tests/catch.h"

namespace moadon::agent {
namespace {

bool has_cards(Register& till, int64_t count) {
  return eventually([&] { return till.status().cached_member_count() == count; });
}

// R1 at the agent, once that has so many cards.
Register filled_till(House& house, const Agent& agent, int64_t count) {
  Register till = house.at(agent, "R1");
  REQUIRE(has_cards(till, count));
  return till;
}

// All that there was has come.
bool is_through(Register& till) {
  return eventually([&] { return till.status().has_cache_time(); });
}

bool is_on_disk(const House& house) {
  return std::filesystem::exists(house.directory.cards_path()) ||
         std::filesystem::exists(house.directory.cards_key_path());
}

bool is_destroyed(const House& house) {
  return eventually([&] { return !is_on_disk(house); });
}

TEST_CASE("all cards come, then what changes, and the status says so") {
  House house;
  house.club.publish(program_of("he"));
  house.club.add_cards(1, 4'500);
  const auto agent = house.start();
  Register till = filled_till(house, *agent, 4'500);
  REQUIRE(is_through(till));
  CHECK(till.status().cache_time().seconds() == 1'800'000'000);
  CHECK(eventually([&] { return till.status().cache_valid_hours() == 72; }));
  house.club.remove_card(7);
  house.club.add_cards(5'000, 2);
  CHECK(has_cards(till, 4'501));
  CHECK(house.club.refill_count() == 1);
}

TEST_CASE("the next agent goes on where the last one was") {
  House house;
  house.club.add_cards(1, 100);
  {
    const auto agent = house.start();
    Register till = filled_till(house, *agent, 100);
    REQUIRE(is_through(till));
  }
  house.club.add_cards(101, 5);
  const auto agent = house.start();
  Register till = house.at(*agent, "R1");
  CHECK(till.status().cached_member_count() >= 100);
  CHECK(has_cards(till, 105));
  CHECK(house.club.refill_count() == 1);
}

TEST_CASE("when the rules name others, who did not come is forgotten at the end") {
  House house;
  house.club.add_cards(1, 100);
  const auto agent = house.start();
  Register till = filled_till(house, *agent, 100);
  REQUIRE(is_through(till));
  house.club.name_others();
  house.club.add_cards(90, 20);
  CHECK(has_cards(till, 20));
  CHECK(house.club.refill_count() == 2);
}

TEST_CASE("whom the program names for some days is forgotten after them without the server") {
  House house;
  v1::Program program = program_of("he");
  program.mutable_offline()->mutable_seen()->set_last_days(30);
  house.club.publish(program);
  house.club.add_cards(1, 10, "2027-01-14");
  house.club.add_cards(11, 10, "2026-12-16");
  const auto agent = house.start();  // the club's time is 2027-01-15
  Register till = filled_till(house, *agent, 20);
  house.club.pass(absl::Hours(24));
  till.commit(sale_of("1")).IgnoreError();  // its delivery brings the server's time
  CHECK(has_cards(till, 10));
}

TEST_CASE("a revoked register's agent destroys cards and secret") {
  House house;
  REQUIRE(house.directory.add_register("R2", "server-token-1").ok());
  house.club.add_cards(1, 100);
  const auto agent = house.start();
  Register till = filled_till(house, *agent, 100);
  CHECK(is_on_disk(house));
  house.club.revoke("server-token-1");
  CHECK(has_cards(till, 0));
  CHECK(is_destroyed(house));
  // Let in again under a new token, it fills again.
  house.club.let_in("new-token-1", "R1");
  REQUIRE(house.directory.add_register("R1", "new-token-1").ok());
  CHECK(has_cards(till, 100));
}

TEST_CASE("cards stay while another register of the machine is let in") {
  House house;
  house.club.add_cards(1, 100);
  const auto agent = house.start();
  Register till = filled_till(house, *agent, 100);
  house.club.revoke("server-token-1");
  house.club.add_cards(101, 1);
  CHECK(has_cards(till, 101));
  CHECK(is_on_disk(house));
  house.club.revoke("server-token-2");
  CHECK(has_cards(till, 0));
  CHECK(is_destroyed(house));
}

TEST_CASE("a server that is away when a register was revoked is believed at the next contact") {
  House house;
  REQUIRE(house.directory.add_register("R2", "server-token-1").ok());
  house.club.add_cards(1, 10);
  const auto agent = house.start();
  Register till = filled_till(house, *agent, 10);
  house.club.go_away();
  house.club.revoke("server-token-1");
  absl::SleepFor(2 * kCardPoll);
  CHECK(till.status().cached_member_count() == 10);
  house.club.come_back();
  CHECK(has_cards(till, 0));
  CHECK(is_destroyed(house));
}

void identify(Register& till) {
  v1::IdentifyRequest who;
  who.mutable_key()->set_card("77");
  (void)till.call(&v1::RegisterService::Stub::Identify, who);
}

TEST_CASE("a line too slow for cashiers still brings cards, leases and a revocation") {
  House house;
  REQUIRE(house.directory.add_register("R2", "server-token-1").ok());
  v1::Program program = program_of("he");
  program.mutable_offline()->mutable_leases()->set_rights_per_register(10);
  house.club.publish(program);
  house.club.lease({});
  house.club.add_cards(1, 10);
  const auto agent = house.start();
  Register till = filled_till(house, *agent, 10);
  REQUIRE(eventually([&] { return house.club.kept_leases().turn() > 0; }));
  house.club.answer_after(kCashierWait + absl::Milliseconds(240));
  // However seldom a cashier asks: heartbeats are answered between these.
  for (int i = 0; i < kMissesBeforeBreaker; ++i) {
    identify(till);
    absl::SleepFor(absl::Seconds(1));
  }
  REQUIRE_FALSE(till.status().online());
  const int64_t turn = house.club.kept_leases().turn();
  house.club.publish(program);
  house.club.add_cards(11, 1);
  CHECK(has_cards(till, 11));
  CHECK(eventually([&] { return house.club.kept_leases().turn() > turn; }));
  const v1::StatusResponse status = till.status();
  CHECK_FALSE(status.online());
  REQUIRE(status.has_offline_since());
  CHECK(status.last_contact_time().seconds() >= status.offline_since().seconds());
  house.club.revoke("server-token-1");
  CHECK(has_cards(till, 0));
  CHECK(is_destroyed(house));
}

TEST_CASE("a revoked register's cards go at the first contact, also while the disk is full") {
  House house;
  house.club.add_cards(1, 10);
  {
    const auto agent = house.start();
    filled_till(house, *agent, 10);
  }
  house.settings.journal_limit_mib = 0;
  const auto agent = house.start();
  Register first = house.at(*agent, "R1");
  Register second = house.at(*agent, "R2");
  REQUIRE(eventually([&] { return first.status().online(); }));
  CHECK(first.status().is_reserve_used());
  CHECK(first.status().cached_member_count() == 10);
  house.club.revoke("server-token-1");
  identify(first);
  absl::SleepFor(2 * kCardPoll);
  CHECK(is_on_disk(house));  // the other register is let in
  house.club.revoke("server-token-2");
  identify(second);
  CHECK(has_cards(first, 0));
  CHECK(is_destroyed(house));
}

TEST_CASE("cards are fetched at 20,000 members a second") {
  constexpr int64_t kMembers = 60'000;
  House house;
  house.club.add_cards(1, kMembers);
  const absl::Time begin = absl::Now();
  const auto agent = house.start();
  Register till = house.at(*agent, "R1");
  REQUIRE(is_through(till));
  const double rate = kMembers / absl::ToDoubleSeconds(absl::Now() - begin);
  CHECK(till.status().cached_member_count() == kMembers);
  std::cout << "cards: " << static_cast<int64_t>(rate) << " members a second\n";
#ifdef NDEBUG
  CHECK(rate > 20'000);
#endif
}

}  // namespace
}  // namespace moadon::agent
