// What registers may give without the server, as the journal keeps it: through changes, and through
// changes that nobody made.
#include "client/agent/journal_offline.h"

#include "absl/strings/match.h"
#include "absl/strings/str_cat.h"
#include "client/agent/made_sales.h"
#include "client/agent/scratch_directory.h"
#include "rules/money.h"
#include "sqlite/connection.h"
#include "tests/catch.h"

namespace moadon::agent {
namespace {

constexpr int64_t kNowUs = 1'800'000'000'000'000;
constexpr int64_t kServedUs = kNowUs - 60'000'000;  // when the server took what was delivered
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
    NewEntry entry = made_sale(receipt);
    entry.offline_use = MemberUse{"m", use};
    const auto committed = commit_made(*journal, entry);
    REQUIRE(committed.ok());
    return committed->sequence;
  }
  void deliver(int64_t sequence) {
    REQUIRE(journal
                ->settle("R1", {Settlement{.sequence = sequence, .refusal = {}, .member_id = {}}},
                         kServedUs)
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
    const int64_t turn = begin_turn().turn();
    REQUIRE(book->end_turn("R1", turn, answer, kNowUs).value());
  }
  v1::TakeLeasesRequest begin_turn(int64_t server_time_us = 1) {
    return book
        ->begin_turn({.register_id = "R1", .server_time_us = server_time_us, .latest_us = kNowUs})
        .value();
  }
  // Of a member whose facts are newer than all that was delivered.
  OfflineStanding standing(const std::string& member_id = "m", int64_t now_us = kNowUs,
                           int64_t facts_time_us = kServedUs + 1) {
    return book
        ->standing({.register_id = "R1",
                    .member_id = member_id,
                    .facts_time_us = facts_time_us,
                    .latest_us = now_us,
                    .lease_us = now_us})
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
      {.register_id = "R1", .member_id = "m", .latest_us = later_us, .lease_us = kNowUs});
  CHECK(quoted->leased_grant_ids == Texts{"g1", "g2"});
  CHECK(quoted->slices.size() == 1);
}

TEST_CASE("an answer of the server is dropped when a delivery came between") {
  Shelf shelf;
  shelf.take_leases();
  const int64_t sequence = shelf.commit("1", use_of(0, {"g1"}, 500));
  const v1::TakeLeasesRequest turn = shelf.begin_turn();
  CHECK(turn.kept_size() == 3);
  CHECK(turn.slices(0).amount_minor() == 700);
  v1::TakeLeasesResponse answer;
  *answer.mutable_rights() = turn.kept();
  *answer.mutable_slices() = turn.slices();
  shelf.deliver(sequence);
  CHECK_FALSE(shelf.book->end_turn("R1", turn.turn(), answer, kNowUs).value());
  CHECK(shelf.standing().leased_grant_ids == Texts{"g2"});
  CHECK(shelf.standing().slices.at(0).amount_minor() == 200);
  const v1::TakeLeasesRequest next = shelf.begin_turn();
  CHECK(next.turn() > turn.turn());
  CHECK(next.kept_size() == 2);
}

TEST_CASE("whom a delivered sale served stays served until the server gave newer facts") {
  Shelf shelf;
  const int64_t first = shelf.commit("1", use_of(300));
  shelf.deliver(first);
  shelf.open();
  CHECK(shelf.standing("m", kNowUs, kServedUs - 1).is_member_served);
  CHECK(shelf.standing("m", kNowUs, kServedUs).is_member_served);
  CHECK_FALSE(shelf.standing("m", kNowUs, kServedUs + 1).is_member_served);
  CHECK_FALSE(shelf.standing("n", kNowUs, kServedUs - 1).is_member_served);
  CHECK(shelf.standing("m", kNowUs, kServedUs - 1).used_minor == 0);
  CHECK(shelf.book->is_behind({"R1", "m", kServedUs}).value());
  CHECK_FALSE(shelf.book->is_behind({"R1", "m", kServedUs + 1}).value());
  REQUIRE(shelf.book->prune_served(kServedUs).ok());
  CHECK(shelf.standing("m", kNowUs, kServedUs).is_member_served);
  REQUIRE(shelf.book->prune_served(kServedUs + 1).ok());
  CHECK_FALSE(shelf.standing("m", kNowUs, kServedUs).is_member_served);
}

TEST_CASE("where it was altered who was served, everybody was, until the server gave newer facts") {
  for (const char* change :
       {"served_time_us = 0", "served_time_us = 9000000000000000", "proof = zeroblob(28)",
        "member_id = ''", "member_id = 'n'", "register_id = 'R2'"}) {
    CAPTURE(change);
    Shelf shelf;
    shelf.deliver(shelf.commit("1", use_of(300)));
    shelf.change(absl::StrCat("UPDATE served_member SET ", change));
    // Pruning takes them for no older than they are.
    REQUIRE(shelf.book->prune_served(kServedUs).ok());
    for (const char* member_id : {"m", "x"}) {
      CHECK(shelf.standing(member_id, kNowUs, kServedUs).is_member_served);
      CHECK_FALSE(shelf.standing(member_id, kNowUs, kServedUs + 1).is_member_served);
    }
    REQUIRE(shelf.book->prune_served(kServedUs + 1).ok());
    CHECK_FALSE(shelf.standing("m", kNowUs, kServedUs).is_member_served);
  }
}

TEST_CASE("where it was altered when somebody was served, it was the latest time that is kept") {
  Shelf shelf;
  REQUIRE(shelf.book->store_clock({kNowUs, "boot", 42}).ok());
  shelf.deliver(shelf.commit("1", use_of(300)));
  CHECK(shelf.book->clock()->latest_us == kNowUs);
  shelf.change("UPDATE served_member SET proof = x''");
  CHECK(shelf.standing("m", kNowUs, kNowUs).is_member_served);
  CHECK_FALSE(shelf.standing("m", kNowUs, kNowUs + 1).is_member_served);
}

TEST_CASE("what the server gave serves its member, takes of nothing, and outdates no turn") {
  Shelf shelf;
  shelf.take_leases();
  const int64_t sequence = shelf.commit("1", {});
  shelf.open();
  const OfflineStanding told = shelf.standing();
  CHECK(told.is_member_served);
  CHECK(told.used_minor == 0);
  CHECK(told.leased_grant_ids.size() == 2);
  CHECK(told.slices.size() == 1);
  CHECK_FALSE(shelf.standing("n").is_member_served);
  CHECK_FALSE(shelf.book->awaits_delivery("R1", "m").value());
  const int64_t turn = shelf.begin_turn().turn();
  shelf.deliver(sequence);
  CHECK(shelf.book->end_turn("R1", turn, {}, kNowUs).value());
  CHECK(shelf.standing("m", kNowUs, kServedUs).is_member_served);
  CHECK_FALSE(shelf.standing().is_member_served);
  CHECK(shelf.book->is_behind({"R1", "m", kServedUs}).value());

  shelf.commit("2", {});
  shelf.change("UPDATE offline_use SET used = zeroblob(40)");
  CHECK(shelf.book->awaits_delivery("R1", "m").value());
  CHECK(shelf.standing("n").used_minor > 0);
}

TEST_CASE("who was served by an altered use is not known, so everybody was") {
  Shelf shelf;
  const int64_t first = shelf.commit("1", use_of(300));
  shelf.change("UPDATE offline_use SET member_id = 'n'");
  shelf.deliver(first);
  CHECK(shelf.standing("m", kNowUs, kServedUs).is_member_served);
  CHECK(shelf.standing("x", kNowUs, kServedUs).is_member_served);
  CHECK_FALSE(shelf.standing("m", kNowUs, kServedUs + 1).is_member_served);
}

TEST_CASE("a turn names its journal and the turn before, and is repeated until it is answered") {
  Shelf shelf;
  const v1::TakeLeasesRequest first = shelf.begin_turn(1'000);
  CHECK(first.journal_id().size() == 16);
  CHECK(first.turn() == 1'000);
  CHECK(first.previous_turn() == 0);
  REQUIRE(shelf.book->end_turn("R1", 1'000, {}, kNowUs).value());

  CHECK(shelf.begin_turn(2'000).turn() == 2'000);
  shelf.open();
  const v1::TakeLeasesRequest again = shelf.begin_turn(3'000);
  CHECK(again.turn() == 2'000);
  CHECK(again.previous_turn() == 1'000);
  CHECK(again.journal_id() == first.journal_id());
  // A copy of this journal may repeat it as well: what stands then is not used.
  v1::TakeLeasesResponse answer;
  answer.add_rights()->set_member_id("m");
  answer.mutable_rights(0)->set_grant_id("g1");
  CHECK_FALSE(shelf.book->end_turn("R1", 2'000, answer, kNowUs).value());
  CHECK_FALSE(shelf.book->has_leases("R1").value());
  const v1::TakeLeasesRequest next = shelf.begin_turn(4'000);
  CHECK(next.turn() == 4'000);
  CHECK(next.previous_turn() == 2'000);
  // A clock that is put back begins no turn twice.
  REQUIRE(shelf.book->end_turn("R1", 4'000, {}, kNowUs).value());
  CHECK(shelf.begin_turn(1'000).turn() > 4'000);
}

TEST_CASE("a journal that begins anew has nothing of what the one before was promised") {
  Shelf shelf;
  shelf.take_leases();
  const std::string before = shelf.begin_turn().journal_id();
  REQUIRE(shelf.journal->rejoin("R1").ok());
  CHECK_FALSE(shelf.book->has_leases("R1").value());
  const v1::TakeLeasesRequest turn = shelf.begin_turn(5'000);
  CHECK(turn.turn() == 5'000);
  CHECK(turn.previous_turn() == 0);
  CHECK(turn.journal_id() != before);
  CHECK(turn.kept_size() == 0);
  CHECK(shelf.journal->journal_id("R1").value() == turn.journal_id());
  shelf.commit("1", use_of(0));
  CHECK(shelf.journal->journal_id("R1").value() == turn.journal_id());
}

TEST_CASE("what sales and holds use is said also where its lease is gone") {
  Shelf shelf;
  shelf.take_leases();
  shelf.commit("1", use_of(0, {"g1"}, 500));
  REQUIRE(shelf.book->drop_leases("R1").ok());
  const v1::TakeLeasesRequest turn = shelf.begin_turn();
  REQUIRE(turn.kept_size() == 1);
  CHECK(turn.kept(0).member_id() == "m");
  CHECK(turn.kept(0).grant_id() == "g1");
  REQUIRE(turn.slices_size() == 1);
  CHECK(turn.slices(0).amount_minor() == 500);
  CHECK(shelf.standing().leased_grant_ids.empty());
  CHECK(shelf.standing().slices.empty());
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
  REQUIRE(commit_made(*shelf.journal, entry).ok());
  shelf.open();
  const auto clock = shelf.book->clock();
  CHECK(clock->latest_us == kNowUs + 5);
  CHECK(clock->boot_id == "boot");
  CHECK(clock->server_offset_us == 42);
}

}  // namespace
}  // namespace moadon::agent
