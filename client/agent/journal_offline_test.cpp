// What registers may give without the server, as the journal keeps it: through changes, and through
// changes that nobody made.
#include "client/agent/journal_offline.h"

#include "absl/strings/match.h"
#include "client/agent/scratch_directory.h"
#include "rules/money.h"
#include "sqlite/connection.h"
#include "tests/catch.h"

namespace moadon::agent {
namespace {

constexpr int64_t kNowUs = 1'800'000'000'000'000;
const std::string kKey(kJournalKeyBytes, 'k');

struct Shelf {
  Shelf() { open(); }
  void open() {
    book.reset();
    journal.reset();
    journal = Journal::open(path, kKey, [](const absl::Status&) {}).value();
    book = std::make_unique<OfflineBook>(*journal);
  }
  // Somebody else changes the file meanwhile.
  void change(const std::string& sql) {
    book.reset();
    journal.reset();
    {
      const auto file = sqlite::Connection::open(path).value();
      REQUIRE(file->exec(sql).ok());
    }
    open();
  }
  int64_t commit(const std::string& receipt, const OfflineUse& use) {
    v1::Sale sale;
    sale.set_receipt(receipt);
    NewEntry entry;
    entry.register_id = "R1";
    entry.receipt = receipt;
    entry.content = sale.SerializeAsString();
    entry.offline_use = MemberUse{"m", use};
    const auto committed = journal->commit(
        entry, [](const KnownSale*) -> absl::StatusOr<Amounts> { return Amounts(); });
    REQUIRE(committed.ok());
    return committed->sequence;
  }
  void deliver(int64_t sequence) {
    REQUIRE(
        journal->settle("R1", {Settlement{.sequence = sequence, .refusal = {}, .member_id = {}}})
            .ok());
  }
  // Two rights of the member, one of another, and 7.00 of the benefit "half".
  void take_leases() {
    v1::TakeLeasesResponse answer;
    for (const auto& [member_id, grant_id] :
         {std::pair("m", "g1"), std::pair("m", "g2"), std::pair("n", "g3")}) {
      v1::LeasedRight& right = *answer.add_rights();
      right.set_member_id(member_id);
      right.set_grant_id(grant_id);
      right.mutable_end_time()->set_seconds(kNowUs / 1'000'000 + 100);
    }
    v1::BudgetSlice& slice = *answer.add_slices();
    slice.set_benefit_id("half");
    slice.set_amount_minor(700);
    slice.mutable_end_time()->set_seconds(kNowUs / 1'000'000 + 100);
    const int64_t turn = book->begin_turn("R1", 1)->turn();
    REQUIRE(book->end_turn("R1", turn, answer, kNowUs).value());
  }
  OfflineStanding standing(const std::string& member_id = "m", int64_t now_us = kNowUs) {
    return book->standing({.register_id = "R1", .member_id = member_id, .latest_us = now_us})
        .value();
  }

