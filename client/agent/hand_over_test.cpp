// What goes to the owner's queue after a long time, and what is told of what waits until then.
#include <algorithm>
#include <fstream>

#include "client/agent/commands.h"
#include "client/agent/test_house.h"
#include "rules/refusal.h"
#include "sqlite/connection.h"
#include "tests/catch.h"

namespace moadon::agent {
namespace {

constexpr absl::Duration kLong = absl::Hours(46 * 24);  // over kHandOverAge

// Time passes at the server, and everything is tried again.
void pass(House& house, absl::Duration duration) {
  house.club.pass(duration);
  house.club.go_away();
  house.club.come_back();
}

// Changes the journal behind the back of an agent that does not run.
void change(const House& house, const std::string& sql) {
  auto journal = sqlite::Connection::open(house.directory.journal_path());
  REQUIRE(journal.ok());
  REQUIRE((*journal)->exec(sql).ok());
}

TEST_CASE("a reason that was damaged on the disk hides no entry and holds none back") {
  House house;
  for (const char* receipt : {"1", "2"}) {
    house.club.refuse_receipt(receipt, v1::REASON_RECEIPT_REUSED);
  }
  {
    const auto agent = house.start();
    Register till = house.at(*agent, "R1");
    for (const char* receipt : {"1", "2", "3"}) REQUIRE(till.commit(sale_of(receipt)).ok());
    REQUIRE(eventually([&] { return house.club.recorded().size() == 1; }));
    REQUIRE(eventually([&] { return till.status().undelivered_count() == 2; }));
  }
  // A text that is no UTF-8 any more.
  change(house, "UPDATE undelivered SET refusal = x'12036162C3' WHERE sequence = 1");
  const auto backlogs = read_backlogs(house.directory.journal_path());
  REQUIRE(backlogs.ok());
  REQUIRE(backlogs->size() == 1);
  REQUIRE(backlogs->front().entries.size() == 2);
  CHECK_FALSE(backlogs->front().entries[0].has_refusal());
  CHECK(backlogs->front().entries[1].refusal().reason() == v1::REASON_RECEIPT_REUSED);
  house.club.go_away();
  const auto agent = house.start();
  Register till = house.at(*agent, "R1");
  CHECK(till.pending().entries_size() == 2);
  house.club.come_back();
  REQUIRE(eventually([&] { return till.status().online(); }));
  pass(house, kLong);
  CHECK(eventually([&] { return house.club.handed_over().size() == 2; }));
}

// A house whose register R1 has committed five sales, all of them refused.
struct RefusingHouse : House {
  RefusingHouse() {
    for (int receipt = 1; receipt <= 5; ++receipt) {
      club.refuse_receipt(std::to_string(receipt), v1::REASON_RECEIPT_REUSED);
    }
    agent = start();
    Register till = at(*agent, "R1");
    for (int receipt = 1; receipt <= 5; ++receipt) {
      REQUIRE(till.commit(sale_of(std::to_string(receipt))).ok());
    }
    REQUIRE(eventually([&] { return are_refused(till); }));
  }
  static bool are_refused(Register& till) {
    const v1::PendingResponse pending = till.pending();
    return std::all_of(pending.entries().begin(), pending.entries().end(),
                       [](const v1::PendingEntry& entry) { return entry.has_refusal(); });
  }
  int64_t pending_count() { return at(*agent, "R1").status().undelivered_count(); }

