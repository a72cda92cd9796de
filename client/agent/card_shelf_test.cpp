#include "client/agent/card_shelf.h"

#include <sys/stat.h>

#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <iostream>
#include <random>
#include <thread>

#include "absl/strings/match.h"
#include "absl/time/clock.h"
#include "client/agent/made_cards.h"
#include "client/agent/scratch_directory.h"
#include "tests/catch.h"

namespace moadon::agent {
namespace {

constexpr int64_t kIssuedUs = 1'795'000'000'000'000;

struct Place {
  CardFiles files() const { return {scratch.path() + "/cards.db", scratch.path() + "/cards.key"}; }
  std::string bytes(const std::string& name) const {
    std::ifstream file(scratch.path() + "/" + name, std::ios::binary);
    return {std::istreambuf_iterator<char>(file), std::istreambuf_iterator<char>()};
  }
  ScratchDirectory scratch;
};

FeedState filled(int64_t pass = 1) {
  FeedState state;
  state.register_id = "R1";
  state.cursor = "c\n1";
  state.pass = pass;
  state.pass_begin_us = kIssuedUs;
  state.cache_time_us = kIssuedUs;
  return state;
}

void fill(CardShelf& shelf, int64_t first, int64_t count, int64_t pass = 1) {
  const KeyDigester digester(shelf.digest_key().value());
  std::vector<v1::MemberCard> cards;
  for (int64_t i = first; i < first + count; ++i) {
    cards.push_back(made_card(i, digester, kIssuedUs));
  }
  REQUIRE(shelf.store(cards, filled(pass)).ok());
}

std::optional<v1::MemberCard> find(CardShelf& shelf, const v1::Key& key) {
  return shelf.find(presented_key(key, "IL").candidates);
}

TEST_CASE("a member is found by each key in any spelling, also by the next agent") {
  Place place;
  {
    CardShelf shelf(place.files());
    fill(shelf, 1, 50);
  }
  CardShelf shelf(place.files());
  CHECK(shelf.card_count() == 50);
  CHECK(shelf.feed().cursor == "c\n1");
  CHECK(shelf.feed().register_id == "R1");
  v1::Key spelled;
  spelled.set_phone("+972-50-000-0007");
  for (const v1::Key& key : {made_phone(7), spelled, made_card_key(7)}) {
    const auto card = find(shelf, key);
    REQUIRE(card);
    CHECK(card->SerializeAsString() ==
          made_card(7, KeyDigester(shelf.digest_key().value()), kIssuedUs).SerializeAsString());
  }
  CHECK_FALSE(find(shelf, made_phone(51)));
  CHECK(shelf.find_member(made_member_id(3))->display_name() == "דנה כ.");
}

TEST_CASE("the files tell no name and no phone, and the secret is its owner's") {
  Place place;
  CardShelf shelf(place.files());
  fill(shelf, 1, 200);
  for (const char* name : {"cards.db", "cards.db-wal", "cards.key"}) {
    const std::string bytes = place.bytes(name);
    CHECK_FALSE(bytes.empty());
    for (const char* text : {"דנה", "050000", "50000", "CARD-", "card-7", "gold", "05-17"}) {
      CAPTURE(name, text);
      CHECK_FALSE(absl::StrContains(bytes, text));
    }
  }
  CHECK_FALSE(absl::StrContains(place.bytes("cards.db"), place.bytes("cards.key")));
  struct stat facts {};
  REQUIRE(::stat(place.files().secret_path.c_str(), &facts) == 0);
  CHECK((facts.st_mode & 0777) == 0600);
}

TEST_CASE("cards that changed are changed, those gone are gone, with all their keys") {
  Place place;
  CardShelf shelf(place.files());
  fill(shelf, 1, 3);
  const KeyDigester digester(shelf.digest_key().value());
  v1::MemberCard moved = made_card(1, digester, kIssuedUs + 1);
  moved.set_key_digests(0, digester.digest(presented_key(made_phone(99), "IL").candidates[0]));
  v1::MemberCard gone;
  gone.set_member_id(made_member_id(2));
  gone.set_is_gone(true);
  REQUIRE(shelf.store({moved, gone}, filled()).ok());
  CHECK(shelf.card_count() == 2);
  CHECK(find(shelf, made_phone(99))->member_id() == made_member_id(1));
  CHECK_FALSE(find(shelf, made_phone(1)));
  CHECK(find(shelf, made_card_key(1)));
  CHECK_FALSE(find(shelf, made_phone(2)));
  CHECK_FALSE(find(shelf, made_card_key(2)));
}

TEST_CASE("a key that went to another member finds who got it last") {
  Place place;
  CardShelf shelf(place.files());
  fill(shelf, 1, 2);
  const KeyDigester digester(shelf.digest_key().value());
  v1::MemberCard heir = made_card(2, digester, kIssuedUs + 5);
  heir.add_key_digests(digester.digest(presented_key(made_phone(1), "IL").candidates[0]));
  REQUIRE(shelf.store({heir}, filled()).ok());
  CHECK(find(shelf, made_phone(1))->member_id() == made_member_id(2));
}

TEST_CASE("a sweep forgets whom a pass did not renew, and goes on where it was") {
  Place place;
  CardShelf shelf(place.files());
  fill(shelf, 1, kCardSweepStep + 500, 1);
  fill(shelf, 1, 10, 2);
  const auto is_of_pass = [](const CardMark& mark) { return mark.pass == 2; };
  CHECK_FALSE(shelf.sweep(is_of_pass, [] { return false; }).ok());
  REQUIRE(shelf.sweep(is_of_pass, [] { return true; }).ok());
  CHECK(shelf.card_count() == 10);
  CHECK(find(shelf, made_phone(10)));
  CHECK_FALSE(find(shelf, made_phone(11)));
}

TEST_CASE("a row that was altered in any column is not found and goes") {
  const std::string changes[] = {
      "UPDATE card SET sealed = zeroblob(length(sealed)) WHERE member_id = $1",
      "UPDATE card SET pass = pass + 1 WHERE member_id = $1",
      "UPDATE card SET seen_day = 3 WHERE member_id = $1",
      "UPDATE card SET digests = substr(digests, 17) WHERE member_id = $1",
      "UPDATE card SET sealed = (SELECT sealed FROM card AS other WHERE other.card_id = 2) "
      "WHERE member_id = $1"};
  for (std::string change : changes) {
    CAPTURE(change);
    Place place;
    {
      CardShelf shelf(place.files());
      fill(shelf, 1, 5);
    }
    change.replace(change.find("$1"), 2, "'" + made_member_id(1) + "'");
    {
      auto writer = sqlite::Connection::open(place.files().cards_path);
      REQUIRE((*writer)->exec(change).ok());
    }
    CardShelf shelf(place.files());
    CHECK_FALSE(find(shelf, made_phone(1)));
    CHECK_FALSE(shelf.find_member(made_member_id(1)));
    CHECK(find(shelf, made_phone(2)));
    CHECK(shelf.drop_altered().value());
    CHECK(shelf.card_count() == 4);
    CHECK_FALSE(shelf.drop_altered().value());
  }
}

// The same bytes anywhere but in one place.
void flip(const std::string& path, int64_t place, unsigned char mask) {
  std::fstream file(path, std::ios::binary | std::ios::in | std::ios::out);
  file.seekg(place);
  const char byte = static_cast<char>(file.get() ^ mask);
  file.seekp(place);
  file.put(byte);
}

TEST_CASE("whatever byte of the cards changes, nothing altered is ever told") {
  const auto seed = static_cast<std::mt19937::result_type>(Catch::rngSeed());
  CAPTURE(seed);
  std::mt19937 random(seed);
  const int flips = std::getenv("MOADON_LONG") != nullptr ? 10'000 : 300;
  constexpr int64_t kMembers = 200;
  Place place;
  {
    CardShelf shelf(place.files());
    fill(shelf, 1, kMembers);
  }
  {
    auto writer = sqlite::Connection::open(place.files().cards_path);
    REQUIRE((*writer)->empty_wal().value());
  }
  const std::string whole = place.files().cards_path;
  const std::string kept = place.scratch.path() + "/kept";
  std::filesystem::copy_file(whole, kept);
  const auto size = static_cast<int64_t>(std::filesystem::file_size(whole));
  int64_t lost = 0;
  for (int i = 0; i < flips; ++i) {
    for (const char* beside : {"-wal", "-shm"}) std::filesystem::remove(whole + beside);
    std::filesystem::copy_file(kept, whole, std::filesystem::copy_options::overwrite_existing);
    flip(whole, std::uniform_int_distribution<int64_t>(0, size - 1)(random),
         static_cast<unsigned char>(1u << (random() % 8)));
    CardShelf shelf(place.files());
    const KeyDigester digester(shelf.digest_key().value());
    for (int64_t member = 1; member <= kMembers; member += 1 + random() % 7) {
      const auto card = find(shelf, made_phone(member));
      if (!card) ++lost;
      if (card &&
          card->SerializeAsString() != made_card(member, digester, kIssuedUs).SerializeAsString()) {
        FAIL("an altered card was told");
      }
    }
    REQUIRE(shelf.mend([] { return true; }).ok());
  }
  CHECK(lost > 0);  // some flips did hit a card
  std::cout << flips << " bytes of the cards flipped, seed " << seed << '\n';
}

TEST_CASE("a file that is no database any more is made anew") {
  Place place;
  {
    CardShelf shelf(place.files());
    fill(shelf, 1, 5);
  }
  for (const char* beside : {"-wal", "-shm"}) {
    std::filesystem::remove(place.files().cards_path + beside);
  }
  std::ofstream(place.files().cards_path) << std::string(8192, 'x');
  CardShelf shelf(place.files());
  CHECK(shelf.card_count() == 0);
  CHECK(shelf.feed().pass == 0);
  fill(shelf, 1, 5);
  CHECK(find(shelf, made_phone(1)));
}

// The root of the table by which keys are found.
void break_digests(const Place& place) {
  constexpr int64_t kPageBytes = 4096;
  int64_t page = 0;
  {
    auto writer = sqlite::Connection::open(place.files().cards_path);
    REQUIRE((*writer)->empty_wal().value());
    page =
        (*writer)->query_int64("SELECT rootpage FROM sqlite_schema WHERE name = 'digest'").value();
  }
  std::fstream file(place.files().cards_path, std::ios::binary | std::ios::in | std::ios::out);
  file.seekp((page - 1) * kPageBytes);
  file << std::string(64, '\xff');
}

int files_aside(const Place& place) {
  int count = 0;
  for (const auto& file : std::filesystem::directory_iterator(place.scratch.path())) {
    if (absl::StrContains(file.path().filename().string(), ".aside-")) ++count;
  }
  return count;
}

bool yes() { return true; }
bool no() { return false; }

TEST_CASE("who finds a damaged page leaves the file to whoever mends it") {
  Place place;
  {
    CardShelf shelf(place.files());
    fill(shelf, 1, 5);
  }
  break_digests(place);
  CardShelf shelf(place.files());
  const std::string damaged = place.bytes("cards.db");
  CHECK_FALSE(find(shelf, made_phone(1)));
  CHECK(place.bytes("cards.db") == damaged);
  CHECK(shelf.find_member(made_member_id(1)));
  CHECK(absl::IsCancelled(shelf.mend(no)));
  CHECK(files_aside(place) > 0);
  CHECK(shelf.feed().pass == 0);
  fill(shelf, 1, 5);
  CHECK(find(shelf, made_phone(1)));
  CHECK(shelf.mend(yes).ok());
  CHECK(files_aside(place) == 0);
  CHECK(find(shelf, made_phone(1)));
}

TEST_CASE("what was set aside is shredded by the next agent, or destroyed with the rest") {
  for (const bool is_revoked : {false, true}) {
    CAPTURE(is_revoked);
    Place place;
    {
      CardShelf shelf(place.files());
      fill(shelf, 1, 5);
    }
    std::filesystem::remove(place.files().cards_path + "-wal");
    std::ofstream(place.files().cards_path) << std::string(8192, 'x');
    { const CardShelf opened(place.files()); }
    REQUIRE(files_aside(place) > 0);
    CardShelf shelf(place.files());
    CHECK(files_aside(place) > 0);
    if (is_revoked) {
      CHECK(shelf.destroy().ok());
      CHECK(std::filesystem::is_empty(place.scratch.path()));
    } else {
      CHECK(shelf.mend(yes).ok());
      CHECK(files_aside(place) == 0);
    }
  }
}

TEST_CASE("what is destroyed is nowhere, and what comes next has another secret") {
  Place place;
  CardShelf shelf(place.files());
  fill(shelf, 1, 5);
  const std::string digest_key = shelf.digest_key().value();
  CHECK(shelf.destroy().value());
  for (const auto& file : std::filesystem::directory_iterator(place.scratch.path())) {
    FAIL("left over: " << file.path());
  }
  CHECK_FALSE(find(shelf, made_phone(1)));
  CHECK(shelf.card_count() == 0);
  CHECK_FALSE(shelf.destroy().value());
  CHECK(shelf.digest_key().value() != digest_key);
  fill(shelf, 1, 5);
  CHECK(find(shelf, made_phone(1)));
}

TEST_CASE("finding does not wait for a page that is being written") {
  Place place;
  CardShelf shelf(place.files());
  fill(shelf, 1, 2'000);
  std::atomic<bool> is_over = false;
  std::thread writing([&] {
    for (int64_t page = 1; page <= 20; ++page) fill(shelf, page * 2'000, 2'000);
    is_over = true;
  });
  std::vector<absl::Duration> taken;
  for (int64_t i = 0; !is_over || taken.empty(); ++i) {
    const absl::Time begin = absl::Now();
    CHECK(find(shelf, made_phone(1 + i % 2'000)));
    taken.push_back(absl::Now() - begin);
  }
  writing.join();
  std::sort(taken.begin(), taken.end());
  CHECK(taken[taken.size() * 99 / 100] < absl::Milliseconds(50));
}

// In no order of members, as the order of change is.
void fill_out_of_order(CardShelf& shelf, int64_t members) {
  constexpr int64_t kStride = 7'919;
  const KeyDigester digester(shelf.digest_key().value());
  for (int64_t at = 0; at < members; at += 2'000) {
    std::vector<v1::MemberCard> cards;
    for (int64_t i = at; i < at + 2'000; ++i) {
      cards.push_back(made_card(i * kStride % members, digester, kIssuedUs));
    }
    REQUIRE(shelf.store(cards, filled()).ok());
  }
}

TEST_CASE("a million members fit into 400 MB") {
  const bool is_long = std::getenv("MOADON_LONG") != nullptr;
  const int64_t members = is_long ? 1'000'000 : 20'000;
  Place place;
  {
    CardShelf shelf(place.files());
    const absl::Time begin = absl::Now();
    fill_out_of_order(shelf, members);
    std::cout << "cards: " << members << " members stored in "
              << absl::ToInt64Milliseconds(absl::Now() - begin) << " ms\n";
    CHECK(shelf.card_count() == members);
    int64_t bytes = 0;  // with the log
    for (const auto& file : std::filesystem::directory_iterator(place.scratch.path())) {
      bytes += static_cast<int64_t>(file.file_size());
    }
    if (is_long) CHECK(bytes < 400'000'000);
  }
  {
    auto writer = sqlite::Connection::open(place.files().cards_path);
    REQUIRE((*writer)->empty_wal().value());
  }
  const auto bytes = static_cast<int64_t>(std::filesystem::file_size(place.files().cards_path));
  std::cout << "cards: " << bytes / members << " bytes each\n";
  CHECK(bytes < members * 400);
}

}  // namespace
}  // namespace moadon::agent
