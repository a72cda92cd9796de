#include "server/operations/answer_shelf.h"

#include <sys/stat.h>
#include <unistd.h>

#include <atomic>
#include <filesystem>
#include <string>
#include <thread>
#include <vector>

#include "absl/strings/match.h"
#include "absl/strings/str_cat.h"
#include "server/operations/member_cache.h"
#include "sqlite/test_files.h"
#include "tests/catch.h"

namespace moadon {
namespace {

constexpr size_t kKeys = 1'000;

bool always() { return true; }

RememberedMember member(int64_t member_id, const std::string& answer) {
  RememberedMember result;
  result.stamp = {member_id, 0};
  result.member.answer = std::make_shared<const std::string>(answer);
  return result;
}

storage::KeyRow card(const std::string& value) {
  return {storage::KeyKind::kCard, value, value, std::nullopt};
}

// Descriptors of files in `directory` that have no name any more.
std::vector<std::string> unnamed_files(const std::string& directory) {
  std::vector<std::string> found;
  for (const auto& entry : std::filesystem::directory_iterator("/proc/self/fd")) {
    std::error_code ignored;
    const std::string target = std::filesystem::read_symlink(entry.path(), ignored).string();
    if (absl::StartsWith(target, directory) && absl::EndsWith(target, " (deleted)")) {
      found.push_back(entry.path().string());
    }
  }
  return found;
}

}  // namespace

TEST_CASE("the shelf is a file without a name, for its owner only, gone with the shelf") {
  sqlite::TestDirectory directory;
  {
    const auto shelf = AnswerShelf::open(directory.path(), kKeys);
    REQUIRE(shelf != nullptr);
    CHECK(std::filesystem::is_empty(directory.path()));
    const std::vector<std::string> files = unnamed_files(directory.path());
    REQUIRE(files.size() == 1);
    struct stat info {};
    REQUIRE(::stat(files[0].c_str(), &info) == 0);
    CHECK((info.st_mode & 0777) == 0600);
    CHECK(static_cast<size_t>(info.st_size) ==
          (kKeys / AnswerShelf::kKeysPerPage + 1) * AnswerPage::kBytes);
    CHECK(info.st_blocks == 0);
  }
  CHECK(unnamed_files(directory.path()).empty());
}

TEST_CASE("the shelf has room for nearly all keys that it was made for") {
  sqlite::TestDirectory directory;
  const auto shelf = AnswerShelf::open(directory.path(), kKeys);
  REQUIRE(shelf != nullptr);
  const std::string answer(400, 'x');
  for (size_t i = 0; i < kKeys; ++i) {
    shelf->keep(absl::StrCat("2c", i), member(static_cast<int64_t>(i), absl::StrCat(i, answer)),
                always);
  }
  size_t found = 0;
  for (size_t i = 0; i < kKeys; ++i) {
    const auto one = shelf->find(absl::StrCat("2c", i));
    if (!one) continue;
    ++found;
    CHECK(one->stamp.member_id == static_cast<int64_t>(i));
    CHECK(*one->member.answer == absl::StrCat(i, answer));
  }
  CHECK(found > kKeys * 9 / 10);
  CHECK(found <= kKeys);
}

TEST_CASE("what is not current when its page is written is not kept") {
  sqlite::TestDirectory directory;
  const auto shelf = AnswerShelf::open(directory.path(), kKeys);
  REQUIRE(shelf != nullptr);
  shelf->keep("2c1", member(1, "Noa"), [] { return false; });
  CHECK_FALSE(shelf->find("2c1").has_value());
  CHECK_FALSE(absl::StrContains(shelf->bytes(), "Noa"));
}

TEST_CASE("a directory that takes no file means no shelf") {
  sqlite::TestDirectory directory;
  CHECK(AnswerShelf::open(directory.file("missing"), kKeys) == nullptr);
}

TEST_CASE("a shelf whose file fails finds and keeps nothing, and forgets all") {
  sqlite::TestDirectory directory;
  const auto shelf = AnswerShelf::open(directory.path(), kKeys);
  REQUIRE(shelf != nullptr);
  shelf->keep("2c1", member(1, "Noa"), always);
  REQUIRE(shelf->find("2c1").has_value());
  const std::vector<std::string> files = unnamed_files(directory.path());
  REQUIRE(files.size() == 1);
  // Pages that are not there any more are a disk that does not give them.
  REQUIRE(::truncate(files[0].c_str(), 0) == 0);
  CHECK_FALSE(shelf->find("2c1").has_value());
  shelf->keep("2c2", member(2, "Dan"), always);
  CHECK_FALSE(shelf->find("2c2").has_value());
  // It does not come back.
  REQUIRE(::truncate(files[0].c_str(), 1 << 20) == 0);
  shelf->keep("2c2", member(2, "Dan"), always);
  CHECK_FALSE(shelf->find("2c2").has_value());
  CHECK(shelf->forget({1, 2}).ok());
}

TEST_CASE("readers of pages that are written find whole answers only") {
  sqlite::TestDirectory directory;
  const auto shelf = AnswerShelf::open(directory.path(), 1);
  REQUIRE(shelf != nullptr);
  constexpr int kMembers = 8;
  constexpr int kWrites = 4'000;
  std::atomic<bool> is_over = false;
  std::atomic<int> wrong = 0;
  std::vector<std::thread> readers;
  for (int i = 0; i < 2; ++i) {
    readers.emplace_back([&] {
      for (int turn = 0; !is_over; ++turn) {
        const int number = turn % kMembers;
        const auto found = shelf->find(absl::StrCat("2c", number));
        if (!found) continue;
        const std::string& answer = *found->member.answer;
        if (found->stamp.member_id != number || answer.empty() ||
            answer.find_first_not_of(answer[0]) != std::string::npos) {
          ++wrong;
        }
      }
    });
  }
  std::vector<std::thread> writers;
  for (int half = 0; half < 2; ++half) {
    writers.emplace_back([&, half] {
      for (int i = half; i < kWrites; i += 2) {
        const std::string answer(static_cast<size_t>(200 + i % 150),
                                 static_cast<char>('a' + i % 26));
        shelf->keep(absl::StrCat("2c", i % kMembers), member(i % kMembers, answer), always);
      }
    });
  }
  for (std::thread& each : writers) each.join();
  is_over = true;
  for (std::thread& each : readers) each.join();
  CHECK(wrong == 0);
  for (int i = 0; i < kMembers; ++i) CHECK(shelf->find(absl::StrCat("2c", i)).has_value());
}

TEST_CASE("a cache with a shelf finds whom memory forgot, and nobody who changed since") {
  sqlite::TestDirectory directory;
  MemberCache cache;
  constexpr int kCount = static_cast<int>(kMaxCachedKeys) * 2;
  cache.use_shelf(AnswerShelf::open(directory.path(), kCount));
  REQUIRE(cache.shelf() != nullptr);
  const auto stamp_of = [&](int64_t member_id) {
    return *cache.stamp_since(cache.mark(), member_id);
  };
  KnownMember known;
  known.facts_day = 20'000;
  known.program_version = 3;
  for (int i = 0; i < kCount; ++i) {
    known.answer = std::make_shared<const std::string>(absl::StrCat("member ", i));
    REQUIRE(cache.keep(card(absl::StrCat(i)), stamp_of(i), known));
  }
  for (int i = 0; i < kCount; i += 17) {
    const auto found = cache.find(card(absl::StrCat(i)));
    REQUIRE(found.has_value());
    CHECK(*found->answer == absl::StrCat("member ", i));
    CHECK(found->facts_day == 20'000);
    CHECK(found->program_version == 3);
  }
  // The earliest are in memory no more.
  cache.begin_change(5);
  CHECK_FALSE(cache.find(card("5")).has_value());
  cache.end_change(5);
  CHECK_FALSE(cache.find(card("5")).has_value());
  REQUIRE(cache.find(card("6")).has_value());
  cache.begin_change_of_all();
  cache.end_change_of_all();
  CHECK_FALSE(cache.find(card("6")).has_value());
  known.answer = std::make_shared<const std::string>("member 5 again");
  REQUIRE(cache.keep(card("5"), stamp_of(5), known));
  CHECK(*cache.find(card("5"))->answer == "member 5 again");
}

TEST_CASE("a forgotten member leaves no byte on the shelf and is kept again as they are now") {
  sqlite::TestDirectory directory;
  MemberCache cache;
  cache.use_shelf(AnswerShelf::open(directory.path(), kKeys));
  REQUIRE(cache.shelf() != nullptr);
  const MemberCache::Stamp before = *cache.stamp_since(cache.mark(), 7);
  KnownMember known;
  known.answer = std::make_shared<const std::string>("Noa");
  REQUIRE(cache.keep(card("c1"), before, known));
  REQUIRE(cache.keep(card("c2"), *cache.stamp_since(cache.mark(), 8), known));
  REQUIRE(cache.forget({8}).ok());
  CHECK_FALSE(cache.find(card("c2")).has_value());
  CHECK(cache.find(card("c1")).has_value());
  cache.begin_change(7);
  cache.end_change(7);
  REQUIRE(cache.forget({7}).ok());
  CHECK_FALSE(absl::StrContains(cache.shelf()->bytes(), "Noa"));
  // Read before the change, kept after all was forgotten.
  CHECK_FALSE(cache.keep(card("c1"), before, known));
  CHECK_FALSE(absl::StrContains(cache.shelf()->bytes(), "Noa"));
  known.answer = std::make_shared<const std::string>("nobody");
  REQUIRE(cache.keep(card("c1"), *cache.stamp_since(cache.mark(), 7), known));
  CHECK(*cache.find(card("c1"))->answer == "nobody");
}

}  // namespace moadon
