// A damaged journal of version 0.3, which kept everything in clear: what waits in it is delivered
// or named, and what was in clear does not stay.
#include <algorithm>
#include <filesystem>
#include <fstream>

#include "client/agent/journal.h"
#include "client/agent/made_sales.h"
#include "client/agent/scratch_directory.h"
#include "rules/refusal.h"
#include "sqlite/connection.h"
#include "tests/catch.h"

namespace moadon::agent {
namespace {

namespace fs = std::filesystem;

constexpr BatchLimits kMany{.count = 100, .bytes = 1 << 20};
constexpr size_t kPageBytes = 4096;
constexpr char kPhone[] = "052-7654321";
const std::string kKey(kJournalKeyBytes, 'k');

// What waits at each register, as tests/fixtures/README.md says.
struct Waiting {
  const char* register_id;
  std::vector<int64_t> sequences;
};
const Waiting kWaiting[] = {{"R1", {2, 3, 4}}, {"R2", {1, 2, 3}}};

std::string bytes_of(const fs::path& path) {
  std::ifstream file(path, std::ios::binary);
  return {std::istreambuf_iterator<char>(file), std::istreambuf_iterator<char>()};
}

struct Place {
  Place() { fs::copy_file(MOADON_FIXTURES "/journal_0_3.db", path()); }
  std::string path() const { return scratch.path() + "/journal.db"; }
  std::unique_ptr<Journal> open() const {
    auto journal = Journal::open(path(), kKey, [](const absl::Status&) {});
    CAPTURE(std::string(journal.status().message()));
    REQUIRE(journal.ok());
    return *std::move(journal);
  }
  void damage_page(size_t number) const {
    std::fstream file(path(), std::ios::in | std::ios::out | std::ios::binary);
    file.seekp(static_cast<std::streamoff>((number - 1) * kPageBytes));
    file << std::string(kPageBytes, '\x5a');
    REQUIRE(file.good());
  }
  void change(const std::string& sql) const {
    const auto connection = sqlite::Connection::open(path());
    REQUIRE(connection.ok());
    REQUIRE((*connection)->exec(sql).ok());
    REQUIRE((*connection)->empty_wal().value());
  }
  size_t kept_count() const { return count_files(".damaged-"); }
  size_t count_files(const std::string& part) const {
    const auto files = fs::directory_iterator(scratch.path());
    return static_cast<size_t>(std::count_if(begin(files), end(files), [&](const auto& file) {
      return file.path().filename().string().find(part) != std::string::npos;
    }));
  }
  bool any_file_holds(const std::string& text) const {
    const auto files = fs::directory_iterator(scratch.path());
    return std::any_of(begin(files), end(files), [&](const auto& file) {
      return bytes_of(file.path()).find(text) != std::string::npos;
    });
  }

