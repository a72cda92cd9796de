#include "server/operations/hand_over.h"

#include <algorithm>

#include "absl/strings/escaping.h"
#include "rules/refusal.h"
#include "server/operations/hand_over_queue.h"
#include "server/operations/test_club.h"
#include "server/operations/test_queue.h"
#include "tests/catch.h"

namespace moadon {
namespace {

TEST_CASE("what is handed over waits for the owner once, with what it says and why") {
  TestClub test;
  REQUIRE(give(test, {handed_sale(7, "A", "100"), handed_sale(8, "B", "")}).ok());
  REQUIRE(give(test, {handed_sale(7, "A", "100")}).ok());  // the answer was lost
  const auto entries = queue(test, false, /*page_size=*/1);
  REQUIRE(entries.size() == 2);
  CHECK(entries[0].register_id() == "r1");
  CHECK(entries[0].journal_id() == absl::BytesToHexString(kQueueJournal));
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
  REQUIRE(give(test, {broken, bare(handed_sale(2, "B", ""))}).ok());
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
  CHECK(reason({}, kQueueJournal) == v1::REASON_FIELD_MISSING);
  CHECK(reason({handed_sale(1, "A", "")}, "") == v1::REASON_FIELD_MISSING);
  CHECK(reason({handed_sale(1, "A", "")}, "short") == v1::REASON_FIELD_INVALID);
  CHECK(reason({handed_sale(0, "A", "")}, kQueueJournal) == v1::REASON_FIELD_INVALID);
  CHECK(reason(std::vector<v1::HandedEntry>(257, handed_sale(1, "A", "")), kQueueJournal) ==
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
  CHECK(give(test, {bare(handed_sale(7, "A", ""))}).ok());
  CHECK(queue(test).size() == 2);
}

TEST_CASE("a settled entry is known by its chain value") {
  TestClub test;
  REQUIRE(give(test, {chained(handed_sale(7, "A", "100"), 'a')}).ok());
  REQUIRE(settle(test, 7, "typed in").ok());
  CHECK(give(test, {chained(handed_sale(7, "A", "100"), 'a')}).ok());
  CHECK(reason_of(give(test, {chained(handed_sale(7, "B", "100"), 'b')})) ==
        v1::REASON_JOURNAL_FORKED);
}

TEST_CASE(
    "an altered entry that becomes whole waits with what it says, also after it was settled") {
  TestClub test;
  const v1::HandedEntry whole = chained(handed_sale(7, "A", "100"), 'a');
  const bool is_settled = GENERATE(false, true);
  CAPTURE(is_settled);
  REQUIRE(give(test, {bare(whole)}).ok());
  REQUIRE(give(test, {bare(whole)}).ok());  // the answer was lost
  if (is_settled) REQUIRE(settle(test, 7, "nobody knows").ok());
  REQUIRE(give(test, {whole}).ok());
  REQUIRE(queue(test).size() == 1);
  CHECK(queue(test)[0].sale().receipt() == "A");
  CHECK(queue(test)[0].note() == (is_settled ? "nobody knows" : ""));
  CHECK(queue(test)[0].refusal().reason() == v1::REASON_RECEIPT_REUSED);
  CHECK(give(test, {whole, bare(whole)}).ok());
  CHECK(reason_of(give(test, {chained(handed_sale(7, "B", "100"), 'b')})) ==
        v1::REASON_JOURNAL_FORKED);
  REQUIRE(settle(test, 7, "typed in").ok());
  CHECK(give(test, {whole}).ok());
  CHECK(queue(test).empty());
  CHECK(queue(test, true)[0].note() == "typed in");
}

TEST_CASE("what the owner said of an altered entry stays when it settles itself") {
  TestClub test;
  const v1::HandedEntry whole = chained(handed_sale(7, "A", "100"), 'a');
  REQUIRE(give(test, {bare(whole)}).ok());
  REQUIRE(settle(test, 7, "typed in as 17").ok());
  REQUIRE(deliver(test, whole).has_recorded());
  REQUIRE(give(test, {whole}).ok());
  CHECK(queue(test).empty());
  CHECK(queue(test, /*with_settled=*/true)[0].note() == "typed in as 17");
}

TEST_CASE("an altered entry that was recorded while it was whole does not wait") {
  TestClub test;
  const v1::HandedEntry whole = chained(handed_sale(7, "A", "100"), 'a');
  REQUIRE(give(test, {bare(whole)}).ok());
  CHECK(deliver(test, whole).has_recorded());
  CHECK(queue(test).empty());
  REQUIRE(give(test, {whole}).ok());
  CHECK(queue(test).empty());
  CHECK(queue(test, /*with_settled=*/true).size() == 1);
}

// A disk from before a hand-over is put back, and its register goes on under another journal.
TEST_CASE("an entry comes to the queue once, whatever journal its register goes on with") {
  TestClub test;
  const std::string other(16, 'k');
  const v1::HandedEntry once = chained(handed_sale(7, "A", "100"), 'a');
  REQUIRE(give(test, {once}).ok());
  const bool is_settled = GENERATE(false, true);
  CAPTURE(is_settled);
  if (is_settled) REQUIRE(settle(test, 7, "typed in").ok());
  REQUIRE(give(test, {once}, other).ok());
  REQUIRE(give(test, {once}, other).ok());
  CHECK(queue(test).size() == (is_settled ? 0 : 1));
  CHECK(queue(test, /*with_settled=*/true).size() == 2);
  // A place alone tells nobody whether it came before, until it is whole.
  const v1::HandedEntry next = chained(handed_sale(8, "B", "100"), 'b');
  REQUIRE(give(test, {next}).ok());
  REQUIRE(give(test, {bare(next)}, other).ok());
  REQUIRE(queue(test).size() == (is_settled ? 2 : 3));
  REQUIRE(give(test, {next}, other).ok());
  CHECK(queue(test).size() == (is_settled ? 1 : 2));
}

TEST_CASE("what one journal handed over does not wait when another delivers it") {
  TestClub test;
  const v1::HandedEntry once = chained(handed_sale(7, "A", "100"), 'a');
  REQUIRE(give(test, {once, chained(handed_sale(8, "B", "100"), 'b')}).ok());
  CHECK(deliver(test, once, std::string(16, 'k')).has_recorded());
  REQUIRE(queue(test).size() == 1);
  CHECK(queue(test)[0].sequence() == 8);
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

}  // namespace
}  // namespace moadon
