#include "server/operations/hand_over.h"

#include "absl/strings/escaping.h"
#include "rules/refusal.h"
#include "server/operations/enroll_member.h"
#include "server/operations/erase_member.h"
#include "server/operations/test_club.h"
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
