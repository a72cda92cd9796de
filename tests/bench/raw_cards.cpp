#include "tests/bench/raw_cards.h"

#include <stdexcept>

#include "client/agent/card_shelf.h"
#include "identity/key_digest.h"

namespace moadon::bench {
namespace {

// As the agent's writer has.
constexpr const char* kSettings =
    "PRAGMA journal_mode = WAL; PRAGMA synchronous = NORMAL; PRAGMA secure_delete = ON; "
    "PRAGMA cache_size = -49152";
constexpr size_t kDigests = 3;  // the column of rows_after

int64_t prefix_of(const std::string& digests, size_t at) {
  uint64_t prefix = 0;
  for (size_t i = at; i < at + sizeof prefix; ++i) {
    prefix = prefix << 8 | static_cast<unsigned char>(digests[i]);
  }
  return static_cast<int64_t>(prefix);
}

std::vector<int64_t> prefixes_of(const std::string& digests) {
  std::vector<int64_t> prefixes;
  for (size_t at = 0; at + kKeyDigestBytes <= digests.size(); at += kKeyDigestBytes) {
    prefixes.push_back(prefix_of(digests, at));
  }
  return prefixes;
}

}  // namespace

CardFile::CardFile(const std::filesystem::path& path)
    : database_(path.string(), SQLITE_OPEN_READONLY) {}

std::vector<Row> CardFile::rows_after(int64_t after, int64_t count) {
  const Value arguments[] = {integer(after), integer(count)};
  return database_.select(
      "SELECT member_id, pass, seen_day, digests, sealed FROM card WHERE card_id > ?1 "
      "ORDER BY card_id LIMIT ?2",
      arguments);
}

bool CardFile::read_sealed(int64_t card_id) {
  const Value arguments[] = {integer(card_id)};
  return !database_.select("SELECT sealed FROM card WHERE card_id = ?1", arguments).empty();
}

std::vector<std::string> CardFile::tables() {
  return database_.names("SELECT sql FROM sqlite_schema WHERE type = 'table' AND sql IS NOT NULL");
}

RawCards::RawCards(const std::filesystem::path& path, const std::vector<std::string>& tables)
    : database_(path.string(), SQLITE_OPEN_READWRITE | SQLITE_OPEN_CREATE) {
  database_.execute(kSettings);
  sqlite3_wal_autocheckpoint(database_.handle(), static_cast<int>(agent::kCardLogPages));
  for (const std::string& table : tables) database_.execute(table);
}

void RawCards::add(const std::vector<Row>& rows) {
  sqlite3_stmt* const card = database_.statement(
      "INSERT INTO card (member_id, pass, seen_day, digests, sealed) VALUES (?1, ?2, ?3, ?4, ?5)");
  sqlite3_stmt* const digest =
      database_.statement("INSERT INTO digest (prefix, card_id) VALUES (?1, ?2)");
  begin();
  for (const Row& row : rows) {
    database_.run(card, row);
    const int64_t card_id = sqlite3_last_insert_rowid(database_.handle());
    for (const int64_t prefix : prefixes_of(row[kDigests].bytes)) {
      const Value arguments[] = {integer(prefix), integer(card_id)};
      database_.run(digest, arguments);
    }
  }
  end();
}

void RawCards::change(const std::vector<Row>& rows) {
  sqlite3_stmt* const card = database_.statement(
      "UPDATE card SET pass = ?2, seen_day = ?3, digests = ?4, sealed = ?5 WHERE member_id = ?1");
  begin();
  for (const Row& row : rows) database_.run(card, row);
  end();
}

void RawCards::sweep(int64_t pass, int64_t step) {
  sqlite3_stmt* const digest =
      database_.statement("DELETE FROM digest WHERE prefix = ?1 AND card_id = ?2");
  sqlite3_stmt* const card = database_.statement("DELETE FROM card WHERE card_id = ?1");
  std::vector<Row> rows;
  int64_t cursor = 0;
  do {
    begin();
    const Value from[] = {integer(cursor), integer(step)};
    rows = database_.select(
        "SELECT card_id, pass, seen_day FROM card WHERE card_id > ?1 ORDER BY card_id LIMIT ?2",
        from);
    for (const Row& row : rows) {
      cursor = row[0].integer;
      if (row[1].integer == pass) continue;
      const Value of_card[] = {row[0]};
      const auto digests = database_.select("SELECT digests FROM card WHERE card_id = ?1", of_card);
      for (const int64_t prefix : prefixes_of(digests.at(0).at(0).bytes)) {
        const Value arguments[] = {integer(prefix), row[0]};
        database_.run(digest, arguments);
      }
      database_.run(card, of_card);
    }
    end();
  } while (!rows.empty());
}

int64_t RawCards::count() {
  return database_.select("SELECT count(*) FROM card").at(0).at(0).integer;
}

}  // namespace moadon::bench
