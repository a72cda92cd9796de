// The whole agent in this process, between a register and a club's server that comes and goes.
#include "client/agent/agent.h"

#include <filesystem>
#include <set>
#include <thread>

#include "client/agent/test_house.h"
#include "rules/calendar.h"
#include "rules/refusal.h"
#include "tests/catch.h"

namespace moadon::agent {
namespace {

TEST_CASE("a commit without a server is answered, and delivered once when the server is back") {
  House house;
  house.club.go_away();
  const auto agent = house.start();
  Register till = house.at(*agent, "R1");
  for (int i = 1; i <= 20; ++i) {
    const auto committed = till.commit(sale_of(std::to_string(i)));
    REQUIRE(committed.ok());
    CHECK(committed->sequence() == i);
    CHECK(committed->total_minor() == 1000);
  }
  CHECK(till.status().undelivered_count() == 20);
  CHECK_FALSE(till.status().online());
  house.club.come_back();
  REQUIRE(eventually([&] { return till.status().undelivered_count() == 0; }));
  CHECK(till.status().online());
  const std::vector<std::string> recorded = house.club.recorded();
  REQUIRE(recorded.size() == 20);
  for (int i = 1; i <= 20; ++i) CHECK(recorded[i - 1] == "R1/" + std::to_string(i));
}

TEST_CASE("what was not delivered is delivered by the agent that starts next") {
  House house;
  house.club.go_away();
  {
    const auto agent = house.start();
    REQUIRE(house.at(*agent, "R1").commit(sale_of("1")).ok());
    REQUIRE(house.at(*agent, "R2").commit(sale_of("1")).ok());
  }
  house.club.come_back();
  const auto agent = house.start();
  REQUIRE(eventually([&] { return house.club.recorded().size() == 2; }));
  const auto again = house.at(*agent, "R1").commit(sale_of("1"));
  REQUIRE(again.ok());
  CHECK(again->sequence() == 1);
  CHECK(house.at(*agent, "R1").commit(sale_of("2"))->sequence() == 2);
  REQUIRE(eventually([&] { return house.club.recorded().size() == 3; }));
  CHECK(house.club.repeat_count() == 0);
}

TEST_CASE("a server that comes back after a while is found within two seconds") {
  House house;
  const auto agent = house.start();
  Register till = house.at(*agent, "R1");
  REQUIRE(eventually([&] { return till.status().online(); }));
  house.club.go_away();
  REQUIRE(till.commit(sale_of("1")).ok());
  absl::SleepFor(absl::Seconds(3));
  CHECK_FALSE(till.status().online());
  house.club.come_back();
  const absl::Time back = absl::Now();
  REQUIRE(eventually([&] { return house.club.recorded().size() == 1; }));
  CHECK(absl::Now() - back < absl::Seconds(2));
}

TEST_CASE(
    "a server that hangs lets cashiers wait three times, and is found again when it goes on") {
  House house;
  const auto agent = house.start();
  Register till = house.at(*agent, "R1");
  REQUIRE(eventually([&] { return till.status().online(); }));
  house.club.hang();
  const auto identify = [&](absl::Duration& took) {
    v1::IdentifyRequest who;
    who.mutable_key()->set_card("77");
    const absl::Time begin = absl::Now();
    const auto member = till.call(&v1::RegisterService::Stub::Identify, who);
    took = absl::Now() - begin;
    return member.ok() ? v1::REASON_UNSPECIFIED : reason_of(member.status());
  };
  absl::Duration took;
  for (int i = 0; i < kTimeoutsBeforeReconnect; ++i) {
    CHECK(identify(took) == v1::REASON_SERVER_UNREACHABLE);
    CHECK(took < 2 * kCashierWait);
  }
  CHECK(identify(took) == v1::REASON_SERVER_UNREACHABLE);
  CHECK(took < kCashierWait / 2);
  REQUIRE(till.commit(sale_of("1")).ok());
  absl::SleepFor(absl::Seconds(3));
  house.club.go_on();
  const absl::Time back = absl::Now();
  REQUIRE(eventually([&] { return till.status().undelivered_count() == 0; }));
  CHECK(absl::Now() - back < absl::Seconds(3));
  CHECK(identify(took) == v1::REASON_UNSPECIFIED);
  CHECK(house.club.recorded() == std::vector<std::string>{"R1/1"});
}

TEST_CASE("the same sale gets the same answer and other content is refused") {
  House house;
  const auto agent = house.start();
  Register till = house.at(*agent, "R1");
  const auto first = till.commit(sale_of("1"));
  const auto again = till.commit(sale_of("1"));
  REQUIRE((first.ok() && again.ok()));
  CHECK(first->SerializeAsString() == again->SerializeAsString());
  const auto other = till.commit(sale_of("1", 501));
  CHECK(reason_of(other.status()) == v1::REASON_RECEIPT_REUSED);
  CHECK(reason_of(till.give_back(return_of("1", "9", 1000)).status()) == v1::REASON_RECEIPT_REUSED);
  REQUIRE(eventually([&] { return till.status().undelivered_count() == 0; }));
  CHECK(house.club.recorded() == std::vector<std::string>{"R1/1"});
}

TEST_CASE("an entry refused for good is kept with its reason and holds nothing up") {
  House house;
  house.club.go_away();
  house.club.refuse_receipt("2", v1::REASON_RECEIPT_REUSED);
  auto agent = house.start();
  Register till = house.at(*agent, "R1");
  for (const char* receipt : {"1", "2", "3"}) REQUIRE(till.commit(sale_of(receipt)).ok());
  house.club.come_back();
  REQUIRE(eventually([&] { return till.status().undelivered_count() == 1; }));
  CHECK(house.club.recorded() == std::vector<std::string>{"R1/1", "R1/3"});
  const v1::PendingResponse pending = till.pending();
  REQUIRE(pending.entries_size() == 1);
  CHECK(pending.entries(0).receipt() == "2");
  CHECK(pending.entries(0).refusal().reason() == v1::REASON_RECEIPT_REUSED);
  REQUIRE(till.commit(sale_of("4")).ok());
  REQUIRE(eventually([&] { return house.club.recorded().size() == 3; }));

  house.club.refuse_receipt("2", v1::REASON_UNSPECIFIED);
  agent.reset();
  agent = house.start();
  REQUIRE(eventually([&] { return house.club.recorded().size() == 4; }));
}

TEST_CASE("what the server refused for 45 days goes to the owner, and nothing younger does") {
  House house;
  house.club.refuse_receipt("1", v1::REASON_RECEIPT_REUSED);
  const auto agent = house.start();
  Register till = house.at(*agent, "R1");
  REQUIRE(till.commit(sale_of("1")).ok());
  REQUIRE(till.commit(sale_of("2")).ok());
  REQUIRE(eventually([&] { return till.status().undelivered_count() == 1; }));

  house.club.pass(absl::Hours(44 * 24));
  house.club.go_away();
  house.club.come_back();
  REQUIRE(till.commit(sale_of("3")).ok());
  REQUIRE(eventually([&] { return till.status().undelivered_count() == 1; }));
  CHECK(house.club.handed_over().empty());

  house.club.pass(absl::Hours(25));
  house.club.go_away();
  house.club.come_back();
  REQUIRE(eventually([&] { return till.status().undelivered_count() == 0; }));
  CHECK(house.club.handed_over() == std::vector<std::string>{"R1/1 REASON_RECEIPT_REUSED"});
  CHECK(house.club.recorded() == std::vector<std::string>{"R1/2", "R1/3"});
}

TEST_CASE("an entry refused for the moment is sent again") {
  House house;
  house.club.refuse_receipt("1", v1::REASON_BUSY);
  const auto agent = house.start();
  Register till = house.at(*agent, "R1");
  REQUIRE(till.commit(sale_of("1")).ok());
  REQUIRE(till.commit(sale_of("2")).ok());
  REQUIRE(eventually([&] { return house.club.recorded().size() == 1; }));
  CHECK(till.pending().entries(0).refusal().reason() == v1::REASON_UNSPECIFIED);
  house.club.refuse_receipt("1", v1::REASON_UNSPECIFIED);
  CHECK(eventually([&] { return house.club.recorded().size() == 2; }));
}

TEST_CASE("sales of a revoked register stay and go when a new token is there") {
  House house;
  house.club.revoke("server-token-1");
  const auto agent = house.start();
  Register till = house.at(*agent, "R1");
  REQUIRE(till.commit(sale_of("1")).ok());
  REQUIRE(eventually(
      [&] { return till.pending().entries(0).refusal().reason() == v1::REASON_TOKEN_REVOKED; }));
  house.club.let_in("new-token-1", "R1");
  REQUIRE(house.directory.add_register("R1", "new-token-1").ok());
  REQUIRE(eventually([&] { return house.club.recorded().size() == 1; }));
  CHECK(eventually([&] { return till.pending().entries_size() == 0; }));
}

TEST_CASE("a token of another register delivers nothing") {
  House house;
  REQUIRE(house.directory.add_register("R1", "server-token-2").ok());
  const auto agent = house.start();
  Register till = house.at(*agent, "R1");
  REQUIRE(till.commit(sale_of("1")).ok());
  CHECK(eventually(
      [&] { return till.pending().entries(0).refusal().reason() == v1::REASON_NOT_ALLOWED; }));
  CHECK(house.club.recorded().empty());
}

TEST_CASE("a register added while the agent runs is served at once") {
  House house;
  const auto agent = house.start();
  Register stranger(*agent, house.directory.path(), "R9");
  stranger.use_token("nobody");
  CHECK(reason_of(stranger.commit(sale_of("1")).status()) == v1::REASON_TOKEN_UNKNOWN);
  house.club.let_in("server-token-9", "R9");
  REQUIRE(house.directory.add_register("R9", "server-token-9").ok());
  Register till(*agent, house.directory.path(), "R9");
  REQUIRE(till.commit(sale_of("1")).ok());
  CHECK(eventually([&] { return house.club.recorded() == std::vector<std::string>{"R9/1"}; }));
}

TEST_CASE("registers that share a local token are not served until each has its own") {
  House house;
  const std::string registers = house.scratch.path() + "/registers/";
  std::filesystem::copy_file(registers + "R1.local-token", registers + "R2.local-token",
                             std::filesystem::copy_options::overwrite_existing);
  const auto agent = house.start();
  Register till = house.at(*agent, "R1");
  CHECK(reason_of(till.commit(sale_of("1")).status()) == v1::REASON_TOKEN_UNKNOWN);
  std::filesystem::remove(registers + "R2.local-token");
  CHECK(eventually([&] { return till.commit(sale_of("1")).ok(); }));
  CHECK(eventually([&] { return house.club.recorded() == std::vector<std::string>{"R1/1"}; }));
}

TEST_CASE("a basket is priced here with the version in force, and the sale names it") {
  House house;
  house.club.publish(program_of("he"));
  auto agent = house.start();
  Register till = house.at(*agent, "R1");
  v1::QuoteRequest basket;
  *basket.mutable_basket()->add_lines() = sale_of("1").lines(0);
  auto quoted = till.call(&v1::RegisterService::Stub::Quote, basket);
  REQUIRE(quoted.ok());
  CHECK(quoted->quote().total_minor() == 1000);
  CHECK(quoted->quote().program_version() == 1);
  v1::CommitRequest sale;
  *sale.mutable_sale() = sale_of("1");
  *sale.mutable_quote() = quoted->quote().reference();
  const auto committed = till.call(&v1::RegisterService::Stub::Commit, sale);
  REQUIRE(committed.ok());
  CHECK(committed->quote().total_minor() == 1000);
  // Without a quote, and of long ago: which version was in force the server knows best.
  CHECK(till.commit(sale_of("2"))->quote().total_minor() == 1000);
  REQUIRE(eventually([&] { return house.club.recorded().size() == 2; }));
  const v1::RecordContext context = house.club.context_of("R1/1");
  CHECK(context.program_version() == 1);
  CHECK(context.priced_at().seconds() == quoted->quote().reference().priced_at().seconds());
  CHECK(house.club.context_of("R1/2").program_version() == 0);

  agent.reset();
  house.club.go_away();
  agent = house.start();
  till = house.at(*agent, "R1");
  quoted = till.call(&v1::RegisterService::Stub::Quote, basket);
  CHECK(quoted.ok());
  CHECK(till.status().currency_code() == "ILS");
}

TEST_CASE("without a program nothing is priced, but sales are taken") {
  House house;
  const auto agent = house.start();
  Register till = house.at(*agent, "R1");
  v1::QuoteRequest basket;
  basket.mutable_basket();
  CHECK(reason_of(till.call(&v1::RegisterService::Stub::Quote, basket).status()) ==
        v1::REASON_PROGRAM_MISSING);
  CHECK(till.commit(sale_of("1")).ok());
}

TEST_CASE("a program that is not understood does not price, and the status says so") {
  House house;
  house.club.publish(program_of("he"));
  v1::Program unknown = program_of("he");
  unknown.mutable_start_time()->set_seconds(1);
  unknown.GetReflection()->MutableUnknownFields(&unknown)->AddVarint(9000, 1);
  house.club.publish(unknown);
  const auto agent = house.start();
  Register till = house.at(*agent, "R1");
  REQUIRE(eventually([&] { return till.status().program_version_not_understood() == 2; }));
  CHECK(till.status().program_version() == 1);
  v1::QuoteRequest basket;
  basket.mutable_basket();
  CHECK(till.call(&v1::RegisterService::Stub::Quote, basket)->quote().program_version() == 1);
}

TEST_CASE("a member is known, and the facts of the quote go with the sale") {
  House house;
  house.club.publish(program_of("he"));
  const auto agent = house.start();
  Register till = house.at(*agent, "R1");
  REQUIRE(eventually([&] { return till.status().program_version() == 1; }));
  v1::IdentifyRequest who;
  who.mutable_key()->set_card("77");
  const auto member = till.call(&v1::RegisterService::Stub::Identify, who);
  REQUIRE(member.ok());
  CHECK(member->cashier_line() == "תודה על הנאמנות, דנה");
  const std::string& member_id = member->facts().member_id();
  v1::QuoteRequest basket;
  basket.mutable_basket()->set_member_id(member_id);
  CHECK(till.call(&v1::RegisterService::Stub::Quote, basket)->quote().facts_snapshot() == 5);
  REQUIRE(till.commit(sale_of("1"), member_id).ok());
  REQUIRE(eventually([&] { return house.club.recorded().size() == 1; }));
  const v1::RecordContext context = house.club.context_of("R1/1");
  CHECK(context.member_id() == member_id);
  CHECK(context.facts().snapshot() == 5);
  // The agent's time is the server's, not this machine's.
  CHECK(context.corrected_at().seconds() >= 1'800'000'000);
  CHECK(context.corrected_at().seconds() < 1'800'000'100);

  who.mutable_key()->set_card("78");
  CHECK(reason_of(till.call(&v1::RegisterService::Stub::Identify, who).status()) ==
        v1::REASON_MEMBER_UNKNOWN);
  house.club.go_away();
  CHECK(reason_of(till.call(&v1::RegisterService::Stub::Identify, who).status()) ==
        v1::REASON_SERVER_UNREACHABLE);
}

TEST_CASE("a cashier is asked to ask once, and the server is told") {
  House house;
  house.club.ask_for("email");
  const auto agent = house.start();
  Register till = house.at(*agent, "R1");
  v1::IdentifyRequest who;
  who.mutable_key()->set_card("77");
  const auto first = till.call(&v1::RegisterService::Stub::Identify, who);
  REQUIRE(first.ok());
  CHECK(first->ask().field() == "email");
  const std::string& member_id = first->facts().member_id();
  // The server may answer before it knows; the other register of this machine too.
  CHECK(!till.call(&v1::RegisterService::Stub::Identify, who)->has_ask());
  CHECK(!house.at(*agent, "R2").call(&v1::RegisterService::Stub::Identify, who)->has_ask());
  REQUIRE(eventually([&] { return house.club.asked().size() == 1; }));
  CHECK(house.club.asked().front() == "R1/" + member_id + "/email");

  house.club.ask_for("birth_date");
  CHECK(till.call(&v1::RegisterService::Stub::Identify, who)->ask().field() == "birth_date");
  REQUIRE(eventually([&] { return house.club.asked().size() == 2; }));
}

TEST_CASE("returns are held to the sale where it is known, here or at the server") {
  House house;
  auto agent = house.start();
  Register till = house.at(*agent, "R1");
  REQUIRE(till.commit(sale_of("1", 501)).ok());
  const auto article = [](v1::Return returned) {
    returned.mutable_lines(0)->set_unit_price_minor(501);
    return returned;
  };
  const auto half = till.give_back(article(return_of("2", "1", 1500)));
  REQUIRE(half.ok());
  CHECK(half->refund_minor() == 752);  // of 1002, rounded half up
  CHECK(reason_of(till.give_back(article(return_of("3", "1", 501))).status()) ==
        v1::REASON_RETURN_EXCEEDS_SOLD);
  CHECK(till.give_back(article(return_of("2", "1", 1500)))->refund_minor() == 752);
  CHECK(till.give_back(article(return_of("3", "1", 500)))->refund_minor() == 250);
  CHECK(reason_of(till.give_back(return_of("4", "1", 1000)).status()) == v1::REASON_LINE_UNKNOWN);

  v1::GetReceiptRequest which;
  which.set_receipt("1");
  const auto receipt = till.call(&v1::RegisterService::Stub::GetReceipt, which);
  REQUIRE(receipt.ok());
  CHECK(receipt->sale().receipt() == "1");
  CHECK(receipt->kept_lines(0).kept_milli() == 0);
  which.set_receipt("never");
  CHECK(reason_of(till.call(&v1::RegisterService::Stub::GetReceipt, which).status()) ==
        v1::REASON_RECEIPT_UNKNOWN);
  REQUIRE(eventually([&] { return house.club.recorded().size() == 3; }));

  // Another machine, which has never seen the sale.
  ScratchDirectory elsewhere;
  const AgentDirectory directory(elsewhere.path());
  REQUIRE(directory.add_register("R2", "server-token-2").ok());
  const auto other = Agent::start(directory, house.settings, house.clock).value();
  Register far(*other, directory.path(), "R2");
  CHECK(reason_of(far.give_back(article(return_of("1", "1", 2001))).status()) ==
        v1::REASON_RETURN_EXCEEDS_SOLD);
  CHECK(far.give_back(article(return_of("1", "1", 2000)))->refund_minor() == 1002);
  CHECK(far.give_back(return_of("2", "not-there-yet", 9000))->refund_minor() == 4500);
  house.club.go_away();
  CHECK(far.give_back(return_of("3", "1", 9000))->refund_minor() == 4500);
}

TEST_CASE("one agent serves a directory") {
  House house;
  const auto agent = house.start();
  CHECK(absl::IsAlreadyExists(Agent::start(house.directory, house.settings, house.clock).status()));
  CHECK(std::filesystem::exists(house.scratch.path() + "/agent.port"));
  agent->stop();
  CHECK_FALSE(std::filesystem::exists(house.scratch.path() + "/agent.port"));
}

TEST_CASE("four registers side by side lose and double nothing") {
  House house;
  for (const char* id : {"R3", "R4"}) {
    house.club.let_in(std::string("token-") + id, id);
    REQUIRE(house.directory.add_register(id, std::string("token-") + id).ok());
  }
  const auto agent = house.start();
  constexpr int kSales = 250;
  std::vector<std::thread> tills;
  for (const char* id : {"R1", "R2", "R3", "R4"}) {
    tills.emplace_back([&house, &agent, id] {
      Register till = house.at(*agent, id);
      for (int i = 1; i <= kSales; ++i) {
        const auto committed = till.commit(sale_of(std::to_string(i)));
        if (!committed.ok() || committed->sequence() != i) std::abort();
      }
    });
  }
  absl::SleepFor(absl::Milliseconds(100));
  house.club.go_away();
  absl::SleepFor(absl::Milliseconds(200));
  house.club.come_back();
  for (std::thread& till : tills) till.join();
  REQUIRE(eventually([&] { return house.club.recorded().size() == 4 * kSales; }));
  const std::vector<std::string> recorded = house.club.recorded();
  CHECK(std::set<std::string>(recorded.begin(), recorded.end()).size() == recorded.size());
}

}  // namespace
}  // namespace moadon::agent
