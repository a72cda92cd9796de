#include "server/operations/hand_over.h"

#include <algorithm>
#include <utility>

#include "absl/strings/escaping.h"
#include "absl/strings/str_cat.h"
#include "rules/refusal.h"
#include "server/operations/enroll_member.h"
#include "server/operations/erase_member.h"
#include "server/operations/erased_key.h"
#include "server/operations/hand_over_people.h"
#include "server/operations/hand_over_queue.h"
#include "server/operations/member_id.h"
#include "server/operations/record.h"
#include "server/operations/test_club.h"
#include "server/storage/member_erasure_store.h"
#include "tests/catch.h"

namespace moadon {
namespace {

const std::string kJournal(16, 'j');

v1::HandedEntry handed_sale(int64_t sequence, const std::string& receipt, const std::string& card) {
  v1::HandedEntry handed;
  handed.mutable_entry()->set_sequence(sequence);
  handed.mutable_entry()->set_sale(
      sale(receipt, "2026-01-01T10:00:00Z", card, {{"milk"}}).SerializeAsString());
  *handed.mutable_commit_time() = at("2026-01-01T10:00:00Z");
  handed.mutable_refusal()->mutable_detail()->set_reason(v1::REASON_RECEIPT_REUSED);
  handed.mutable_refusal()->set_message("another sale");
  return handed;
}

absl::Status give(TestClub& test, const std::vector<v1::HandedEntry>& entries,
                  const std::string& journal_id = kJournal) {
  v1::HandOverRequest request;
  request.set_journal_id(journal_id);
  *request.mutable_entries() = {entries.begin(), entries.end()};
  return wait_for<v1::HandOverResponse>([&](auto answer) {
           hand_over(test.club(), *test.club().view()->register_of_id("r1"), request,
                     std::move(answer));
         })
      .status();
}

std::vector<v1::HandedOver> queue(TestClub& test, bool with_settled = false, int page_size = 0) {
  std::vector<v1::HandedOver> all;
  v1::ListHandedOverRequest request;
  request.set_with_settled(with_settled);
  request.set_page_size(page_size);
  do {
    const auto page = list_handed_over(test.club(), request).value();
    all.insert(all.end(), page.entries().begin(), page.entries().end());
    request.set_page_token(page.next_page_token());
  } while (!request.page_token().empty());
  return all;
}

absl::StatusOr<v1::SettleHandedOverResponse> settle(TestClub& test, int64_t sequence,
                                                    const std::string& note) {
  v1::SettleHandedOverRequest request;
  request.set_register_id("r1");
  request.set_journal_id(absl::BytesToHexString(kJournal));
  request.set_sequence(sequence);
  request.set_note(note);
  return wait_for<v1::SettleHandedOverResponse>(
      [&](auto answer) { settle_handed_over(test.club(), request, std::move(answer)); });
}

TEST_CASE("what is handed over waits for the owner once, with what it says and why") {
  TestClub test;
  REQUIRE(give(test, {handed_sale(7, "A", "100"), handed_sale(8, "B", "")}).ok());
  REQUIRE(give(test, {handed_sale(7, "A", "100")}).ok());  // the answer was lost
  const auto entries = queue(test, false, /*page_size=*/1);
  REQUIRE(entries.size() == 2);
  CHECK(entries[0].register_id() == "r1");
  CHECK(entries[0].journal_id() == absl::BytesToHexString(kJournal));
  CHECK(entries[0].sequence() == 7);
  CHECK(entries[0].sale().receipt() == "A");
  CHECK(entries[0].refusal().reason() == v1::REASON_RECEIPT_REUSED);
  CHECK(entries[0].message() == "another sale");
  CHECK(entries[0].commit_time().seconds() == at("2026-01-01T10:00:00Z").seconds());
  CHECK(test.query("SELECT COUNT(*) FROM sales") == 0);
}

TEST_CASE("a settled entry loses its content and keeps the first note") {
  TestClub test;
  REQUIRE(give(test, {handed_sale(7, "A", "100")}).ok());
  const auto settled = settle(test, 7, "typed in by hand");
  REQUIRE(settled.ok());
  CHECK(settled->entry().content_case() == v1::HandedOver::CONTENT_NOT_SET);
  CHECK(settle(test, 7, "again")->entry().note() == "typed in by hand");
  CHECK(queue(test).empty());
  REQUIRE(queue(test, /*with_settled=*/true).size() == 1);
  // Handed over again, because the agent never heard that it was taken.
  REQUIRE(give(test, {handed_sale(7, "A", "100")}).ok());
  CHECK(queue(test).empty());
  CHECK(reason_of(settle(test, 8, "").status()) == v1::REASON_RECEIPT_UNKNOWN);
}

TEST_CASE("what cannot be read is kept as it came") {
  TestClub test;
  v1::HandedEntry broken = handed_sale(1, "A", "");
  broken.mutable_entry()->set_returned("\xff\xff");
  v1::HandedEntry altered = handed_sale(2, "B", "");
  altered.mutable_entry()->clear_sale();
  REQUIRE(give(test, {broken, altered}).ok());
  const auto entries = queue(test);
  REQUIRE(entries.size() == 2);
  CHECK(entries[0].unreadable() == "\xff\xff");
  CHECK(entries[1].content_case() == v1::HandedOver::kUnreadable);
  CHECK(entries[1].unreadable().empty());
}

TEST_CASE("a call that says too little or too much hands nothing over") {
  TestClub test;
  const auto reason = [&](const std::vector<v1::HandedEntry>& entries, const std::string& journal) {
    return reason_of(give(test, entries, journal));
  };
  CHECK(reason({}, kJournal) == v1::REASON_FIELD_MISSING);
  CHECK(reason({handed_sale(1, "A", "")}, "") == v1::REASON_FIELD_MISSING);
  CHECK(reason({handed_sale(1, "A", "")}, "short") == v1::REASON_FIELD_INVALID);
  CHECK(reason({handed_sale(0, "A", "")}, kJournal) == v1::REASON_FIELD_INVALID);
  CHECK(reason(std::vector<v1::HandedEntry>(257, handed_sale(1, "A", "")), kJournal) ==
        v1::REASON_TOO_LARGE);
  CHECK(queue(test).empty());
}

TEST_CASE("other content in a known place is refused, with everything that came with it") {
  TestClub test;
  REQUIRE(give(test, {handed_sale(7, "A", "100")}).ok());
  const auto forked = [&](const v1::HandedEntry& entry) {
    return reason_of(give(test, {handed_sale(6, "C", ""), entry})) == v1::REASON_JOURNAL_FORKED;
  };
  CHECK(forked(handed_sale(7, "B", "100")));
  v1::HandedEntry returned = handed_sale(7, "A", "");
  returned.mutable_entry()->set_returned(handed_sale(7, "A", "100").entry().sale());
  CHECK(forked(returned));
  CHECK(queue(test).size() == 1);
  CHECK(queue(test)[0].sale().receipt() == "A");
  // Another journal has places of its own.
  CHECK(give(test, {handed_sale(7, "B", "100")}, std::string(16, 'k')).ok());
  // It was altered on the register's disk since.
  v1::HandedEntry altered = handed_sale(7, "A", "");
  altered.mutable_entry()->clear_sale();
  CHECK(give(test, {altered}).ok());
  CHECK(queue(test).size() == 2);
}

v1::HandedEntry chained(v1::HandedEntry handed, char chain) {
  handed.mutable_entry()->set_chain(std::string(32, chain));
  return handed;
}

TEST_CASE("a settled entry is known by its chain value") {
  TestClub test;
  REQUIRE(give(test, {chained(handed_sale(7, "A", "100"), 'a')}).ok());
  REQUIRE(settle(test, 7, "typed in").ok());
  CHECK(give(test, {chained(handed_sale(7, "A", "100"), 'a')}).ok());
  CHECK(reason_of(give(test, {chained(handed_sale(7, "B", "100"), 'b')})) ==
        v1::REASON_JOURNAL_FORKED);
}

v1::RecordOutcome deliver(TestClub& test, const v1::HandedEntry& handed) {
  v1::RecordRequest request;
  request.set_journal_id(kJournal);
  *request.add_entries() = handed.entry();
  return test.record("r1", request).outcomes(0);
}

v1::HandedEntry handed_enrollment(int64_t sequence, const std::string& card,
                                  absl::string_view time = "2026-01-01T10:00:00Z") {
  v1::OfflineEnrollment enrolled;
  enrolled.set_provisional_id(absl::StrCat("new-", absl::Hex(sequence, absl::kZeroPad16)));
  enrolled.mutable_member()->add_keys()->set_card(card);
  enrolled.mutable_member()->set_first_name("Zerubavelit");
  *enrolled.mutable_member()->mutable_occurred_at() = at(time);
  v1::HandedEntry handed;
  handed.mutable_entry()->set_sequence(sequence);
  handed.mutable_entry()->set_enrolled(enrolled.SerializeAsString());
  *handed.mutable_commit_time() = at(time);
  return handed;
}

TEST_CASE("what is recorded after all does not wait any more") {
  TestClub test;
  const std::vector<v1::HandedEntry> entries = {chained(handed_sale(1, "A", "100"), 'a'),
                                                chained(handed_sale(2, "B", "100"), 'b'),
                                                chained(handed_enrollment(3, "200"), 'c')};
  const bool is_handed_first = GENERATE(true, false);
  CAPTURE(is_handed_first);
  if (is_handed_first) REQUIRE(give(test, entries).ok());
  CHECK(deliver(test, entries[0]).has_recorded());
  CHECK(deliver(test, entries[2]).has_recorded());
  if (!is_handed_first) REQUIRE(give(test, entries).ok());  // the answers were lost
  REQUIRE(queue(test).size() == 1);
  CHECK(queue(test)[0].sequence() == 2);
  const auto all = queue(test, /*with_settled=*/true);
  REQUIRE(all.size() == 3);
  const auto settled = std::count_if(all.begin(), all.end(), [](const v1::HandedOver& entry) {
    return entry.has_settle_time() && !entry.note().empty() &&
           entry.content_case() == v1::HandedOver::CONTENT_NOT_SET;
  });
  CHECK(settled == 2);
}

TEST_CASE("what is refused, or is another entry in its place, goes on waiting") {
  TestClub test;
  REQUIRE(deliver(test, handed_sale(1, "A", "100")).has_recorded());
  REQUIRE(give(test, {chained(handed_sale(2, "A", "200"), 'a')}).ok());
  CHECK(deliver(test, chained(handed_sale(2, "A", "200"), 'a')).has_refused());
  CHECK(queue(test).size() == 1);
  REQUIRE(give(test, {chained(handed_sale(3, "C", "200"), 'c')}).ok());
  CHECK(deliver(test, chained(handed_sale(3, "D", "200"), 'd')).has_recorded());
  CHECK(queue(test).size() == 2);
}

TEST_CASE("content over 1 MiB is refused, and pages end before they grow too large") {
  TestClub test;
  v1::HandedEntry large = handed_sale(1, "A", "");
  large.mutable_entry()->set_sale(std::string((1 << 20) + 1, '\xff'));
  CHECK(reason_of(give(test, {handed_sale(2, "B", ""), large})) == v1::REASON_TOO_LARGE);
  CHECK(queue(test).empty());
  for (int64_t sequence = 1; sequence <= 7; ++sequence) {
    large.mutable_entry()->set_sequence(sequence);
    large.mutable_entry()->set_sale(std::string(1 << 20, '\xff'));
    REQUIRE(give(test, {large}).ok());
  }
  v1::ListHandedOverRequest request;
  request.set_page_size(1000);
  const auto first = list_handed_over(test.club(), request).value();
  CHECK(first.entries_size() == 2);
  CHECK(first.ByteSizeLong() < (4u << 20));
  CHECK(queue(test, false, 1000).size() == 7);
}

void erase(TestClub& test, const std::string& member_id) {
  v1::EraseMemberRequest request;
  request.set_member_id(member_id);
  request.set_actor("owner");
  REQUIRE(wait_for<v1::EraseMemberResponse>([&](auto answer) {
            erase_member(test.club(), request, std::move(answer));
          }).ok());
}

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
    erase(test, member_id);
    test.clock().set(us("2026-03-01T11:00:00Z"));
  }
  REQUIRE(give(test, theirs).ok());
  REQUIRE(give(test, {anothers}).ok());
  if (!is_erased_first) erase(test, member_id);
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

TEST_CASE("erasing again settles what an older version kept of an erased person") {
  TestClub test;
  const std::string member_id = test.enroll("100", "2026-01-01T09:00:00Z");
  REQUIRE(give(test, {handed_sale(1, "A", "100"), handed_sale(2, "B", "101")}).ok());
  erase(test, member_id);
  REQUIRE(with_content(test) == 1);
  test.tamper(
      "UPDATE handed_over SET settle_us = NULL, context = x'', content ="
      " (SELECT content FROM handed_over WHERE sequence = 2) WHERE sequence = 1");
  test.tamper("UPDATE handed_over SET context = (SELECT CAST(char(10, 16) || '" + member_id +
              "' AS BLOB)) WHERE sequence = 1");
  REQUIRE(with_content(test) == 2);
  erase(test, member_id);
  CHECK(with_content(test) == 1);
}

TEST_CASE("what the queue said of an erased person is looked for in the file") {
  TestClub test;
  const int64_t erased_id = member_id_of(test.enroll("100", "2026-01-01T09:00:00Z")).value();
  const v1::HandedEntry handed = handed_enrollment(1, "1234567890");
  REQUIRE(give(test, {handed}).ok());
  const auto texts = wait_for<std::vector<std::string>>([&](auto answer) {
    test.club().write<std::vector<std::string>>(
        [erased_id](sqlite::Connection& connection,
                    WriterState& state) -> absl::StatusOr<std::vector<std::string>> {
          storage::KeyRow key;
          key.kind = KeyKind::kCard;
          key.value = "1234567890";
          absl::Status done = storage::keep_erased_key(
              connection, erased_key_digest(*state.view(), key), {erased_id, state.now_us()});
          std::vector<std::string> found;
          if (done.ok()) done = forget_erased_in_queue(connection, state, found);
          if (!done.ok()) return done;
          return found;
        },
        std::move(answer));
  });
  REQUIRE(texts.ok());
  const auto has = [&](const std::string& text) {
    return std::find(texts->begin(), texts->end(), text) != texts->end();
  };
  CHECK(has("Zerubavelit"));
  CHECK(has("1234567890"));
  CHECK(has(handed.entry().enrolled()));
  CHECK(queue(test).empty());
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

  v1::EraseMemberRequest request;
  request.set_member_id(enrolled->member().member_id());
  request.set_actor("owner");
  REQUIRE(wait_for<v1::EraseMemberResponse>([&](auto answer) {
            erase_member(test.club(), request, std::move(answer));
          }).ok());
  const auto left = queue(test);
  REQUIRE(left.size() == 1);
  CHECK(left[0].sequence() == 2);
}

}  // namespace
}  // namespace moadon
