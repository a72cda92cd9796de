// New members and returns at a till without its server.
#include <thread>

#include "client/agent/test_house.h"
#include "identity/provisional_id.h"
#include "rules/calendar.h"
#include "rules/refusal.h"
#include "sqlite/connection.h"
#include "tests/catch.h"

namespace moadon::agent {
namespace {

v1::Key card_key(const std::string& text) {
  v1::Key key;
  key.set_card(text);
  return key;
}

v1::EnrollRequest newcomer(const std::string& card, const std::string& phone = "") {
  v1::EnrollRequest request;
  v1::EnrollMemberRequest& member = *request.mutable_member();
  *member.add_keys() = card_key(card);
  if (!phone.empty()) member.add_keys()->set_phone(phone);
  member.set_first_name("Noa");
  member.set_last_name("Cohen");
  v1::Consent& consent = *member.add_consents();
  consent.set_channel(v1::CONTACT_CHANNEL_SMS);
  consent.set_granted(true);
  consent.set_wording("terms of 2026");
  return request;
}

absl::StatusOr<v1::IdentifyResponse> enroll(Register& till, const v1::EnrollRequest& request) {
  auto enrolled = till.call(&v1::RegisterService::Stub::Enroll, request);
  if (!enrolled.ok()) return enrolled.status();
  return std::move(*enrolled->mutable_member());
}

absl::StatusOr<v1::IdentifyResponse> identify(Register& till, const v1::Key& key) {
  v1::IdentifyRequest who;
  *who.mutable_key() = key;
  return till.call(&v1::RegisterService::Stub::Identify, who);
}

// A house with a program whose server has just gone away.
struct LonelyHouse : House {
  explicit LonelyHouse(const v1::Program& program = program_of("en")) {
    club.publish(program);
    agent = start();
    till = std::make_unique<Register>(*agent, directory.path(), "R1");
    CHECK(eventually([&] {
      const v1::StatusResponse status = till->status();
      return status.program_version() > 0 && status.has_cache_time();
    }));
    club.go_away();
  }
  // Another agent process: nothing is in memory.
  void restart() {
    till.reset();
    agent.reset();
    agent = start();
    till = std::make_unique<Register>(*agent, directory.path(), "R1");
  }
  std::unique_ptr<Agent> agent;
  std::unique_ptr<Register> till;
};

TEST_CASE("a new member is known by every key from then on, also to the next process") {
  LonelyHouse house;
  const auto enrolled = enroll(*house.till, newcomer("N-1", "054-1234567"));
  REQUIRE(enrolled.ok());
  CHECK(is_provisional_id(enrolled->facts().member_id()));
  CHECK(enrolled->is_provisional());
  CHECK(enrolled->facts().snapshot() == 0);
  CHECK(enrolled->display_name() == "Noa C.");
  CHECK(enrolled->cashier_line() == "Hello Noa, good to see you.");
  CHECK_FALSE(enrolled->has_cached_as_of());
  for (int process = 0; process < 2; ++process) {
    v1::Key phone;
    phone.set_phone("+972 54 123 4567");
    for (const v1::Key& key : {card_key("n-1"), phone}) {
      const auto found = identify(*house.till, key);
      REQUIRE(found.ok());
      CHECK(found->SerializeAsString() == enrolled->SerializeAsString());
    }
    CHECK(reason_of(identify(*house.till, card_key("N-2")).status()) ==
          v1::REASON_SERVER_UNREACHABLE);
    house.restart();
  }
  CHECK(house.till->status().undelivered_count() == 1);
  const v1::PendingResponse pending = house.till->pending();
  REQUIRE(pending.entries_size() == 1);
  CHECK(pending.entries(0).receipt().empty());
  CHECK(pending.entries(0).has_commit_time());
}

TEST_CASE("the same enrolment again is the same member and no other entry") {
  LonelyHouse house;
  const auto once = enroll(*house.till, newcomer("N-1"));
  const auto again = enroll(*house.till, newcomer("N-1"));
  REQUIRE(once.ok());
  REQUIRE(again.ok());
  CHECK(again->SerializeAsString() == once->SerializeAsString());
  CHECK(house.till->status().undelivered_count() == 1);
  SECTION("more of them is an entry of its own, and they stay who they are") {
    v1::EnrollRequest more = newcomer("N-1", "054-7654321");
    for (int i = 0; i < 2; ++i) {
      const auto grown = enroll(*house.till, more);
      REQUIRE(grown.ok());
      CHECK(grown->facts().member_id() == once->facts().member_id());
    }
    CHECK(house.till->status().undelivered_count() == 2);
    v1::Key phone;
    phone.set_phone("0547654321");
    CHECK(identify(*house.till, phone)->facts().member_id() == once->facts().member_id());
  }
  SECTION("the register's own time makes another of it only where it differs") {
    v1::EnrollRequest timed = newcomer("N-1");
    timed.mutable_member()->mutable_occurred_at()->set_seconds(1'770'000'000);
    REQUIRE(enroll(*house.till, timed).ok());
    REQUIRE(enroll(*house.till, timed).ok());
    CHECK(house.till->status().undelivered_count() == 2);
  }
}

TEST_CASE("who is enrolled at every register at once is one provisional member") {
  LonelyHouse house;
  constexpr int kCalls = 8;
  std::vector<std::string> ids(kCalls);
  std::vector<std::thread> callers;
  for (int i = 0; i < kCalls; ++i) {
    callers.emplace_back([&house, &id = ids[i], i] {
      Register till = house.at(*house.agent, i % 2 == 0 ? "R1" : "R2");
      const auto enrolled = enroll(till, newcomer("N-1"));
      if (enrolled.ok()) id = enrolled->facts().member_id();
    });
  }
  for (std::thread& caller : callers) caller.join();
  CHECK(is_provisional_id(ids[0]));
  for (const std::string& id : ids) CHECK(id == ids[0]);
}

TEST_CASE("an enrolment without the server is checked as the server would") {
  LonelyHouse house;
  const auto reason = [&](const v1::EnrollRequest& request) {
    return reason_of(enroll(*house.till, request).status());
  };
  CHECK(reason(v1::EnrollRequest()) == v1::REASON_FIELD_MISSING);
  v1::EnrollRequest wrong = newcomer("N-1");
  wrong.mutable_member()->clear_keys();
  CHECK(reason(wrong) == v1::REASON_FIELD_MISSING);
  CHECK(reason(newcomer("N-1", "12")) == v1::REASON_FIELD_INVALID);
  wrong = newcomer("N-1");
  wrong.mutable_member()->set_first_name("a\nb");
  CHECK(reason(wrong) == v1::REASON_TEXT_INVALID);
  wrong = newcomer("N-1");
  wrong.mutable_member()->mutable_consents(0)->clear_wording();
  CHECK(reason(wrong) == v1::REASON_FIELD_MISSING);
  wrong = newcomer("N-1");
  wrong.mutable_member()->set_birth_date("2026-02-30");
  CHECK(reason(wrong) == v1::REASON_FIELD_INVALID);
  REQUIRE(enroll(*house.till, newcomer("N-1")).ok());
  REQUIRE(enroll(*house.till, newcomer("N-2")).ok());
  v1::EnrollRequest both = newcomer("N-1");
  *both.mutable_member()->add_keys() = card_key("N-2");
  const auto taken = enroll(*house.till, both);
  CHECK(reason_of(taken.status()) == v1::REASON_KEY_TAKEN);
  CHECK(detail_of(taken.status()).values().at("field") == "keys[1]");
  CHECK(house.till->status().undelivered_count() == 2);
}

TEST_CASE("an agent without a program cannot read keys, and says so") {
  House house;
  house.club.go_away();
  const auto agent = house.start();
  Register till = house.at(*agent, "R1");
  CHECK(reason_of(enroll(till, newcomer("N-1")).status()) == v1::REASON_PROGRAM_MISSING);
}

TEST_CASE("enrolment and sales are delivered in order, and then they are who the server says") {
  LonelyHouse house;
  const auto enrolled = enroll(*house.till, newcomer("N-1"));
  REQUIRE(enrolled.ok());
  const std::string provisional_id = enrolled->facts().member_id();
  v1::QuoteRequest basket;
  *basket.mutable_basket()->add_lines() = sale_of("1").lines(0);
  basket.mutable_basket()->set_member_id(provisional_id);
  REQUIRE(house.till->call(&v1::RegisterService::Stub::Quote, basket).ok());
  REQUIRE(house.till->commit(sale_of("1"), provisional_id).ok());
  REQUIRE(house.till->commit(sale_of("2"), provisional_id).ok());
  house.club.come_back();
  REQUIRE(eventually([&] { return house.club.recorded().size() == 3; }));
  CHECK(house.club.recorded() == std::vector<std::string>{"R1/card N-1", "R1/1", "R1/2"});
  CHECK(house.club.context_of("R1/1").member_id() == provisional_id);
  const v1::OfflineEnrollment sent = house.club.enrolled("R1/card N-1");
  CHECK(sent.provisional_id() == provisional_id);
  CHECK(sent.member().has_occurred_at());
  CHECK(sent.member().consents(0).wording() == "terms of 2026");
  REQUIRE(eventually([&] { return house.till->status().undelivered_count() == 0; }));
  // A basket that still names them means the member.
  REQUIRE(house.till->commit(sale_of("3"), provisional_id).ok());
  REQUIRE(eventually([&] { return house.club.recorded().size() == 4; }));
  CHECK(house.club.context_of("R1/3").member_id() == "id-of-card N-1");
  CHECK(eventually([&] {
    const auto asked = identify(*house.till, card_key("N-1"));
    return reason_of(asked.status()) == v1::REASON_MEMBER_UNKNOWN;
  }));
  house.club.go_away();
  const auto found = identify(*house.till, card_key("N-1"));
  REQUIRE(found.ok());
  CHECK(found->facts().member_id() == "id-of-card N-1");
  CHECK_FALSE(found->is_provisional());
}

// Keys of those who were enrolled here.
int64_t known_key_count(const House& house) {
  const auto file =
      sqlite::Connection::open(house.directory.journal_path(), {.access = sqlite::Access::kReader});
  return (*file)->query_int64("SELECT count(*) FROM provisional_key").value();
}

TEST_CASE("who is erased at the server is forgotten here, too, once that is heard") {
  LonelyHouse house;
  const auto enrolled = enroll(*house.till, newcomer("77"));
  REQUIRE(enrolled.ok());
  house.club.set_facts({});  // there is somebody with the card 77
  house.club.come_back();
  REQUIRE(eventually([&] { return house.till->status().undelivered_count() == 0; }));
  CHECK(known_key_count(house) == 1);
  house.club.remove_card(0);  // they
  CHECK(eventually([&] { return known_key_count(house) == 0; }));
  house.club.go_away();
  const auto asked = identify(*house.till, card_key("77"));
  CHECK(reason_of(asked.status()) == v1::REASON_SERVER_UNREACHABLE);
  // A sale under way at another register of the machine is still theirs.
  Register other = house.at(*house.agent, "R2");
  REQUIRE(other.commit(sale_of("9"), enrolled->facts().member_id()).ok());
  house.club.come_back();
  REQUIRE(eventually([&] { return other.status().undelivered_count() == 0; }));
  CHECK(house.club.context_of("R2/9").member_id() == "member-of-77");
}

TEST_CASE("who is gone while the machine is away is forgotten when all cards came anew") {
  LonelyHouse house;
  REQUIRE(enroll(*house.till, newcomer("N-1")).ok());
  REQUIRE(enroll(*house.till, newcomer("77")).ok());
  house.club.set_facts({});  // there is somebody with the card 77
  house.club.refuse_receipt("card N-2", v1::REASON_KEY_TAKEN);
  REQUIRE(enroll(*house.till, newcomer("N-2")).ok());
  house.club.come_back();
  REQUIRE(eventually([&] { return house.till->status().undelivered_count() == 1; }));
  CHECK(known_key_count(house) == 3);
  house.club.go_away();
  house.club.name_others();  // a pass from the beginning says nothing of who was gone before
  house.club.add_cards(0, 1);
  house.club.come_back();
  CHECK(eventually([&] { return known_key_count(house) == 2; }));
  REQUIRE(eventually([&] { return house.till->status().cached_member_count() == 1; }));
  house.club.go_away();
  const auto asked = identify(*house.till, card_key("N-1"));
  CHECK(reason_of(asked.status()) == v1::REASON_SERVER_UNREACHABLE);
  CHECK(identify(*house.till, card_key("77"))->facts().member_id() == "member-of-77");
  CHECK(identify(*house.till, card_key("N-2"))->is_provisional());
}

TEST_CASE("what the server refuses is kept back, and the person stays known here") {
  LonelyHouse house;
  house.club.refuse_receipt("card N-1", v1::REASON_KEY_TAKEN);
  const auto enrolled = enroll(*house.till, newcomer("N-1"));
  REQUIRE(enrolled.ok());
  house.club.come_back();
  REQUIRE(eventually([&] {
    const v1::PendingResponse pending = house.till->pending();
    return pending.entries_size() == 1 && pending.entries(0).has_refusal();
  }));
  CHECK(house.till->pending().entries(0).refusal().reason() == v1::REASON_KEY_TAKEN);
  const auto found = identify(*house.till, card_key("N-1"));
  REQUIRE(found.ok());
  CHECK(found->facts().member_id() == enrolled->facts().member_id());
  CHECK(found->is_provisional());
}

TEST_CASE("a sale at another register of the machine brings the enrolment along") {
  LonelyHouse house;
  const auto enrolled = enroll(*house.till, newcomer("N-1"));
  REQUIRE(enrolled.ok());
  Register other = house.at(*house.agent, "R2");
  const auto found = identify(other, card_key("N-1"));
  REQUIRE(found.ok());
  CHECK(found->facts().member_id() == enrolled->facts().member_id());
  REQUIRE(other.commit(sale_of("9"), found->facts().member_id()).ok());
  REQUIRE(other.commit(sale_of("9"), found->facts().member_id()).ok());
  CHECK(other.status().undelivered_count() == 2);
  house.club.come_back();
  REQUIRE(eventually([&] { return house.club.recorded().size() == 3; }));
  CHECK(house.club.enrolled("R2/card N-1").SerializeAsString() ==
        house.club.enrolled("R1/card N-1").SerializeAsString());
  CHECK(house.club.context_of("R2/9").member_id() == enrolled->facts().member_id());
}

TEST_CASE("whoever is kept as a member is that member, and what is new of them is journalled") {
  House house;
  house.club.publish(program_of("en"));
  house.club.add_cards(0, 2);
  const auto agent = house.start();
  Register till = house.at(*agent, "R1");
  REQUIRE(eventually([&] { return till.status().cached_member_count() == 2; }));
  house.club.go_away();
  v1::EnrollRequest more = newcomer("N-7");
  *more.mutable_member()->add_keys() = card_key("77");
  const auto enrolled = enroll(till, more);
  REQUIRE(enrolled.ok());
  CHECK(enrolled->facts().member_id() == "member-of-77");
  CHECK(enrolled->facts().snapshot() > 0);
  CHECK_FALSE(enrolled->is_provisional());
  CHECK(till.status().undelivered_count() == 1);
  const auto by_new_key = identify(till, card_key("N-7"));
  REQUIRE(by_new_key.ok());
  CHECK(by_new_key->facts().member_id() == "member-of-77");
  CHECK_FALSE(by_new_key->is_provisional());
  v1::EnrollRequest of_two = newcomer("N-8");
  REQUIRE(enroll(till, of_two).ok());
  *of_two.mutable_member()->add_keys() = card_key("77");
  CHECK(reason_of(enroll(till, of_two).status()) == v1::REASON_KEY_TAKEN);
}

v1::Program refusing_program(const std::string& language) {
  v1::Program program = program_of(language);
  program.mutable_offline()->set_refuses_unseen_returns(true);
  return program;
}

TEST_CASE("without the server, a return by a receipt that is not here is refused where told so") {
  for (const char* language : {"en", "he"}) {
    LonelyHouse house(refusing_program(language));
    v1::Return unseen = return_of("r1", "1", 1000);
    unseen.mutable_original()->set_register_id("R9");
    const auto refused = house.till->give_back(unseen);
    CHECK(reason_of(refused.status()) == v1::REASON_SALE_NOT_HERE);
    CHECK(detail_of(refused.status()).values().at("register_id") == "R9");
    CHECK(detail_of(refused.status()).values().at("receipt") == "1");
    const bool is_english =
        refused.status().message().find("please come back") != absl::string_view::npos;
    CHECK(is_english == (std::string(language) == "en"));
    CHECK(house.till->status().undelivered_count() == 0);
    // Without a receipt it is taken, and so is this one when the server can say what was sold.
    unseen.clear_original();
    unseen.set_receipt("r2");
    CHECK(house.till->give_back(unseen).ok());
  }
}

TEST_CASE("otherwise it is taken, and paid back by what it says itself") {
  LonelyHouse house;
  v1::Return unseen = return_of("r1", "1", 1000);
  unseen.mutable_original()->set_register_id("R9");
  const auto taken = house.till->give_back(unseen);
  REQUIRE(taken.ok());
  CHECK(taken->refund_minor() == 500);
}

TEST_CASE("returns of sales that are here are taken without the server, delivered or not") {
  House house;
  house.club.publish(refusing_program("en"));
  const auto agent = house.start();
  Register till = house.at(*agent, "R1");
  REQUIRE(eventually([&] { return till.status().program_version() > 0; }));
  REQUIRE(till.commit(sale_of("1")).ok());
  REQUIRE(eventually([&] { return till.status().undelivered_count() == 0; }));
  house.club.go_away();
  REQUIRE(till.commit(sale_of("2")).ok());
  Register other = house.at(*agent, "R2");  // of the same machine
  CHECK(till.give_back(return_of("r1", "1", 1000))->refund_minor() == 500);
  CHECK(other.give_back(return_of("r2", "2", 2000))->refund_minor() == 1000);
  CHECK(reason_of(till.give_back(return_of("r3", "1", 2000)).status()) ==
        v1::REASON_RETURN_EXCEEDS_SOLD);
  // One that was taken before is answered again, whatever the owner wants.
  CHECK(till.give_back(return_of("r1", "1", 1000))->refund_minor() == 500);
}

}  // namespace
}  // namespace moadon::agent
