#include "client/agent/journal.h"

#include <atomic>
#include <thread>

#include "client/agent/scratch_directory.h"
#include "rules/durations.h"
#include "rules/refusal.h"
#include "sqlite/connection.h"
#include "tests/catch.h"

namespace moadon::agent {
namespace {

const std::string kKey(kJournalKeyBytes, 'k');
constexpr BatchLimits kMany{.count = 100, .bytes = 1 << 20};

NewEntry sale_entry(const std::string& register_id, const std::string& receipt,
                    int64_t unit_price_minor = 100) {
  v1::Sale sale;
  sale.set_receipt(receipt);
  v1::Line& line = *sale.add_lines();
  line.set_line_id("1");
  line.set_sku("a");
  line.set_quantity_milli(1000);
  line.set_unit_price_minor(unit_price_minor);
  NewEntry entry;
  entry.register_id = register_id;
  entry.receipt = receipt;
  entry.content = sale.SerializeAsString();
  entry.commit_time_us = 1'000'000;
  return entry;
}

NewEntry return_entry(const std::string& register_id, const std::string& receipt,
                      const std::string& sale_receipt, int64_t seconds) {
  v1::Return returned;
  returned.set_receipt(receipt);
  returned.mutable_occurred_at()->set_seconds(seconds);
  NewEntry entry = sale_entry(register_id, receipt);
  entry.kind = EntryKind::kReturn;
  entry.content = returned.SerializeAsString();
  entry.original.emplace();
  entry.original->set_register_id("R1");
  entry.original->set_receipt(sale_receipt);
  return entry;
}

std::unique_ptr<Journal> open(const ScratchDirectory& directory) {
  auto journal = Journal::open(directory.path() + "/journal.db", kKey, [](const absl::Status&) {});
  REQUIRE(journal.ok());
  return *std::move(journal);
}

absl::StatusOr<Committed> commit(Journal& journal, const NewEntry& entry,
                                 int64_t amount_minor = 100) {
  return journal.commit(entry, [&](const KnownSale*) -> absl::StatusOr<Amounts> {
    return Amounts{.amount_minor = amount_minor};
  });
}

std::vector<int64_t> sequences(const std::vector<v1::RecordEntry>& batch) {
  std::vector<int64_t> numbers;
  for (const v1::RecordEntry& entry : batch) numbers.push_back(entry.sequence());
  return numbers;
}

Settlement refused(int64_t sequence, v1::Reason reason) {
  Settlement settlement{sequence, v1::Refusal()};
  settlement.refusal->mutable_detail()->set_reason(reason);
  settlement.refusal->set_message("no");
  return settlement;
}

TEST_CASE("a register's entries are numbered from 1, each register by itself") {
  const ScratchDirectory directory;
  const auto journal = open(directory);
  CHECK(commit(*journal, sale_entry("R1", "a"))->sequence == 1);
  CHECK(commit(*journal, sale_entry("R2", "a"))->sequence == 1);
  CHECK(commit(*journal, sale_entry("R1", "b"))->sequence == 2);
}

TEST_CASE("the same entry again has the stored answer, whatever the rule would say now") {
  const ScratchDirectory directory;
  const auto journal = open(directory);
  const NewEntry entry = sale_entry("R1", "a");
  CHECK(commit(*journal, entry, 500)->amounts.amount_minor == 500);
  const auto again = commit(*journal, entry, 900);
  REQUIRE(again.ok());
  CHECK(again->sequence == 1);
  CHECK(again->amounts.amount_minor == 500);
  const auto repeat = journal->find_repeat(entry);
  REQUIRE((repeat.ok() && repeat->has_value()));
  CHECK((*repeat)->amounts.amount_minor == 500);
  CHECK(journal->backlog("R1")->count == 1);
}

TEST_CASE("a receipt with other content or of another kind is refused and changes nothing") {
  const ScratchDirectory directory;
  const auto journal = open(directory);
  REQUIRE(commit(*journal, sale_entry("R1", "a")).ok());
  const auto other = commit(*journal, sale_entry("R1", "a", 101));
  CHECK(reason_of(other.status()) == v1::REASON_RECEIPT_REUSED);
  CHECK(detail_of(other.status()).values().at("receipt") == "a");
  CHECK(reason_of(commit(*journal, return_entry("R1", "a", "x", 1)).status()) ==
        v1::REASON_RECEIPT_REUSED);
  CHECK(commit(*journal, sale_entry("R1", "b"))->sequence == 2);
}

TEST_CASE("what the rule refuses leaves no trace") {
  const ScratchDirectory directory;
  const auto journal = open(directory);
  const auto no =
      journal->commit(sale_entry("R1", "a"), [](const KnownSale*) -> absl::StatusOr<Amounts> {
        return refuse(v1::REASON_RETURN_EXCEEDS_SOLD, "no");
      });
  CHECK(reason_of(no.status()) == v1::REASON_RETURN_EXCEEDS_SOLD);
  CHECK(journal->backlog("R1")->count == 0);
  CHECK(commit(*journal, sale_entry("R1", "a"))->sequence == 1);
}

TEST_CASE("everything is there after a restart") {
  const ScratchDirectory directory;
  {
    const auto journal = open(directory);
    REQUIRE(commit(*journal, sale_entry("R1", "a")).ok());
    REQUIRE(commit(*journal, sale_entry("R1", "b")).ok());
    REQUIRE(journal->settle("R1", {{1, {}}}, 0).ok());
  }
  const auto journal = open(directory);
  CHECK(sequences(*journal->next_batch("R1", kMany)) == std::vector<int64_t>{2});
  CHECK(commit(*journal, sale_entry("R1", "a"))->sequence == 1);
  CHECK(commit(*journal, sale_entry("R1", "c"))->sequence == 3);
}

TEST_CASE("a batch is in journal order and within its limits, but never empty") {
  const ScratchDirectory directory;
  const auto journal = open(directory);
  for (const char* receipt : {"d", "c", "b", "a"}) {
    REQUIRE(commit(*journal, sale_entry("R1", receipt)).ok());
  }
  CHECK(sequences(*journal->next_batch("R1", kMany)) == std::vector<int64_t>{1, 2, 3, 4});
  CHECK(sequences(*journal->next_batch("R1", {.count = 2, .bytes = 1 << 20})) ==
        std::vector<int64_t>{1, 2});
  CHECK(sequences(*journal->next_batch("R1", {.count = 9, .bytes = 1})) == std::vector<int64_t>{1});
  CHECK(journal->next_batch("R2", kMany)->empty());
}

TEST_CASE("content and context travel as they were stored") {
  const ScratchDirectory directory;
  const auto journal = open(directory);
  NewEntry sale = sale_entry("R1", "a");
  v1::RecordContext context;
  context.set_member_id("m");
  sale.context = context.SerializeAsString();
  REQUIRE(commit(*journal, sale).ok());
  const NewEntry returned = return_entry("R1", "b", "a", 5);
  REQUIRE(commit(*journal, returned).ok());
  const auto batch = journal->next_batch("R1", kMany);
  REQUIRE(batch->size() == 2);
  CHECK((*batch)[0].sale() == sale.content);
  CHECK((*batch)[0].context().member_id() == "m");
  CHECK((*batch)[1].returned() == returned.content);
}

TEST_CASE("an entry kept back stays out of the way with its reason until it is tried again") {
  const ScratchDirectory directory;
  const auto journal = open(directory);
  for (const char* receipt : {"a", "b", "c"}) {
    REQUIRE(commit(*journal, sale_entry("R1", receipt)).ok());
  }
  REQUIRE(journal->settle("R1", {{1, {}}, refused(2, v1::REASON_RECEIPT_REUSED)}, 0).ok());
  CHECK(sequences(*journal->next_batch("R1", kMany)) == std::vector<int64_t>{3});
  CHECK(journal->backlog("R1")->count == 2);
  auto pending = journal->pending("R1", 0, 10);
  REQUIRE(pending->size() == 2);
  CHECK((*pending)[0].receipt() == "b");
  CHECK((*pending)[0].refusal().reason() == v1::REASON_RECEIPT_REUSED);
  CHECK((*pending)[0].message() == "no");
  CHECK_FALSE((*pending)[1].has_refusal());
  CHECK(journal->pending("R1", 2, 10)->size() == 1);

  REQUIRE(journal->retry_kept_back("R1").ok());
  CHECK(sequences(*journal->next_batch("R1", kMany)) == std::vector<int64_t>{2, 3});
  pending = journal->pending("R1", 0, 1);
  CHECK((*pending)[0].has_refusal());

  const auto backlogs = read_backlogs(directory.path() + "/journal.db");
  REQUIRE(backlogs.ok());
  REQUIRE(backlogs->size() == 1);
  CHECK((*backlogs)[0].entries.size() == 2);
}

TEST_CASE("the hold of a sale that the server refuses expires like an unused one") {
  struct Case {
    v1::Reason refused_for;
    size_t given_up_count;
  };
  const auto given = GENERATE(values<Case>({{v1::REASON_RECEIPT_REUSED, 1},
                                            {v1::REASON_INTERNAL, 0},        // it may yet be used
                                            {v1::REASON_UNSPECIFIED, 0}}));  // recorded
  CAPTURE(given.refused_for);
  const ScratchDirectory directory;
  const auto journal = open(directory);
  StoredHold hold;
  hold.register_id = "R1";
  hold.request_id = "q1";
  REQUIRE(journal->ask_hold(hold).ok());
  v1::PlaceHoldResponse placed;
  placed.set_hold_id("h1");
  placed.mutable_expire_time()->set_seconds(60);
  REQUIRE(journal->confirm_hold("R1", "q1", placed).ok());
  NewEntry sale = sale_entry("R1", "a");
  sale.hold_id = "h1";
  v1::RecordContext context;
  context.set_hold_id("h1");
  sale.context = context.SerializeAsString();
  REQUIRE(commit(*journal, sale).ok());
  const bool is_recorded = given.refused_for == v1::REASON_UNSPECIFIED;
  const Settlement settlement = is_recorded ? Settlement{1, {}} : refused(1, given.refused_for);
  REQUIRE(journal->settle("R1", {settlement}, 0).ok());
  REQUIRE(journal->give_up_expired_holds("R1", 60'000'000).ok());
  CHECK(journal->given_up_holds("R1", 10)->size() == given.given_up_count);
}

TEST_CASE("a rule sees the sale that comes back and its returns in the order of their time") {
  const ScratchDirectory directory;
  const auto journal = open(directory);
  int returns_seen = -1;
  const auto look = [&](const KnownSale* sale) -> absl::StatusOr<Amounts> {
    returns_seen = sale == nullptr ? -1 : static_cast<int>(sale->returns.size());
    return Amounts();
  };
  REQUIRE(journal->commit(return_entry("R2", "early", "s", 50), look).ok());
  CHECK(returns_seen == -1);
  REQUIRE(commit(*journal, sale_entry("R1", "s")).ok());
  REQUIRE(journal->commit(return_entry("R2", "x", "s", 20), look).ok());
  CHECK(returns_seen == 1);
  REQUIRE(journal->commit(return_entry("R1", "y", "s", 20), look).ok());
  CHECK(returns_seen == 2);
  v1::ReceiptReference reference;
  reference.set_register_id("R1");
  reference.set_receipt("s");
  const auto sale = journal->find_sale(reference);
  REQUIRE((sale.ok() && sale->has_value()));
  REQUIRE((*sale)->returns.size() == 3);
  CHECK((*sale)->returns[0].receipt() == "y");
  CHECK((*sale)->returns[1].receipt() == "x");
  CHECK((*sale)->returns[2].receipt() == "early");
  reference.set_receipt("x");
  CHECK_FALSE(journal->find_sale(reference)->has_value());
}

TEST_CASE("only old and delivered entries are pruned, and their places are not used again") {
  const ScratchDirectory directory;
  const auto journal = open(directory);
  for (const char* receipt : {"a", "b", "c", "d"}) {
    NewEntry entry = sale_entry("R1", receipt);
    entry.commit_time_us = *receipt == 'd' ? 9'000'000 : 1'000'000;
    REQUIRE(commit(*journal, entry).ok());
  }
  REQUIRE(journal->settle("R1", {{1, {}}, {3, {}}, {4, {}}}, 0).ok());
  CHECK(*journal->prune(5'000'000, 1));
  CHECK(*journal->prune(5'000'000, 1));
  CHECK_FALSE(*journal->prune(5'000'000, 1));
  CHECK_FALSE(journal->find_receipt("R1", "a")->has_value());
  CHECK(journal->find_receipt("R1", "b")->has_value());
  CHECK_FALSE(journal->find_receipt("R1", "c")->has_value());
  CHECK(journal->find_receipt("R1", "d")->has_value());
  CHECK(commit(*journal, sale_entry("R1", "e"))->sequence == 5);
}

TEST_CASE("an entry of a clock that ran ahead keeps no other from being pruned") {
  const ScratchDirectory directory;
  const auto journal = open(directory);
  for (const char* receipt : {"a", "b", "c"}) {
    NewEntry entry = sale_entry("R1", receipt);
    entry.commit_time_us = *receipt == 'a' ? 4'000'000'000'000'000 : 1'000'000;
    REQUIRE(commit(*journal, entry).ok());
  }
  REQUIRE(journal->settle("R1", {{1, {}}, {2, {}}, {3, {}}}, 0).ok());
  CHECK(*journal->prune(5'000'000, 100));
  CHECK(journal->find_receipt("R1", "a")->has_value());
  CHECK_FALSE(journal->find_receipt("R1", "b")->has_value());
  CHECK_FALSE(journal->find_receipt("R1", "c")->has_value());
}

TEST_CASE("a sale and its returns are pruned only when the server knows of all of them") {
  struct Case {
    const char* name;
    std::vector<Settlement> settled;
  };
  const std::vector<Case> cases = {
      {"the sale is kept back", {refused(1, v1::REASON_FIELD_INVALID), {2, {}}}},
      {"the return is kept back", {{1, {}}, refused(2, v1::REASON_FIELD_INVALID)}},
  };
  for (const Case& given : cases) {
    INFO(given.name);
    const ScratchDirectory directory;
    const auto journal = open(directory);
    REQUIRE(commit(*journal, sale_entry("R1", "s")).ok());
    REQUIRE(commit(*journal, return_entry("R1", "r", "s", 5)).ok());
    REQUIRE(journal->settle("R1", given.settled, 0).ok());
    CHECK_FALSE(*journal->prune(5'000'000, 100));
    v1::ReceiptReference sale;
    sale.set_register_id("R1");
    sale.set_receipt("s");
    REQUIRE(journal->find_sale(sale)->has_value());
    CHECK((*journal->find_sale(sale))->returns.size() == 1);

    REQUIRE(journal->settle("R1", {{1, {}}, {2, {}}}, 0).ok());
    CHECK(*journal->prune(5'000'000, 100));
    CHECK_FALSE(journal->find_sale(sale)->has_value());
    CHECK(*journal->prune(5'000'000, 100));
    CHECK_FALSE(journal->find_receipt("R1", "r")->has_value());
  }
}

constexpr int64_t kServerTimeUs = 1'800'000'000'000'000;

std::vector<int64_t> overdue(Journal& journal, int64_t now_us) {
  std::vector<int64_t> numbers;
  const auto entries =
      journal.overdue("R1", {.now_us = now_us, .age_us = 45 * kDayUs, .limits = kMany});
  REQUIRE(entries.ok());
  for (const v1::HandedEntry& entry : *entries) numbers.push_back(entry.entry().sequence());
  return numbers;
}

TEST_CASE("how long an entry waits is told by the server's clock, never by the machine's") {
  const ScratchDirectory directory;
  const auto journal = open(directory);
  NewEntry known = sale_entry("R1", "known");  // committed 44 days ago, which was known then
  v1::RecordContext context;
  context.mutable_corrected_at()->set_seconds((kServerTimeUs - 44 * kDayUs) / 1'000'000);
  known.context = context.SerializeAsString();
  known.commit_time_us = kServerTimeUs - 44 * kDayUs;
  REQUIRE(commit(*journal, known).ok());
  REQUIRE(commit(*journal, sale_entry("R1", "1970")).ok());
  NewEntry ahead = sale_entry("R1", "2099");
  ahead.commit_time_us = 4'080'000'000'000'000;
  REQUIRE(commit(*journal, ahead).ok());
  REQUIRE(journal
              ->settle("R1",
                       {refused(1, v1::REASON_FIELD_INVALID), refused(2, v1::REASON_FIELD_INVALID),
                        refused(3, v1::REASON_FIELD_INVALID)},
                       kServerTimeUs)
              .ok());
  CHECK(overdue(*journal, kServerTimeUs + 1).empty());
  CHECK(overdue(*journal, kServerTimeUs + 2 * kDayUs) == std::vector<int64_t>{1});
  CHECK(overdue(*journal, kServerTimeUs + 46 * kDayUs) == std::vector<int64_t>{1, 2, 3});
}

TEST_CASE("a place whose entry is lost is handed over in time, and hides no other's age") {
  const ScratchDirectory directory;
  {
    const auto journal = open(directory);
    for (const char* receipt : {"a", "b"})
      REQUIRE(commit(*journal, sale_entry("R1", receipt)).ok());
  }
  {
    const auto file = sqlite::Connection::open(directory.path() + "/journal.db").value();
    REQUIRE(file->exec("PRAGMA foreign_keys = OFF").ok());
    REQUIRE(file->exec("DELETE FROM entry WHERE sequence = 1").ok());
  }
  const auto journal = open(directory);
  CHECK(journal->backlog("R1")->count == 2);
  CHECK(journal->backlog("R1")->oldest_commit_us == 1'000'000);
  CHECK(overdue(*journal, kServerTimeUs).empty());
  CHECK(overdue(*journal, kServerTimeUs + 44 * kDayUs).empty());
  const int64_t later_us = kServerTimeUs + 46 * kDayUs;
  CHECK(overdue(*journal, later_us) == std::vector<int64_t>{1});
  REQUIRE(journal->settle("R1", {{1, {}}}, later_us).ok());
  CHECK(journal->backlog("R1")->count == 1);
}

TEST_CASE("programs are kept with the parts that this build does not know") {
  const ScratchDirectory directory;
  v1::Program program;
  program.set_version(1);
  program.GetReflection()->MutableUnknownFields(&program)->AddVarint(9000, 7);
  {
    const auto journal = open(directory);
    REQUIRE(journal->store_programs({program}).ok());
    REQUIRE(journal->store_programs({program}).ok());
  }
  const auto programs = open(directory)->programs();
  REQUIRE(programs->size() == 1);
  CHECK((*programs)[0].SerializeAsString() == program.SerializeAsString());
}

TEST_CASE("concurrent commits of one sale are one entry") {
  const ScratchDirectory directory;
  const auto journal = open(directory);
  std::vector<std::thread> callers;
  std::atomic<int> first_places = 0;
  for (int i = 0; i < 8; ++i) {
    callers.emplace_back([&] {
      const auto committed = commit(*journal, sale_entry("R1", "a"));
      if (committed.ok() && committed->sequence == 1) ++first_places;
    });
  }
  for (std::thread& caller : callers) caller.join();
  CHECK(first_places == 8);
  CHECK(journal->backlog("R1")->count == 1);
}

}  // namespace
}  // namespace moadon::agent