  std::unique_ptr<Agent> agent;
};

TEST_CASE("what the owner's queue refuses stays here and stops nothing else") {
  RefusingHouse house;
  house.club.refuse_place(2, v1::REASON_TOO_LARGE);
  house.club.refuse_place(4, v1::REASON_JOURNAL_FORKED);
  pass(house, kLong);
  REQUIRE(eventually([&] { return house.pending_count() == 2; }));
  CHECK(house.club.handed_over() == std::vector<std::string>{"R1/1 REASON_RECEIPT_REUSED",
                                                             "R1/3 REASON_RECEIPT_REUSED",
                                                             "R1/5 REASON_RECEIPT_REUSED"});
  Register till = house.at(*house.agent, "R1");
  CHECK_FALSE(till.status().has_blocked_by());
  REQUIRE(till.commit(sale_of("6")).ok());
  CHECK(eventually([&] { return house.club.recorded().size() == 1; }));
}

TEST_CASE("what is handed over in one call is no larger than what is delivered in one") {
  const ScratchDirectory scratch;
  const auto journal =
      Journal::open(scratch.path() + "/journal.db", std::string(kJournalKeyBytes, 'k'),
                    [](const absl::Status&) {});
  REQUIRE(journal.ok());
  std::vector<Settlement> refused;
  for (int64_t sequence = 1; sequence <= 5; ++sequence) {
    NewEntry entry;
    entry.register_id = "R1";
    entry.receipt = std::to_string(sequence);
    entry.content = std::string(sequence == 3 ? 1'000'000 : 200'000, 'x');
    entry.commit_time_us = 1;
    REQUIRE((*journal)->commit(entry, [](const KnownSale*) { return Amounts(); }).ok());
    refused.push_back({.sequence = sequence, .refusal = v1::Refusal()});
  }
  REQUIRE((*journal)->settle("R1", refused, /*server_time_us=*/1).ok());
  std::vector<size_t> calls;
  for (int64_t after = 0; after < 5;) {
    const auto overdue = (*journal)->overdue(
        "R1", {.now_us = 10, .age_us = 5, .after_sequence = after, .limits = kHandOverLimits});
    REQUIRE(overdue.ok());
    REQUIRE_FALSE(overdue->empty());
    calls.push_back(overdue->size());
    after = overdue->back().entry().sequence();
  }
  CHECK(calls == std::vector<size_t>{2, 1, 2});
}

int64_t row_count(const std::string& path, const std::string& table) {
  const auto file = sqlite::Connection::open(path, {.access = sqlite::Access::kReader});
  return (*file)->query_int64("SELECT count(*) FROM " + table).value();
}

TEST_CASE("that the queue has an entry is kept with its settling, and goes with the entry") {
  const ScratchDirectory scratch;
  const std::string path = scratch.path() + "/journal.db";
  const auto journal =
      Journal::open(path, std::string(kJournalKeyBytes, 'k'), [](const absl::Status&) {});
  REQUIRE(journal.ok());
  for (const char* receipt : {"1", "2"}) {
    NewEntry entry;
    entry.register_id = "R1";
    entry.receipt = receipt;
    entry.commit_time_us = 1;
    REQUIRE((*journal)->commit(entry, [](const KnownSale*) { return Amounts(); }).ok());
  }
  const Settlement handed{.sequence = 1, .refusal = {}, .is_handed_over = true};
  {
    const auto file = sqlite::Connection::open(path).value();
    REQUIRE(file->exec("CREATE TRIGGER stays BEFORE DELETE ON undelivered "
                       "BEGIN SELECT RAISE(ABORT, 'it stays'); END")
                .ok());
    CHECK_FALSE((*journal)->settle("R1", {handed}, 0).ok());
    CHECK(row_count(path, "handed_over") == 0);
    REQUIRE(file->exec("DROP TRIGGER stays").ok());
  }
  REQUIRE((*journal)->settle("R1", {handed}, 0).ok());
  CHECK(row_count(path, "handed_over") == 1);
  CHECK(row_count(path, "undelivered") == 1);
  REQUIRE((*journal)->settle("R1", {Settlement{.sequence = 2, .refusal = {}}}, 0).ok());
  CHECK(row_count(path, "handed_over") == 1);
  REQUIRE((*journal)->prune(/*before_us=*/2, /*limit=*/1).value());
  CHECK(row_count(path, "entry") == 1);
  CHECK(row_count(path, "handed_over") == 0);
}

// Of an index, so that everything else can be read.
void break_index(const House& house) {
  constexpr int64_t kPageBytes = 4096;
  int64_t page = 0;
  {
    auto journal = sqlite::Connection::open(house.directory.journal_path());
    REQUIRE((*journal)->empty_wal().value());
    page =
        (*journal)
            ->query_int64("SELECT rootpage FROM sqlite_schema WHERE name = 'entry_returning_sale'")
            .value();
  }
  std::fstream file(house.directory.journal_path(),
                    std::ios::binary | std::ios::in | std::ios::out);
  file.seekp((page - 1) * kPageBytes);
  file << std::string(64, '\xff');
}

TEST_CASE("what the owner's queue has is not delivered again after damage") {
  for (const bool is_salvaged : {false, true}) {
    CAPTURE(is_salvaged);
    RefusingHouse house;
    pass(house, kLong);
    REQUIRE(eventually([&] { return house.pending_count() == 0; }));
    REQUIRE(house.at(*house.agent, "R1").commit(sale_of("6")).ok());
    REQUIRE(eventually([&] { return house.club.recorded().size() == 1; }));
    house.agent.reset();
    if (is_salvaged) {
      break_index(house);
    } else {
      change(house,
             "PRAGMA foreign_keys = OFF; INSERT INTO undelivered (register_id, sequence, "
             "is_kept_back) VALUES ('R1', 99, 0)");
    }
    house.agent = house.start();
    REQUIRE(eventually([&] { return house.club.repeat_count() == 1; }));
    const int64_t lost_places = is_salvaged ? 0 : 1;
    CHECK(eventually([&] { return house.pending_count() == lost_places; }));
    CHECK(house.club.handed_over().size() == 5);
  }
}

TEST_CASE("what is read without the agent says why nothing of a register is delivered") {
  House house;
  const auto waiting = [&] {
    const auto backlogs = read_backlogs(house.directory.journal_path());
    REQUIRE(backlogs.ok());
    return backlogs->empty() ? v1::PendingEntry() : backlogs->front().entries.front();
  };
  auto agent = house.start();
  REQUIRE(eventually([&] { return house.at(*agent, "R1").status().online(); }));
  house.club.revoke("server-token-1");
  REQUIRE(house.at(*agent, "R1").commit(sale_of("1")).ok());
  CHECK(eventually([&] { return waiting().refusal().reason() == v1::REASON_TOKEN_REVOKED; }));
  CHECK(waiting().message() == "not any more");
  agent.reset();
  CHECK(waiting().refusal().reason() == v1::REASON_TOKEN_REVOKED);
  house.club.let_in("new-token-1", "R1");
  REQUIRE(house.directory.add_register("R1", "new-token-1").ok());
  agent = house.start();
  REQUIRE(eventually([&] { return house.club.recorded().size() == 1; }));
  REQUIRE(eventually([&] { return waiting().sequence() == 0; }));
  house.club.go_away();
  REQUIRE(house.at(*agent, "R1").commit(sale_of("2")).ok());
  CHECK_FALSE(waiting().has_refusal());
}

TEST_CASE("a directory without a journal is not taken for one where nothing waits") {
  const ScratchDirectory scratch;
  const absl::Status printed = print_pending(AgentDirectory(scratch.path()), /*as_json=*/false);
  CHECK(absl::IsNotFound(printed));
}

}  // namespace
}  // namespace moadon::agent
