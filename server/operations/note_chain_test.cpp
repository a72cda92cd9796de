#include "server/operations/note_chain.h"

#include "absl/synchronization/notification.h"
#include "rules/refusal.h"
#include "server/operations/record.h"
#include "server/operations/test_club.h"
#include "server/storage/journal_place_store.h"
#include "tests/catch.h"

namespace moadon {
namespace {

// One sale in a place of a journal; names and values are made of the letters.
v1::RecordRequest delivery(char journal, int64_t sequence, char chain, const std::string& receipt) {
  v1::RecordRequest request;
  request.set_journal_id(std::string(storage::kJournalIdBytes, journal));
  v1::RecordEntry& entry = *request.add_entries();
  entry.set_sequence(sequence);
  entry.set_chain(std::string(storage::kChainBytes, chain));
  entry.set_sale(sale(receipt, "2026-01-01T10:00:00Z", "", {{"milk"}}).SerializeAsString());
  return request;
}

absl::Status status_of(TestClub& test, const v1::RecordRequest& request) {
  absl::Status status;
  absl::Notification answered;
  const ClubViewPtr view = test.club().view();
  record(test.club(), *view->register_of_id("r1"), request,
         [&](absl::StatusOr<v1::RecordResponse> response) {
           status = response.status();
           answered.Notify();
         });
  answered.WaitForNotification();
  return status;
}

TEST_CASE("another history in a place that was taken stops the whole call, and only that") {
  TestClub test;
  CHECK(status_of(test, delivery('j', 1, 'a', "1")).ok());
  CHECK(status_of(test, delivery('j', 1, 'a', "1")).ok());  // the same again

  v1::RecordRequest forked = delivery('j', 2, 'b', "2");
  *forked.add_entries() = delivery('j', 1, 'x', "3").entries(0);
  const absl::Status refused = status_of(test, forked);
  CHECK(reason_of(refused) == v1::REASON_JOURNAL_FORKED);
  CHECK(detail_of(refused).values().at("register_id") == "r1");
  CHECK(test.query("SELECT COUNT(*) FROM sales") == 1);
  CHECK(test.query("SELECT COUNT(*) FROM journal_places") == 1);

  CHECK(status_of(test, delivery('j', 2, 'c', "4")).ok());
  CHECK(status_of(test, delivery('k', 1, 'x', "3")).ok());  // after rejoining
  CHECK(test.query("SELECT COUNT(*) FROM sales") == 3);
}

TEST_CASE("agents that keep no chain are not judged by it") {
  TestClub test;
  v1::RecordRequest plain = delivery('j', 1, 'a', "1");
  plain.clear_journal_id();
  CHECK(status_of(test, plain).ok());
  v1::RecordRequest older = delivery('j', 1, 'a', "2");
  older.mutable_entries(0)->clear_chain();
  CHECK(status_of(test, older).ok());
  CHECK(test.query("SELECT COUNT(*) FROM journal_places") == 0);
  CHECK(test.query("SELECT COUNT(*) FROM sales") == 2);
}

TEST_CASE("places far behind the newest are forgotten") {
  TestClub test;
  CHECK(status_of(test, delivery('j', 1, 'a', "1")).ok());
  CHECK(status_of(test, delivery('j', storage::kKeptPlaces, 'b', "2")).ok());
  CHECK(test.query("SELECT COUNT(*) FROM journal_places") == 2);
  CHECK(status_of(test, delivery('j', storage::kKeptPlaces + 1, 'c', "3")).ok());
  CHECK(test.query("SELECT MIN(sequence) FROM journal_places") == storage::kKeptPlaces);
}

}  // namespace
}  // namespace moadon