  ScratchDirectory scratch;
};

// Those that are sent.
std::vector<int64_t> sequences(Journal& journal, const std::string& register_id) {
  REQUIRE(journal.retry_kept_back(register_id).ok());
  std::vector<int64_t> numbers;
  const auto batch = journal.next_batch(register_id, kMany).value();
  for (const v1::RecordEntry& entry : batch) {
    numbers.push_back(entry.sequence());
  }
  return numbers;
}

TEST_CASE("whatever page of a journal of version 0.3 is damaged, what waits is sent or named") {
  const size_t pages = fs::file_size(MOADON_FIXTURES "/journal_0_3.db") / kPageBytes;
  int whole_count = 0;
  for (size_t page = 1; page <= pages; ++page) {
    CAPTURE(page);
    const Place place;
    const std::string before = bytes_of(place.path()).substr((page - 1) * kPageBytes, kPageBytes);
    place.damage_page(page);
    const auto journal = place.open();
    int64_t altered_count = 0;
    for (const Waiting& waiting : kWaiting) {
      CAPTURE(waiting.register_id);
      const std::vector<int64_t> sent = sequences(*journal, waiting.register_id);
      const auto pending = journal->pending(waiting.register_id, 0, 100).value();
      for (const int64_t sequence : waiting.sequences) {
        const bool is_sent = std::find(sent.begin(), sent.end(), sequence) != sent.end();
        const bool is_named = std::any_of(pending.begin(), pending.end(), [&](const auto& entry) {
          return entry.sequence() == sequence &&
                 entry.refusal().reason() == v1::REASON_JOURNAL_ALTERED;
        });
        CHECK(is_sent != is_named);
      }
      altered_count += journal->backlog(waiting.register_id)->altered_count;
    }
    const bool held_entries = before.find(kPhone) != std::string::npos;
    CHECK((altered_count > 0) == held_entries);
    if (altered_count == 0) ++whole_count;
    CHECK(commit_made(*journal, made_sale("new")).ok());
    // Nothing is left to be told by the damaged file, but what it held in clear.
    if (altered_count == 0 && place.kept_count() == 0) CHECK_FALSE(place.any_file_holds(kPhone));
    CHECK(place.count_files(".before-") == 0);
  }
  CHECK(whole_count > 0);
  CHECK(whole_count < static_cast<int>(pages));
}

TEST_CASE("what is not in the damaged page of version 0.3 comes along, sealed") {
  for (const char* table : {"undelivered", "register_place"}) {
    CAPTURE(table);
    const Place place;
    int64_t page = 0;
    {
      const auto reader =
          sqlite::Connection::open(place.path(), {.access = sqlite::Access::kReader}).value();
      page = reader
                 ->query_int64(std::string("SELECT rootpage FROM sqlite_schema WHERE name = '") +
                               table + "'")
                 .value();
    }
    place.damage_page(static_cast<size_t>(page));
    const auto journal = place.open();
    CHECK(sequences(*journal, "R2") == std::vector<int64_t>{1, 2, 3});
    CHECK(journal->backlog("R1")->altered_count == 0);
    v1::ReceiptReference reference;
    reference.set_register_id("R1");
    reference.set_receipt("a");
    const auto sale = journal->find_sale(reference).value();
    REQUIRE(sale.has_value());
    CHECK(sale->sale.key().phone() == kPhone);
    CHECK(sale->returns.size() == 1);
    CHECK(sale->occasion->branch_id == "B1");
    CHECK(journal->find_hold("R1", "q1").value()->request.member_id() == "m1");
    CHECK(place.kept_count() == 0);
    CHECK_FALSE(place.any_file_holds(kPhone));
  }
}

TEST_CASE("a journal of version 0.3 that says it is newer is not one") {
  const Place place;
  place.change("PRAGMA user_version = 77");
  const auto journal = place.open();
  CHECK(sequences(*journal, "R2") == std::vector<int64_t>{1, 2, 3});
  CHECK(journal->find_hold("R1", "q1").value()->request.member_id() == "m1");
}

TEST_CASE("a file of which nothing can be read is kept, and the till goes on") {
  const Place place;
  const std::string nothing(5 * kPageBytes, '\x5a');
  std::ofstream(place.path(), std::ios::binary | std::ios::trunc) << nothing;
  const auto journal = place.open();
  CHECK(place.kept_count() == 1);
  CHECK(place.any_file_holds(nothing));
  CHECK(commit_made(*journal, made_sale("new"))->sequence == 1);
}

TEST_CASE("content in clear that is no message of its kind is set aside, not sent") {
  const char* const damage = GENERATE("content = CAST('not a message' AS BLOB)", "receipt = 'x'",
                                      "context = CAST('not a message' AS BLOB)");
  CAPTURE(damage);
  const Place place;
  place.change(std::string("UPDATE entry SET ") + damage +
               " WHERE register_id = 'R2' AND sequence = 1");
  const auto journal = place.open();
  CHECK(sequences(*journal, "R2") == std::vector<int64_t>{2, 3});
  CHECK(journal->backlog("R2")->altered_count == 1);
  CHECK_FALSE(place.any_file_holds("not a message"));
}

TEST_CASE("what is sealed is not taken for clear when a byte says so") {
  const Place place;
  place.open();
  const auto contents = [&] {
    std::vector<std::string> all;
    const auto batch = place.open()->next_batch("R2", kMany).value();
    for (const v1::RecordEntry& entry : batch) {
      all.push_back(entry.sale());
    }
    return all;
  };
  const auto before = contents();
  REQUIRE(before.size() == 3);
  place.change("UPDATE entry SET form = 0 WHERE sequence = 2");
  place.change("UPDATE hold SET is_sealed = 0");
  CHECK(contents() == before);
  CHECK(place.open()->find_hold("R1", "q1").value()->request.member_id() == "m1");
}

}  // namespace
}  // namespace moadon::agent
