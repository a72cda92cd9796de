// A till without its server: who is recognised, at what prices, and how long anybody waits.
#include <arpa/inet.h>
#include <dirent.h>
#include <sys/socket.h>
#include <unistd.h>

#include <algorithm>
#include <memory>
#include <vector>

#include "client/agent/made_cards.h"
#include "client/agent/test_house.h"
#include "rules/calendar.h"
#include "rules/refusal.h"
#include "tests/catch.h"

namespace moadon::agent {
namespace {

constexpr absl::Duration kSlack = absl::Milliseconds(400);  // for a busy machine

v1::Key card_key(const std::string& text) {
  v1::Key key;
  key.set_card(text);
  return key;
}
v1::Key phone_key(const std::string& text) {
  v1::Key key;
  key.set_phone(text);
  return key;
}

absl::StatusOr<v1::IdentifyResponse> identify(Register& till, const v1::Key& key) {
  v1::IdentifyRequest who;
  *who.mutable_key() = key;
  return till.call(&v1::RegisterService::Stub::Identify, who);
}

// A house whose agent keeps the member of card 77 and some others.
struct FilledHouse : House {
  explicit FilledHouse(const v1::Program& program = program_of("he")) {
    club.publish(program);
    club.add_cards(0, 20);
    agent = start();
    till = std::make_unique<Register>(*agent, directory.path(), "R1");
    CHECK(eventually([&] {
      const v1::StatusResponse status = till->status();
      return status.cached_member_count() == 20 && status.has_cache_time() &&
             status.program_version() > 0;
    }));
  }
  std::unique_ptr<Agent> agent;
  std::unique_ptr<Register> till;
};

TEST_CASE("without the server members are recognised by every key, and said to be of then") {
  FilledHouse house;
  const auto online = identify(*house.till, card_key("77"));
  REQUIRE(online.ok());
  CHECK_FALSE(online->has_cached_as_of());
  house.club.go_away();
  for (const v1::Key& key :
       {card_key("77"), phone_key("054-1234567"), phone_key("+972541234567")}) {
    const auto found = identify(*house.till, key);
    REQUIRE(found.ok());
    CHECK(found->facts().member_id() == "member-of-77");
    CHECK(found->facts().stage() == v1::STAGE_LOYAL);
    CHECK(found->display_name() == "דנה כ.");
    CHECK(found->cashier_line() == "שלום דנה, תודה על הנאמנות.");
    CHECK(found->cached_as_of().seconds() == 1'800'000'000);
  }
}

TEST_CASE("who is not kept is not said to be no member") {
  FilledHouse house;
  house.club.go_away();
  v1::Key digits;
  digits.set_last_digits("4567");
  for (const v1::Key& key : {card_key("1234"), phone_key("0529999999"), digits}) {
    CHECK(reason_of(identify(*house.till, key).status()) == v1::REASON_SERVER_UNREACHABLE);
  }
}

TEST_CASE("a sale without the server is priced and recorded with the facts that are kept") {
  FilledHouse house;
  house.club.go_away();
  // Another agent process: nothing is in memory.
  house.agent.reset();
  house.agent = house.start();
  Register till = house.at(*house.agent, "R1");
  const auto found = identify(till, card_key("77"));
  REQUIRE(found.ok());
  v1::QuoteRequest basket;
  *basket.mutable_basket()->add_lines() = sale_of("1").lines(0);
  basket.mutable_basket()->set_member_id(found->facts().member_id());
  const auto quoted = till.call(&v1::RegisterService::Stub::Quote, basket);
  REQUIRE(quoted.ok());
  CHECK(quoted->quote().reference().facts_snapshot() == found->facts().snapshot());
  v1::CommitRequest sale;
  *sale.mutable_sale() = sale_of("1");
  sale.set_member_id(found->facts().member_id());
  *sale.mutable_quote() = quoted->quote().reference();
  REQUIRE(till.call(&v1::RegisterService::Stub::Commit, sale).ok());
  house.club.come_back();
  REQUIRE(eventually([&] { return house.club.recorded().size() == 1; }));
  v1::MemberFacts facts = house.club.context_of("R1/1").facts();
  CHECK(facts.has_offline());
  facts.clear_offline();
  CHECK(facts.SerializeAsString() == found->facts().SerializeAsString());
}

TEST_CASE("facts that are too old name the member and price nothing") {
  v1::Program program = program_of("he");
  program.mutable_offline()->set_cache_valid_hours(2);
  FilledHouse house(program);
  // The server is two hours on when it is last heard; the cards are of before.
  house.club.pass(absl::Hours(2) + absl::Minutes(10));
  REQUIRE(house.till->commit(sale_of("1")).ok());
  REQUIRE(eventually([&] { return house.club.recorded().size() == 1; }));
  house.club.go_away();
  const auto found = identify(*house.till, made_phone(3));
  REQUIRE(found.ok());
  CHECK(found->facts().member_id() == made_member_id(3));
  CHECK(found->facts().snapshot() == 0);
  CHECK_FALSE(found->facts().has_points());
  CHECK(found->display_name() == "דנה כ.");
  CHECK(found->has_cached_as_of());
  v1::QuoteRequest basket;
  *basket.mutable_basket()->add_lines() = sale_of("1").lines(0);
  basket.mutable_basket()->set_member_id(made_member_id(3));
  const auto quoted = house.till->call(&v1::RegisterService::Stub::Quote, basket);
  REQUIRE(quoted.ok());
  CHECK(quoted->quote().reference().facts_snapshot() == 0);
  CHECK(quoted->quote().total_minor() == 1000);
}

TEST_CASE("facts are fetched anew before they are too old, though nothing changed") {
  v1::Program program = program_of("he");
  program.mutable_offline()->set_cache_valid_hours(2);
  FilledHouse house(program);
  CHECK(house.club.refill_count() == 1);
  house.club.pass(absl::Minutes(61));
  REQUIRE(house.till->commit(sale_of("1")).ok());
  CHECK(eventually([&] { return house.club.refill_count() == 2; }));
}

// How long each of `count` identifications took.
std::vector<absl::Duration> waits(Register& till, int count) {
  std::vector<absl::Duration> taken;
  for (int i = 0; i < count; ++i) {
    const absl::Time begin = absl::Now();
    CHECK(identify(till, made_phone(3)).ok());
    taken.push_back(absl::Now() - begin);
  }
  return taken;
}

void check_budgets(Register& till) {
  std::vector<absl::Duration> taken = waits(till, 100 + kTimeoutsBeforeReconnect);
  for (const absl::Duration& one : taken) CHECK(one < kCashierWait + kSlack);
  taken.erase(taken.begin(), taken.begin() + kTimeoutsBeforeReconnect);
  std::sort(taken.begin(), taken.end());
  CHECK(taken[98] < absl::Milliseconds(50));
}

TEST_CASE("a silent server makes nobody wait beyond the budget, and nobody at all after three") {
  FilledHouse house;
  house.club.hang();
  check_budgets(*house.till);
  CHECK_FALSE(house.till->status().online());
  house.club.go_on();
  CHECK(eventually([&] { return !identify(*house.till, card_key("77"))->has_cached_as_of(); }));
}

TEST_CASE(
    "a server that answers after five seconds is as good as silent, until it is quick again") {
  FilledHouse house;
  house.club.answer_after(absl::Seconds(5));
  check_budgets(*house.till);
  house.club.answer_after(absl::ZeroDuration());
  CHECK(eventually([&] { return !identify(*house.till, card_key("77"))->has_cached_as_of(); }));
}

TEST_CASE("a server that is gone, or refuses connections, is not waited for") {
  FilledHouse house;
  house.club.go_away();
  check_budgets(*house.till);
}

// Takes connections and says nothing.
class SilentPort {
 public:
  explicit SilentPort(int port) : socket_(::socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0)) {
    const int on = 1;
    ::setsockopt(socket_, SOL_SOCKET, SO_REUSEADDR, &on, sizeof on);
    sockaddr_in address{};
    address.sin_family = AF_INET;
    address.sin_port = htons(static_cast<uint16_t>(port));
    address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
    REQUIRE(::bind(socket_, reinterpret_cast<const sockaddr*>(&address), sizeof address) == 0);
    REQUIRE(::listen(socket_, 64) == 0);
  }
  ~SilentPort() { ::close(socket_); }

 private:
  const int socket_;
};

TEST_CASE("a port that takes connections and says nothing is not waited for either") {
  FilledHouse house;
  house.club.go_away();
  const std::string address = house.club.address();
  const SilentPort port(std::stoi(address.substr(address.rfind(':') + 1)));
  check_budgets(*house.till);
}

int entries_of(const char* path) {
  const std::unique_ptr<DIR, int (*)(DIR*)> directory(::opendir(path), &::closedir);
  int count = 0;
  while (::readdir(directory.get()) != nullptr) ++count;
  return count;
}

int median(std::vector<int> values) {
  std::sort(values.begin(), values.end());
  return values[values.size() / 2];
}

// From the second third to the last one, by and large: the fake server's own come and go with it.
int growth_of(const std::vector<int>& counts) {
  const auto third = static_cast<std::ptrdiff_t>(counts.size() / 3);
  return median({counts.end() - third, counts.end()}) -
         median({counts.begin() + third, counts.end() - third});
}

TEST_CASE("threads and descriptors do not grow while the server comes and goes") {
  FilledHouse house;
  constexpr int kRounds = 30;
  std::vector<int> threads;
  std::vector<int> descriptors;
  for (int round = 0; round < kRounds; ++round) {
    if (round % 2 == 0) {
      house.club.hang();
    } else {
      house.club.go_away();
    }
    waits(*house.till, 4);
    if (round % 2 == 0) {
      house.club.go_on();
    } else {
      house.club.come_back();
    }
    REQUIRE(eventually([&] { return !identify(*house.till, card_key("77"))->has_cached_as_of(); }));
    threads.push_back(entries_of("/proc/self/task"));
    descriptors.push_back(entries_of("/proc/self/fd"));
  }
  CHECK(growth_of(threads) <= 3);
  CHECK(growth_of(descriptors) <= 3);
}

TEST_CASE("a clock that is far from the server's is told") {
  FilledHouse house;
  const int64_t skew_ms = house.till->status().clock_skew_ms();
  CHECK(std::abs(house.clock.now_us() / 1000 - 1'800'000'000'000 - skew_ms) < 60'000);
}

}  // namespace
}  // namespace moadon::agent
