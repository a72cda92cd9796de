// What the journal does with entries that were changed on the disk, and with what earlier versions
// left.
#include <filesystem>
#include <fstream>

#include "client/agent/journal.h"
#include "client/agent/journal_chain.h"
#include "client/agent/made_sales.h"
#include "client/agent/scratch_directory.h"
#include "rules/refusal.h"
#include "sqlite/connection.h"
#include "tests/catch.h"

namespace moadon::agent {
namespace {

constexpr BatchLimits kMany{.count = 100, .bytes = 1 << 20};
const std::string kKey(kJournalKeyBytes, 'k');
constexpr char kPhone[] = "052-7654321";

std::string path_in(const ScratchDirectory& directory) { return directory.path() + "/journal.db"; }

std::unique_ptr<Journal> open(const ScratchDirectory& directory, const std::string& key = kKey) {
  auto journal = Journal::open(path_in(directory), key, [](const absl::Status&) {});
  REQUIRE(journal.ok());
  return *std::move(journal);
}

NewEntry entry_of(const std::string& receipt) {
  NewEntry entry = made_sale(receipt, kPhone);
  entry.occasion = Occasion{"B1", absl::CivilDay(2026, 2, 2), 600};
  entry.commit_time_us = 1'000'000;
  return entry;
}

NewEntry return_of(const std::string& receipt, const std::string& sale_receipt) {
  NewEntry entry = entry_of(receipt);
  v1::Return returned;
  returned.set_receipt(receipt);
  entry.kind = EntryKind::kReturn;
  entry.content = returned.SerializeAsString();
  entry.original.emplace();
  entry.original->set_register_id("R1");
  entry.original->set_receipt(sale_receipt);
  return entry;
}

absl::StatusOr<Committed> commit(Journal& journal, const NewEntry& entry) {
  return commit_made(journal, entry, 100);
}

void change(const ScratchDirectory& directory, const std::string& sql) {
  const auto connection = sqlite::Connection::open(path_in(directory));
  REQUIRE(connection.ok());
  REQUIRE(
      (*connection)->exec("PRAGMA ignore_check_constraints = ON; PRAGMA foreign_keys = OFF").ok());
  REQUIRE((*connection)->exec(sql).ok());
  // No image of before stays in the log, unless somebody reads.
  (*connection)->set_busy_timeout(0);
  REQUIRE((*connection)->empty_wal().ok());
}

std::vector<int64_t> sequences(Journal& journal, const std::string& register_id = "R1") {
  std::vector<int64_t> numbers;
  const auto batch = journal.next_batch(register_id, kMany);
  REQUIRE(batch.ok());
  for (const v1::RecordEntry& entry : *batch) numbers.push_back(entry.sequence());
  return numbers;
}

v1::ReceiptReference receipt(const std::string& name) {
  v1::ReceiptReference reference;
  reference.set_register_id("R1");
  reference.set_receipt(name);
  return reference;
}

bool any_file_holds(const std::string& directory, const std::string& bytes) {
  for (const auto& file : std::filesystem::recursive_directory_iterator(directory)) {
    if (!file.is_regular_file()) continue;
    std::ifstream stream(file.path(), std::ios::binary);
    const std::string content((std::istreambuf_iterator<char>(stream)), {});
    if (content.find(bytes) != std::string::npos) return true;
  }
  return false;
}

TEST_CASE("an altered entry is set aside and reported, and all others go on") {
  const char* const damage =
      GENERATE("content = zeroblob(80)", "content = CAST('x' AS BLOB)", "context = zeroblob(28)",
               "content = (SELECT content FROM entry WHERE sequence = 1)", "amount_minor = 101",
               "kind = 2", "commit_time_us = 2", "receipt = 'bb'", "branch_id = 'B2'",
               "minute_of_day = NULL", "points_milli = 1", "gift_balance_minor = 1",
               "points_minor = 1", "sale_register_id = 'R1', sale_receipt = 'a'",
               "previous_chain = zeroblob(32)", "chain = zeroblob(32)", "chain = NULL", "form = 1",
               "form = 0", "form = 9", "register_id = 'R9'");
  const bool is_running = GENERATE(false, true);
  CAPTURE(damage, is_running);
  const ScratchDirectory directory;
  auto journal = open(directory);
  for (const char* name : {"a", "b", "c"}) REQUIRE(commit(*journal, entry_of(name)).ok());
  if (!is_running) journal.reset();
  change(directory, std::string("UPDATE entry SET ") + damage + " WHERE sequence = 2");
  if (!is_running) journal = open(directory);

  CHECK(sequences(*journal) == std::vector<int64_t>{1, 3});
  const Backlog backlog = journal->backlog("R1").value();
  CHECK(backlog.count == 3);
  CHECK(backlog.altered_count == 1);
  const auto pending = journal->pending("R1", 0, 10).value();
  REQUIRE(pending.size() == 3);
  CHECK(pending[1].refusal().reason() == v1::REASON_JOURNAL_ALTERED);
  CHECK(pending[1].refusal().values().at("sequence") == "2");
  CHECK_FALSE(pending[0].has_refusal());
  CHECK_FALSE(pending[2].has_refusal());
  CHECK_FALSE(journal->find_receipt("R1", "b")->has_value());
  CHECK_FALSE(journal->find_sale(receipt("b"))->has_value());
  CHECK(journal->find_repeat(entry_of("a"))->has_value());
  CHECK(journal->find_repeat(entry_of("c"))->has_value());
  CHECK(commit(*journal, entry_of("d")).ok());
  CHECK(sequences(*journal).size() == 3);
}

TEST_CASE("the receipt of an altered entry is refused, not answered from it") {
  const ScratchDirectory directory;
  const auto journal = open(directory);
  REQUIRE(commit(*journal, entry_of("a")).ok());
  change(directory, "UPDATE entry SET amount_minor = 1");
  CHECK(reason_of(journal->find_repeat(entry_of("a")).status()) == v1::REASON_JOURNAL_ALTERED);
  CHECK(reason_of(commit(*journal, entry_of("a")).status()) == v1::REASON_JOURNAL_ALTERED);
}

TEST_CASE("a sale whose return was altered is not known here any more") {
  const ScratchDirectory directory;
  const auto journal = open(directory);
  REQUIRE(commit(*journal, entry_of("a")).ok());
  REQUIRE(commit(*journal, return_of("b", "a")).ok());
  CHECK(journal->find_sale(receipt("a"))->has_value());
  change(directory, "UPDATE entry SET commit_time_us = 1 WHERE sequence = 2");
  CHECK_FALSE(journal->find_sale(receipt("a"))->has_value());
}

TEST_CASE("an entry that was replaced by a true one of another history is set aside") {
  const ScratchDirectory directory;
  const ScratchDirectory elsewhere;
  {
    const auto journal = open(directory);
    const auto other = open(elsewhere);
    for (const char* name : {"a", "b", "c"}) REQUIRE(commit(*journal, entry_of(name)).ok());
    for (const char* name : {"x", "b", "c"}) REQUIRE(commit(*other, entry_of(name)).ok());
  }
  change(directory, "ATTACH '" + path_in(elsewhere) +
                        "' AS o; DELETE FROM entry WHERE sequence = 2; "
                        "INSERT INTO entry SELECT * FROM o.entry WHERE sequence = 2");
  const auto journal = open(directory);
  CHECK(sequences(*journal) == std::vector<int64_t>{1});
  CHECK(journal->backlog("R1")->altered_count == 2);  // what follows it is of the old history
}

TEST_CASE("a place without its entry is reported, and a damaged count repeats no place") {
  const ScratchDirectory directory;
  {
    const auto journal = open(directory);
    for (const char* name : {"a", "b", "c"}) REQUIRE(commit(*journal, entry_of(name)).ok());
  }
  change(directory, "DELETE FROM entry WHERE sequence = 2; UPDATE register SET last_sequence = 1");
  const auto journal = open(directory);
  CHECK(sequences(*journal) == std::vector<int64_t>{1, 3});
  CHECK(journal->pending("R1", 0, 10)->at(1).refusal().reason() == v1::REASON_JOURNAL_ALTERED);
  CHECK(commit(*journal, entry_of("d"))->sequence == 4);
}

TEST_CASE("an entry that says another place is reported in both") {
  const ScratchDirectory directory;
  {
    const auto journal = open(directory);
    for (const char* name : {"a", "b", "c"}) REQUIRE(commit(*journal, entry_of(name)).ok());
  }
  change(directory, "UPDATE entry SET sequence = 9 WHERE sequence = 2");
  const auto journal = open(directory);
  CHECK(sequences(*journal) == std::vector<int64_t>{1, 3});
  CHECK(journal->backlog("R1")->altered_count == 2);
  CHECK(commit(*journal, entry_of("d"))->sequence == 10);
}

TEST_CASE("what another key sealed waits until that key is back") {
  const ScratchDirectory directory;
  REQUIRE(commit(*open(directory), entry_of("a")).ok());
  {
    const auto journal = open(directory, std::string(kJournalKeyBytes, 'z'));
    CHECK(sequences(*journal).empty());
    CHECK(journal->backlog("R1")->altered_count == 1);
    CHECK(commit(*journal, entry_of("b"))->sequence == 2);
    CHECK(sequences(*journal) == std::vector<int64_t>{2});
    REQUIRE(journal->settle("R1", {{2, {}}}, 0).ok());
  }
  const auto journal = open(directory);
  CHECK(journal->backlog("R1")->altered_count == 0);
  CHECK(sequences(*journal) == std::vector<int64_t>{1});
}

TEST_CASE("entries carry their chain, and the journal its name, through restarts") {
  const ScratchDirectory directory;
  std::string journal_id;
  std::string chain;
  {
    const auto journal = open(directory);
    CHECK(journal->journal_id("R1")->empty());
    REQUIRE(commit(*journal, entry_of("a")).ok());
    journal_id = journal->journal_id("R1").value();
    chain = journal->next_batch("R1", kMany)->at(0).chain();
  }
  CHECK(journal_id.size() == kJournalIdBytes);
  CHECK(chain.size() == kChainBytes);
  const auto journal = open(directory);
  REQUIRE(commit(*journal, entry_of("b")).ok());
  CHECK(journal->journal_id("R1").value() == journal_id);
  const auto batch = journal->next_batch("R1", kMany).value();
  CHECK(batch[0].chain() == chain);
  CHECK(batch[1].chain() != chain);
}

TEST_CASE("no phone is in clear in any file, whether the journal is open or not") {
  const ScratchDirectory directory;
  {
    const auto journal = open(directory);
    REQUIRE(commit(*journal, entry_of("a")).ok());
    StoredHold hold;
    hold.register_id = "R1";
    hold.request_id = "q1";
    hold.basket = kPhone;
    hold.request.set_member_id(kPhone);
    REQUIRE(journal->ask_hold(hold).ok());
    CHECK(journal->find_hold("R1", "q1").value()->basket == kPhone);
    CHECK_FALSE(any_file_holds(directory.path(), "7654321"));
  }
  CHECK_FALSE(any_file_holds(directory.path(), "7654321"));
}

TEST_CASE("the journal of version 0.3 is read, sealed, and delivered as it was") {
  const ScratchDirectory directory;
  std::filesystem::copy_file(MOADON_FIXTURES "/journal_0_3.db", path_in(directory));
  REQUIRE(any_file_holds(directory.path(), kPhone));
  const auto journal = open(directory);
  CHECK_FALSE(any_file_holds(directory.path(), kPhone));
  CHECK_FALSE(std::filesystem::exists(path_in(directory) + ".before-0003"));

  CHECK(sequences(*journal) == std::vector<int64_t>{3, 4});
  CHECK(sequences(*journal, "R2") == std::vector<int64_t>{1, 2, 3});
  CHECK(journal->backlog("R1")->altered_count == 0);
  CHECK(journal->pending("R1", 0, 1)->at(0).refusal().reason() == v1::REASON_RECEIPT_REUSED);
  const auto sale = journal->find_sale(receipt("a")).value();
  REQUIRE(sale.has_value());
  CHECK(sale->sale.key().phone() == kPhone);
  CHECK(sale->returns.size() == 1);
  CHECK(sale->occasion->branch_id == "B1");
  const auto hold = journal->find_hold_by_id("R1", "h1").value();
  REQUIRE(hold.has_value());
  CHECK(hold->request.member_id() == "m1");
  CHECK(journal->programs()->size() == 1);

  const v1::RecordEntry entry = journal->next_batch("R2", kMany)->at(0);
  CHECK(entry.chain().empty());
  CHECK(entry.context().GetReflection()->GetUnknownFields(entry.context()).field_count() == 1);
  v1::Sale sent;
  REQUIRE(sent.ParseFromString(entry.sale()));
  CHECK(sent.GetReflection()->GetUnknownFields(sent).field_count() == 1);

  CHECK(commit(*journal, entry_of("e"))->sequence == 5);
  CHECK(journal->next_batch("R1", kMany)->at(2).chain().size() == kChainBytes);
}

TEST_CASE("an unfinished sealing is finished at the next opening") {
  const ScratchDirectory directory;
  std::filesystem::copy_file(MOADON_FIXTURES "/journal_0_3.db", path_in(directory));
  open(directory);
  std::filesystem::copy_file(MOADON_FIXTURES "/journal_0_3.db",
                             path_in(directory) + ".before-0003");
  open(directory);
  CHECK_FALSE(any_file_holds(directory.path(), kPhone));
}

}  // namespace
}  // namespace moadon::agent