  ScratchDirectory scratch;
  const std::string path = scratch.path() + "/journal.db";
  std::unique_ptr<Journal> journal;
  std::unique_ptr<OfflineBook> book;
};

OfflineUse use_of(int64_t amount_minor, std::vector<std::string> grant_ids = {},
                  int64_t half_minor = 0) {
  OfflineUse use{.amount_minor = amount_minor, .slices = {}, .grant_ids = std::move(grant_ids)};
  if (half_minor > 0) {
    use.slices.emplace_back().set_benefit_id("half");
    use.slices.back().set_amount_minor(half_minor);
  }
  return use;
}

using Texts = std::vector<std::string>;

TEST_CASE("what sales take is gone until they are delivered, and leases and slices then, too") {
  Shelf shelf;
  shelf.take_leases();
  CHECK(shelf.standing().leased_grant_ids == Texts{"g1", "g2"});
  CHECK(shelf.standing("n").leased_grant_ids == Texts{"g3"});
  const int64_t first = shelf.commit("1", use_of(300, {"g1"}, 500));
  shelf.open();
  CHECK(shelf.standing().used_minor == 300);
  CHECK(shelf.standing().is_member_served);
  CHECK_FALSE(shelf.standing("n").is_member_served);
  CHECK(shelf.standing().leased_grant_ids == Texts{"g2"});
  CHECK(shelf.standing().slices.at(0).amount_minor() == 200);
  CHECK(shelf.book->awaits_delivery("R1", "m").value());
  CHECK_FALSE(shelf.book->awaits_delivery("R1", "n").value());
  CHECK(shelf.book->free_lease_count("R1", kNowUs).value() == 2);

  shelf.deliver(first);
  CHECK(shelf.standing().used_minor == 0);
  CHECK_FALSE(shelf.standing().is_member_served);
  CHECK(shelf.standing().leased_grant_ids == Texts{"g2"});
  CHECK(shelf.standing().slices.at(0).amount_minor() == 200);
  CHECK_FALSE(shelf.book->awaits_delivery("R1", "m").value());
}

TEST_CASE("leases and slices that ended are there only for what was quoted before") {
  Shelf shelf;
  shelf.take_leases();
  const int64_t later_us = kNowUs + 200'000'000;
  CHECK(shelf.standing("m", later_us).leased_grant_ids.empty());
  CHECK(shelf.standing("m", later_us).slices.empty());
  const auto quoted = shelf.book->standing(
      {.register_id = "R1", .member_id = "m", .latest_us = later_us, .with_ended = true});
  CHECK(quoted->leased_grant_ids == Texts{"g1", "g2"});
  CHECK(quoted->slices.size() == 1);
}

TEST_CASE("an answer of the server is dropped when a delivery came between") {
  Shelf shelf;
  shelf.take_leases();
  const int64_t sequence = shelf.commit("1", use_of(0, {"g1"}, 500));
  const auto turn = shelf.book->begin_turn("R1", 1);
  REQUIRE(turn.ok());
  CHECK(turn->kept_size() == 3);
  CHECK(turn->slices(0).amount_minor() == 700);
  v1::TakeLeasesResponse answer;
  *answer.mutable_rights() = turn->kept();
  *answer.mutable_slices() = turn->slices();
  shelf.deliver(sequence);
  CHECK_FALSE(shelf.book->end_turn("R1", turn->turn(), answer, kNowUs).value());
  CHECK(shelf.standing().leased_grant_ids == Texts{"g2"});
  CHECK(shelf.standing().slices.at(0).amount_minor() == 200);
  const auto next = shelf.book->begin_turn("R1", 1);
  CHECK(next->turn() > turn->turn());
  CHECK(next->kept_size() == 2);
}

TEST_CASE("a use that was altered counts as all there is, until it is delivered") {
  Shelf shelf;
  shelf.take_leases();
  const int64_t sequence = shelf.commit("1", use_of(300));
  shelf.change("UPDATE offline_use SET used = zeroblob(40)");
  CHECK(shelf.standing().used_minor == kMaxSumMinor);
  CHECK(shelf.standing().leased_grant_ids.empty());
  CHECK(shelf.standing().slices.empty());
  CHECK(shelf.book->free_lease_count("R1", kNowUs).value() == 0);
  shelf.deliver(sequence);
  CHECK(shelf.standing().used_minor == 0);
  // What it had used of them nobody knows: the server says anew what there is.
  CHECK_FALSE(shelf.book->has_leases("R1").value());
  shelf.take_leases();
  CHECK(shelf.standing().leased_grant_ids == Texts{"g1", "g2"});
}

TEST_CASE("a use that is said to be another member's or another sale's counts as all there is") {
  for (const char* sql :
       {"UPDATE offline_use SET member_id = 'n'", "UPDATE offline_use SET sequence = 7"}) {
    Shelf shelf;
    shelf.commit("1", use_of(300));
    shelf.change(sql);
    CHECK(shelf.standing().used_minor == kMaxSumMinor);
  }
}

TEST_CASE("leases and slices that were altered, or moved to others, are none") {
  for (const char* sql : {"UPDATE right_lease SET lease = zeroblob(60)",
                          "UPDATE right_lease SET grant_id = grant_id || '9'",
                          "UPDATE right_lease SET member_id = 'm'"}) {
    Shelf shelf;
    shelf.take_leases();
    shelf.change(sql);
    CHECK(shelf.standing().used_minor == 0);
    for (const std::string& grant_id : shelf.standing().leased_grant_ids) {
      CHECK((grant_id == "g1" || grant_id == "g2"));
    }
    if (!absl::StrContains(sql, "member_id")) CHECK(shelf.standing().leased_grant_ids.empty());
  }
  Shelf shelf;
  shelf.take_leases();
  shelf.change("UPDATE budget_slice SET benefit_id = 'other'");
  CHECK(shelf.standing().slices.empty());
}

TEST_CASE("the latest time is kept with a sale, and what is stored of the clock comes back") {
  Shelf shelf;
  CHECK(shelf.book->clock()->latest_us == 0);
  REQUIRE(shelf.book->store_clock({kNowUs, "boot", 42}).ok());
  NewEntry entry;
  entry.register_id = "R1";
  entry.receipt = "1";
  entry.latest_us = kNowUs + 5;
  REQUIRE(shelf.journal
              ->commit(entry, [](const KnownSale*) -> absl::StatusOr<Amounts> { return Amounts(); })
              .ok());
  shelf.open();
  const auto clock = shelf.book->clock();
  CHECK(clock->latest_us == kNowUs + 5);
  CHECK(clock->boot_id == "boot");
  CHECK(clock->server_offset_us == 42);
}

}  // namespace
}  // namespace moadon::agent
