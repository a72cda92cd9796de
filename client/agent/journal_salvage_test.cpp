// A journal that SQLite finds malformed: what is whole in it is delivered, what is not is named.
#include <algorithm>
#include <filesystem>
#include <fstream>

#include "client/agent/journal.h"
#include "client/agent/scratch_directory.h"
#include "rules/refusal.h"
#include "sqlite/connection.h"
#include "tests/catch.h"

namespace moadon::agent {
namespace {

namespace fs = std::filesystem;

constexpr BatchLimits kMany{.count = 1000, .bytes = 64 << 20};
constexpr int kEntries = 60;
constexpr size_t kPageBytes = 4096;
constexpr size_t kLogHeaderBytes = 32;
constexpr size_t kFrameBytes = 24 + kPageBytes;
const std::string kKey(kJournalKeyBytes, 'k');

struct Place {
  ScratchDirectory scratch;
  std::string path() const { return scratch.path() + "/journal.db"; }
  std::string log() const { return path() + "-wal"; }
  // Names of the files that keep what was damaged.
  std::vector<std::string> kept() const {
    std::vector<std::string> names;
    for (const auto& file : fs::directory_iterator(scratch.path())) {
      const std::string name = file.path().filename().string();
      if (name.find(".damaged-") != std::string::npos) names.push_back(file.path().string());
    }
    std::sort(names.begin(), names.end());
    return names;
  }
};

std::string content_of(int64_t number, size_t filling = 0) {
  v1::Sale sale;
  sale.set_receipt(std::to_string(number));
  sale.mutable_key()->set_phone("052-7654321");
  sale.set_cashier(std::string(filling, 'f'));
  return sale.SerializeAsString();
}

absl::StatusOr<Committed> commit(Journal& journal, int64_t number, size_t filling = 0) {
  NewEntry entry;
  entry.register_id = "R1";
  entry.receipt = std::to_string(number);
  entry.content = content_of(number, filling);
  entry.occasion = Occasion{"B1", absl::CivilDay(2026, 2, 2), 600};
  return journal.commit(entry, [](const KnownSale*) -> absl::StatusOr<Amounts> {
    return Amounts{.amount_minor = 100};
  });
}

absl::StatusOr<std::unique_ptr<Journal>> try_open(const Place& place) {
  return Journal::open(place.path(), kKey, [](const absl::Status&) {});
}

std::unique_ptr<Journal> open(const Place& place) {
  auto journal = try_open(place);
  CAPTURE(std::string(journal.status().message()));
  REQUIRE(journal.ok());
  return *std::move(journal);
}

void fill(Journal& journal, size_t filling = 0) {
  for (int number = 1; number <= kEntries; ++number) {
    REQUIRE(commit(journal, number, filling).ok());
  }
}

std::string bytes_of(const std::string& path) {
  std::ifstream file(path, std::ios::binary);
  return {std::istreambuf_iterator<char>(file), std::istreambuf_iterator<char>()};
}

void overwrite(const std::string& path, size_t at, const std::string& bytes) {
  std::fstream file(path, std::ios::in | std::ios::out | std::ios::binary);
  file.seekp(static_cast<std::streamoff>(at));
  file << bytes;
  REQUIRE(file.good());
}

std::vector<int64_t> sequences(Journal& journal) {
  std::vector<int64_t> numbers;
  const auto batch = journal.next_batch("R1", kMany);
  REQUIRE(batch.ok());
  for (const v1::RecordEntry& entry : *batch) numbers.push_back(entry.sequence());
  return numbers;
}

std::vector<int64_t> up_to(int64_t last) {
  std::vector<int64_t> numbers;
  for (int64_t number = 1; number <= last; ++number) numbers.push_back(number);
  return numbers;
}

// The files as kill -9 leaves them: the journal goes on elsewhere.
void leave_as_killed(const Place& from, const Place& to) {
  fs::copy_file(from.path(), to.path());
  fs::copy_file(from.log(), to.log());
}

void change(const Place& place, const std::string& sql) {
  const auto connection = sqlite::Connection::open(place.path());
  REQUIRE(connection.ok());
  REQUIRE((*connection)->exec(sql).ok());
  REQUIRE((*connection)->empty_wal().value());
}

TEST_CASE("a file without its head gives every entry, and is kept") {
  Place place;
  fill(*open(place));
  const std::string name = open(place)->journal_id("R1").value();
  overwrite(place.path(), 0, std::string(kPageBytes, 'x'));
  const std::string damaged = bytes_of(place.path());

  const auto journal = open(place);
  CHECK(sequences(*journal) == up_to(kEntries));
  CHECK(journal->backlog("R1")->altered_count == 0);
  CHECK(journal
            ->find_sale([] {
              v1::ReceiptReference reference;
              reference.set_register_id("R1");
              reference.set_receipt("7");
              return reference;
            }())
            ->value()
            .occasion->branch_id == "B1");
  REQUIRE(place.kept().size() >= 1);
  CHECK(bytes_of(place.kept().front()) == damaged);
  CHECK(commit(*journal, kEntries + 1)->sequence == kEntries + 1);
  CHECK(journal->journal_id("R1").value() != name);
  CHECK(journal->journal_id("R1")->size() == 16);
}

TEST_CASE("entries that a damaged page held are named, and all others delivered") {
  Place place;
  fill(*open(place));
  const std::string whole = bytes_of(place.path());
  const size_t pages = whole.size() / kPageBytes;
  int64_t lost_sum = 0;
  for (size_t page = 1; page < pages; ++page) {
    CAPTURE(page);
    Place copy;
    fs::copy_file(place.path(), copy.path());
    overwrite(copy.path(), page * kPageBytes, std::string(kPageBytes, '\x5a'));
    const auto journal = open(copy);
    const std::vector<int64_t> delivered = sequences(*journal);
    const Backlog backlog = journal->backlog("R1").value();
    CHECK(backlog.count == kEntries);
    CHECK(backlog.altered_count == kEntries - static_cast<int64_t>(delivered.size()));
    lost_sum += backlog.altered_count;
    const auto pending = journal->pending("R1", 0, 1000).value();
    for (const v1::PendingEntry& entry : pending) {
      const bool is_delivered =
          std::find(delivered.begin(), delivered.end(), entry.sequence()) != delivered.end();
      const v1::Reason reason = entry.refusal().reason();
      CHECK((reason == v1::REASON_JOURNAL_ALTERED) == !is_delivered);
    }
    CHECK(commit(*journal, kEntries + 1)->sequence == kEntries + 1);
  }
  CHECK(lost_sum > 0);
  CHECK(lost_sum <= kEntries);  // each entry stands on one page
}

TEST_CASE("entries longer than a page are found whole") {
  Place place;
  fill(*open(place), /*filling=*/20'000);
  overwrite(place.path(), 0, std::string(kPageBytes, 'x'));
  const auto journal = open(place);
  CHECK(sequences(*journal) == up_to(kEntries));
  CHECK(journal->next_batch("R1", kMany)->at(3).sale() == content_of(4, 20'000));
}

TEST_CASE("a change early in the log loses nothing that was committed after it") {
  Place place;
  const auto running = open(place);
  fill(*running);
  const size_t frames = (fs::file_size(place.log()) - kLogHeaderBytes) / kFrameBytes;
  for (const size_t frame : {size_t{0}, size_t{1}, size_t{5}, frames / 2, frames - 20}) {
    for (const size_t at : {0, 5, 9, 17, 24, 2000}) {
      CAPTURE(frame, at, frames);
      Place killed;
      leave_as_killed(place, killed);
      const size_t offset = kLogHeaderBytes + frame * kFrameBytes + at;
      const std::string log = bytes_of(killed.log());
      overwrite(killed.log(), offset, std::string(1, static_cast<char>(log[offset] ^ 0x11)));
      const auto journal = open(killed);
      CHECK(journal->backlog("R1")->count == kEntries);
      CHECK(sequences(*journal).size() >= kEntries - 1);  // one may be what was changed
      CHECK(killed.kept().size() == 2);                   // the file and its log
      CHECK(commit(*journal, kEntries + 1)->sequence == kEntries + 1);
    }
  }
}

TEST_CASE("a log whose head was changed is read for what it holds") {
  Place place;
  const auto running = open(place);
  fill(*running);
  Place killed;
  leave_as_killed(place, killed);
  overwrite(killed.log(), 17, "x");
  CHECK(sequences(*open(killed)) == up_to(kEntries));
}

TEST_CASE("a file that lost all its bytes is read from its log") {
  Place place;
  const auto running = open(place);
  fill(*running);
  Place killed;
  leave_as_killed(place, killed);
  fs::resize_file(killed.path(), 0);
  CHECK(sequences(*open(killed)) == up_to(kEntries));
}

TEST_CASE("what else the file keeps goes along where it can be read") {
  Place place;
  {
    const auto journal = open(place);
    fill(*journal);
    StoredHold hold;
    hold.register_id = "R1";
    hold.request_id = "q1";
    hold.basket = "basket";
    REQUIRE(journal->ask_hold(hold).ok());
    v1::Refusal refusal;
    refusal.mutable_detail()->set_reason(v1::REASON_RECEIPT_REUSED);
    REQUIRE(journal->settle("R1", {{3, refusal}, {4, {}}}, 0).ok());
  }
  change(place, "PRAGMA user_version = 77");  // says it is newer, and is not
  const auto journal = open(place);
  CHECK(place.kept().size() >= 1);
  CHECK(journal->find_hold("R1", "q1").value()->basket == "basket");
  CHECK(journal->pending("R1", 2, 1)->at(0).refusal().reason() == v1::REASON_RECEIPT_REUSED);
  // Nobody knows whether all that is not delivered was listed.
  CHECK(journal->backlog("R1")->count == kEntries);
}

TEST_CASE("a file whose head says that nobody may write it is salvaged") {
  Place place;
  fill(*open(place));
  constexpr size_t kWriteVersionAt = 18;
  overwrite(place.path(), kWriteVersionAt, "\x82");
  const auto journal = open(place);
  CHECK(sequences(*journal) == up_to(kEntries));
  CHECK(place.kept().size() >= 1);
}

TEST_CASE("a file of a newer program is left alone") {
  Place place;
  fill(*open(place));
  change(place, "CREATE TABLE of_tomorrow (x INTEGER) STRICT; PRAGMA user_version = 77");
  const std::string before = bytes_of(place.path());
  CHECK(reason_of(try_open(place).status()) == v1::REASON_VERSION_MISMATCH);
  CHECK(bytes_of(place.path()) == before);
  CHECK(place.kept().empty());
}

TEST_CASE("tables that say something else are made anew") {
  Place place;
  fill(*open(place));
  const std::string bytes = bytes_of(place.path());
  const size_t at = bytes.find("CHECK (sequence >= 1)");
  REQUIRE(at != std::string::npos);
  overwrite(place.path(), at, "CHECK (sequence <= 1)");
  const auto journal = open(place);
  CHECK(sequences(*journal) == up_to(kEntries));
  CHECK(commit(*journal, kEntries + 1)->sequence == kEntries + 1);
}

TEST_CASE("a salvage that was cut short begins anew, and one that was decided is finished") {
  Place place;
  fill(*open(place));
  fs::copy_file(place.path(), place.path() + ".salvaged");
  overwrite(place.path(), 0, std::string(kPageBytes, 'x'));
  std::ofstream(place.path() + ".salvaging") << "half of it";
  std::ofstream(place.log()) << "of the damaged one";
  {
    const auto journal = open(place);
    CHECK(sequences(*journal) == up_to(kEntries));
    CHECK(place.kept().empty());
    CHECK_FALSE(fs::exists(place.path() + ".salvaged"));
  }
  overwrite(place.path(), 0, std::string(kPageBytes, 'x'));
  CHECK(sequences(*open(place)) == up_to(kEntries));
  CHECK_FALSE(fs::exists(place.path() + ".salvaging"));
}

TEST_CASE("the columns of an entry are those that are looked for in a damaged file") {
  Place place;
  open(place);
  const auto reader = sqlite::Connection::open(place.path(), {.access = sqlite::Access::kReader});
  REQUIRE(reader.ok());
  const absl::StatusOr<int64_t> is_so = (*reader)->query_int64(
      "SELECT group_concat(name) = 'entry_id,register_id,sequence,receipt,kind,content,"
      "context,amount_minor,commit_time_us,sale_register_id,sale_receipt,branch_id,"
      "business_day,minute_of_day,points_minor,points_milli,gift_balance_minor,form,"
      "previous_chain,chain' FROM pragma_table_info('entry')");
  CHECK(is_so.value() == 1);
}

TEST_CASE("an altered program is not priced with, nor any beside it, until it comes again") {
  Place place;
  std::vector<v1::Program> programs(2);
  for (int64_t version : {1, 2}) {
    v1::Program& program = programs[static_cast<size_t>(version - 1)];
    program.set_version(version);
    program.set_title("title of the program");
  }
  REQUIRE(open(place)->store_programs(programs).ok());
  CHECK(open(place)->programs()->size() == 2);
  CHECK(bytes_of(place.path()).find("title of the") == std::string::npos);
  change(place,
         "UPDATE program SET content = CAST(substr(content, 1, 40) || x'00' || substr(content, 42) "
         "AS BLOB) WHERE version = 1");
  const auto journal = open(place);
  CHECK(journal->programs()->empty());
  REQUIRE(journal->store_programs(programs).ok());
  CHECK(journal->programs()->size() == 2);
}

TEST_CASE("a program in clear is sealed when the file is opened") {
  Place place;
  open(place);
  v1::Program program;
  program.set_version(1);
  program.set_title("title of the program");
  {
    const auto connection = sqlite::Connection::open(place.path());
    constexpr sqlite::Sql kStore{"INSERT INTO program (version, content) VALUES (1, $1)"};
    sqlite::Statement store = (*connection)->statement(kStore);
    store.bind_all(sqlite::Blob{program.SerializeAsString()});
    REQUIRE(store.execute().ok());
  }
  change(place, "PRAGMA user_version");
  REQUIRE(bytes_of(place.path()).find("title of the") != std::string::npos);
  CHECK(open(place)->programs()->at(0).title() == "title of the program");
  change(place, "PRAGMA user_version");
  CHECK(bytes_of(place.path()).find("title of the") == std::string::npos);
}

}  // namespace
}  // namespace moadon::agent
