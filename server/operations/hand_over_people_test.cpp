// What the owner's queue says of people whose details were erased.
#include "server/operations/hand_over_people.h"

#include <algorithm>
#include <string>
#include <vector>

#include "server/operations/enroll_member.h"
#include "server/operations/erased_key.h"
#include "server/operations/member_id.h"
#include "server/operations/test_club.h"
#include "server/operations/test_queue.h"
#include "server/storage/member_erasure_store.h"
#include "tests/catch.h"

namespace moadon {
namespace {

int64_t with_content(TestClub& test) {
  return test.query("SELECT COUNT(*) FROM handed_over WHERE content IS NOT NULL");
}

TEST_CASE("whatever tells of an erased person is settled, and what comes of them later at once") {
  TestClub test;
  test.clock().set(us("2026-03-01T10:00:00Z"));
  const std::string member_id = test.enroll("100", "2026-01-01T09:00:00Z");
  REQUIRE(deliver(test, handed_enrollment(1, "100")).has_recorded());
  v1::HandedEntry by_id = handed_sale(2, "A", "");
  by_id.mutable_entry()->mutable_context()->set_member_id(member_id);
  v1::HandedEntry by_provisional_id = handed_sale(3, "B", "");
  by_provisional_id.mutable_entry()->mutable_context()->set_member_id("new-0000000000000001");
  v1::HandedEntry by_facts = handed_sale(4, "C", "");
  by_facts.mutable_entry()->mutable_context()->mutable_facts()->set_member_id(member_id);
  by_facts.mutable_entry()->mutable_context()->mutable_facts()->set_birthday("05-06");
  const std::vector<v1::HandedEntry> theirs = {
      by_id, by_provisional_id, by_facts, handed_sale(5, "D", "100"), handed_enrollment(6, "100")};
  const bool is_erased_first = GENERATE(false, true);
  CAPTURE(is_erased_first);
  const v1::HandedEntry anothers = handed_sale(7, "E", "101");
  if (is_erased_first) {
    test.erase(member_id);
    test.clock().set(us("2026-03-01T11:00:00Z"));
  }
  REQUIRE(give(test, theirs).ok());
  REQUIRE(give(test, {anothers}).ok());
  if (!is_erased_first) test.erase(member_id);
  CHECK(with_content(test) == 1);
  CHECK(test.query("SELECT COUNT(*) FROM handed_over WHERE context IS NOT NULL") == 1);
  REQUIRE(queue(test).size() == 1);
  CHECK(queue(test)[0].sequence() == 7);
  CHECK(queue(test, true)[0].note() == "פרטי החבר נמחקו");

  // Who wants to be a member after it is somebody new.
  test.clock().set(us("2026-03-03T10:00:00Z"));
  REQUIRE(give(test, {handed_enrollment(8, "100", "2026-03-02T10:00:00Z")}).ok());
  CHECK(with_content(test) == 2);
}

TEST_CASE("who signs up at the very time of an erasure is somebody new, in the queue as well") {
  TestClub test;
  test.clock().set(us("2026-03-01T10:00:00Z"));
  test.erase(test.enroll("100", "2026-01-01T09:00:00Z"));
  REQUIRE(give(test, {handed_enrollment(1, "100", "2026-03-01T09:59:59Z"),
                      handed_enrollment(2, "100", "2026-03-01T10:00:00Z")})
              .ok());
  REQUIRE(queue(test).size() == 1);
  CHECK(queue(test)[0].sequence() == 2);
}

TEST_CASE("erasing again settles what an older version kept of an erased person") {
  TestClub test;
  const std::string member_id = test.enroll("100", "2026-01-01T09:00:00Z");
  REQUIRE(give(test, {handed_sale(1, "A", "100"), handed_sale(2, "B", "101")}).ok());
  test.erase(member_id);
  REQUIRE(with_content(test) == 1);
  test.tamper(
      "UPDATE handed_over SET settle_us = NULL, context = x'', content ="
      " (SELECT content FROM handed_over WHERE sequence = 2) WHERE sequence = 1");
  test.tamper("UPDATE handed_over SET context = (SELECT CAST(char(10, 16) || '" + member_id +
              "' AS BLOB)) WHERE sequence = 1");
  REQUIRE(with_content(test) == 2);
  test.erase(member_id);
  CHECK(with_content(test) == 1);
}

// What is to be found nowhere in the file once the holder of a card is erased.
std::vector<std::string> sought_of(TestClub& test, int64_t member_id, const std::string& card) {
  const auto texts = wait_for<std::vector<std::string>>([&](auto answer) {
    test.club().write<std::vector<std::string>>(
        [member_id, card](sqlite::Connection& connection,
                          WriterState& state) -> absl::StatusOr<std::vector<std::string>> {
          storage::KeyRow key;
          key.kind = KeyKind::kCard;
          key.value = card;
          absl::Status done = storage::keep_erased_key(
              connection, erased_key_digest(*state.view(), key), {member_id, state.now_us()});
          std::vector<std::string> found;
          if (done.ok()) done = forget_erased_in_queue(connection, state, found);
          if (!done.ok()) return done;
          return found;
        },
        std::move(answer));
  });
  REQUIRE(texts.ok());
  return *texts;
}

bool has(const std::vector<std::string>& texts, const std::string& text) {
  return std::find(texts.begin(), texts.end(), text) != texts.end();
}

TEST_CASE("what the queue said of an erased person is looked for in the file") {
  TestClub test;
  const int64_t erased_id = member_id_of(test.enroll("100", "2026-01-01T09:00:00Z")).value();
  const v1::HandedEntry handed = handed_enrollment(1, "1234567890");
  REQUIRE(give(test, {handed}).ok());
  const auto texts = sought_of(test, erased_id, "1234567890");
  CHECK(has(texts, "Zerubavelit"));
  CHECK(has(texts, "1234567890"));
  CHECK(has(texts, handed.entry().enrolled()));
  CHECK(queue(test).empty());
}

// A long text may lie across two pages of the file, where nobody finds it whole.
TEST_CASE("of what the queue said at length both ends are looked for, facts of the sale included") {
  TestClub test;
  const int64_t erased_id = member_id_of(test.enroll("100", "2026-01-01T09:00:00Z")).value();
  const std::string beginning(64, 'a');
  const std::string end(64, 'z');
  v1::OfflineEnrollment content;
  v1::HandedEntry enrolled = handed_enrollment(1, "1234567890");
  REQUIRE(content.ParseFromString(enrolled.entry().enrolled()));
  content.mutable_member()->add_custom_values()->set_value(beginning + "m" + end);
  enrolled.mutable_entry()->set_enrolled(content.SerializeAsString());
  v1::HandedEntry sold = handed_sale(2, "A", "1234567890");
  v1::MemberFacts& facts = *sold.mutable_entry()->mutable_context()->mutable_facts();
  facts.set_birthday("05-06");
  for (int i = 0; i < 20; ++i) facts.add_tags("patient at home");
  REQUIRE(give(test, {enrolled, sold}).ok());
  const auto texts = sought_of(test, erased_id, "1234567890");
  CHECK(has(texts, beginning));
  CHECK(has(texts, end));
  const std::string context = sold.entry().context().SerializeAsString();
  CHECK(has(texts, context.substr(0, 64)));
  CHECK(has(texts, context.substr(context.size() - 64)));
  CHECK(std::none_of(texts.begin(), texts.end(),
                     [](const std::string& text) { return text.size() > 128; }));
}

TEST_CASE("erasing a person settles what came with one of their keys, however it was written") {
  TestClub test;
  v1::EnrollMemberRequest person;
  person.add_keys()->set_phone("054-1234567");
  const auto enrolled = wait_for<v1::EnrollMemberResponse>(
      [&](auto answer) { enroll_member(test.club(), person, std::move(answer)); });
  REQUIRE(enrolled.ok());
  v1::HandedEntry theirs = handed_sale(1, "A", "");
  v1::Sale content;
  REQUIRE(content.ParseFromString(theirs.entry().sale()));
  content.mutable_key()->set_phone("+972 54 123 4567");
  theirs.mutable_entry()->set_sale(content.SerializeAsString());
  REQUIRE(give(test, {theirs, handed_sale(2, "B", "100")}).ok());

  test.erase(enrolled->member().member_id());
  const auto left = queue(test);
  REQUIRE(left.size() == 1);
  CHECK(left[0].sequence() == 2);
}

}  // namespace
}  // namespace moadon
