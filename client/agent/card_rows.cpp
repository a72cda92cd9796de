#include "client/agent/card_rows.h"

#include "absl/strings/match.h"
#include "absl/strings/numbers.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_split.h"
#include "identity/key_digest.h"
#include "rules/calendar.h"
#include "sqlite/migrations.h"

namespace moadon::agent {
namespace {

using sqlite::Blob;
using sqlite::Connection;
using sqlite::Sql;
using sqlite::Statement;

// The indexes of a few hundred thousand members: cards come in the order of change, which is no
// order of keys.
constexpr int kWriterCacheKib = 48 * 1024;
constexpr int32_t kCardsApplicationId = 0x4d6f4361;  // "MoCa"

// The file can be made again, so another version of it is made anew instead of being changed.
constexpr sqlite::Migration kTables[] = {{1, "0001_cards", R"(
-- How far the cards are filled: FeedState, sealed.
CREATE TABLE feed (
  feed_id INTEGER PRIMARY KEY CHECK (feed_id = 1),
  sealed BLOB NOT NULL
) STRICT;

-- What is kept of one member. The seal covers every column, so that an altered row is noticed.
CREATE TABLE card (
  card_id INTEGER PRIMARY KEY,
  member_id TEXT NOT NULL UNIQUE,
  pass INTEGER NOT NULL,   -- the refill that renewed it last
  seen_day INTEGER,        -- MemberCard.last_seen_date since 1970-01-01
  digests BLOB NOT NULL,   -- of all keys, one after the other
  sealed BLOB NOT NULL     -- the rest of moadon.v1.MemberCard
) STRICT;

-- Finds the card of a key by the digest's first 8 bytes.
CREATE TABLE digest (
  prefix INTEGER NOT NULL,
  card_id INTEGER NOT NULL,
  PRIMARY KEY (prefix, card_id)
) STRICT, WITHOUT ROWID;
)"}};

constexpr absl::string_view kFeedPlace = "feed";
constexpr char kBetween = '\n';

std::string card_place(absl::string_view member_id, int64_t pass, std::optional<int64_t> seen_day,
                       absl::string_view digests) {
  return absl::StrCat("card\n", member_id, "\n", pass, "\n",
                      seen_day ? absl::StrCat(*seen_day) : std::string(), "\n", digests);
}

int64_t prefix_of(absl::string_view digest) {
  uint64_t prefix = 0;
  for (size_t i = 0; i < sizeof prefix; ++i) {
    prefix = prefix << 8 | static_cast<unsigned char>(digest[i]);
  }
  return static_cast<int64_t>(prefix);
}

std::string digests_of(const v1::MemberCard& card) {
  std::string digests;
  for (const std::string& digest : card.key_digests()) {
    if (digest.size() == kKeyDigestBytes) digests += digest;
  }
  return digests;
}

std::optional<int64_t> seen_day_of(const v1::MemberCard& card) {
  if (card.last_seen_date().empty()) return std::nullopt;
  const auto day = parse_day(card.last_seen_date(), "last_seen_date");
  return day.ok() ? std::optional<int64_t>(day_number(*day)) : std::nullopt;
}

// What the row's other columns say is not said twice.
std::string content_of(const v1::MemberCard& card) {
  v1::MemberCard content = card;
  content.clear_member_id();
  content.clear_key_digests();
  content.clear_last_seen_date();
  content.mutable_facts()->clear_member_id();
  return content.SerializeAsString();
}

// The columns of kFindBy*: card_id, member_id, pass, seen_day, digests, sealed.
FoundCard open_row(const Statement& row, const JournalSeal& seal) {
  FoundCard found{row.int64(0), std::nullopt};
  const std::string member_id(row.text(1));
  const absl::string_view digests = row.blob(4);
  const auto content =
      seal.open(row.blob(5), card_place(member_id, row.int64(2), row.optional_int64(3), digests));
  v1::MemberCard card;
  if (!content || !card.ParseFromString(*content)) return found;
  card.set_member_id(member_id);
  card.mutable_facts()->set_member_id(member_id);
  for (size_t at = 0; at + kKeyDigestBytes <= digests.size(); at += kKeyDigestBytes) {
    card.add_key_digests(std::string(digests.substr(at, kKeyDigestBytes)));
  }
  if (!row.is_null(3)) card.set_last_seen_date(format_day(day_of_number(row.int64(3))));
  found.card = std::move(card);
  return found;
}

constexpr Sql kAddDigest{
    "INSERT INTO digest (prefix, card_id) VALUES ($1, $2) "
    "ON CONFLICT (prefix, card_id) DO NOTHING"};
constexpr Sql kRemoveDigest{"DELETE FROM digest WHERE prefix = $1 AND card_id = $2"};

absl::Status for_each_digest(Connection& connection, Sql sql, absl::string_view digests,
                             int64_t card_id) {
  for (; digests.size() >= kKeyDigestBytes; digests.remove_prefix(kKeyDigestBytes)) {
    Statement change = connection.statement(sql);
    change.bind_all(prefix_of(digests), card_id);
    absl::Status done = change.execute();
    if (!done.ok()) return done;
  }
  return absl::OkStatus();
}

struct KnownRow {
  int64_t card_id = 0;  // 0: none
  std::string digests;
};

constexpr Sql kKnownOfMember{"SELECT card_id, digests FROM card WHERE member_id = $1"};
constexpr Sql kKnownCard{"SELECT card_id, digests FROM card WHERE card_id = $1"};
constexpr Sql kRemoveCard{"DELETE FROM card WHERE card_id = $1"};

template <typename Name>
absl::StatusOr<KnownRow> known_row(Connection& connection, Sql sql, const Name& name) {
  Statement find = connection.statement(sql);
  find.bind_all(name);
  const absl::StatusOr<bool> found = find.step();
  if (!found.ok()) return found.status();
  if (!*found) return KnownRow();
  return KnownRow{find.int64(0), std::string(find.blob(1))};
}

absl::StatusOr<int64_t> remove_row(Connection& connection, const absl::StatusOr<KnownRow>& row) {
  if (!row.ok()) return row.status();
  if (row->card_id == 0) return 0;
  absl::Status done = for_each_digest(connection, kRemoveDigest, row->digests, row->card_id);
  if (!done.ok()) return done;
  Statement remove = connection.statement(kRemoveCard);
  remove.bind_all(row->card_id);
  done = remove.execute();
  if (!done.ok()) return done;
  return -1;
}

}  // namespace

absl::StatusOr<std::unique_ptr<Connection>> open_card_file(const std::string& path) {
  return sqlite::open_migrated(
      path, {.application_id = kCardsApplicationId, .migrations = kTables},
      {.synchronous = sqlite::Synchronous::kNormal, .cache_kib = kWriterCacheKib});
}

absl::StatusOr<int64_t> count_cards(Connection& connection) {
  return connection.query_int64("SELECT count(*) FROM card");
}

constexpr Sql kReadFeed{"SELECT sealed FROM feed WHERE feed_id = 1"};
constexpr Sql kWriteFeed{
    "INSERT INTO feed (feed_id, sealed) VALUES (1, $1) "
    "ON CONFLICT (feed_id) DO UPDATE SET sealed = excluded.sealed"};

absl::StatusOr<std::optional<FeedState>> read_feed(Connection& connection,
                                                   const JournalSeal& seal) {
  Statement read = connection.statement(kReadFeed);
  const absl::StatusOr<bool> found = read.step();
  if (!found.ok()) return found.status();
  if (!*found) return std::optional<FeedState>();
  const std::optional<std::string> text = seal.open(read.blob(0), kFeedPlace);
  constexpr int kParts = 6;
  const std::vector<std::string> parts =
      text ? absl::StrSplit(*text, absl::MaxSplits(kBetween, kParts - 1))
           : std::vector<std::string>();
  FeedState state;
  if (parts.size() != kParts || !absl::SimpleAtoi(parts[1], &state.pass) ||
      !absl::SimpleAtob(parts[2], &state.is_filling) ||
      !absl::SimpleAtoi(parts[3], &state.pass_begin_us) ||
      !absl::SimpleAtoi(parts[4], &state.cache_time_us)) {
    return absl::FailedPreconditionError("how far the cards are filled was altered");
  }
  state.register_id = parts[0];
  state.cursor = parts[5];
  return std::optional<FeedState>(std::move(state));
}

absl::Status write_feed(Connection& connection, const JournalSeal& seal, const FeedState& state) {
  const auto sealed = seal.seal(
      absl::StrCat(state.register_id, "\n", state.pass, "\n", state.is_filling ? 1 : 0, "\n",
                   state.pass_begin_us, "\n", state.cache_time_us, "\n", state.cursor),
      kFeedPlace);
  if (!sealed.ok()) return sealed.status();
  Statement write = connection.statement(kWriteFeed);
  write.bind_all(Blob{*sealed});
  return write.execute();
}

constexpr Sql kAddCard{
    "INSERT INTO card (member_id, pass, seen_day, digests, sealed) VALUES ($1, $2, $3, $4, $5)"};
constexpr Sql kChangeCard{
    "UPDATE card SET pass = $2, seen_day = $3, digests = $4, sealed = $5 WHERE member_id = $1"};

absl::StatusOr<int64_t> put_card(Connection& connection, const JournalSeal& seal,
                                 const v1::MemberCard& card, int64_t pass) {
  absl::StatusOr<KnownRow> known = known_row(connection, kKnownOfMember, card.member_id());
  if (!known.ok()) return known.status();
  const std::string digests = digests_of(card);
  const std::optional<int64_t> seen_day = seen_day_of(card);
  const auto sealed =
      seal.seal(content_of(card), card_place(card.member_id(), pass, seen_day, digests));
  if (!sealed.ok()) return sealed.status();
  const bool is_new = known->card_id == 0;
  Statement put = connection.statement(is_new ? kAddCard : kChangeCard);
  put.bind_all(card.member_id(), pass, seen_day, Blob{digests}, Blob{*sealed});
  absl::Status done = put.execute();
  if (is_new) known->card_id = connection.last_insert_rowid();
  if (done.ok() && known->digests != digests) {
    done = for_each_digest(connection, kRemoveDigest, known->digests, known->card_id);
    if (done.ok()) done = for_each_digest(connection, kAddDigest, digests, known->card_id);
  }
  if (!done.ok()) return done;
  return is_new ? 1 : 0;
}

absl::StatusOr<int64_t> remove_card_of(Connection& connection, const std::string& member_id) {
  return remove_row(connection, known_row(connection, kKnownOfMember, member_id));
}

absl::StatusOr<int64_t> remove_card(Connection& connection, int64_t card_id) {
  return remove_row(connection, known_row(connection, kKnownCard, card_id));
}

constexpr Sql kMarks{
    "SELECT card_id, pass, seen_day FROM card WHERE card_id > $1 ORDER BY card_id LIMIT $2"};

absl::StatusOr<int64_t> sweep_cards(Connection& connection, int count, int64_t& cursor,
                                    absl::FunctionRef<bool(const CardMark&)> may_stay) {
  std::vector<int64_t> leaving;
  int looked_at = 0;
  Statement read = connection.statement(kMarks);
  read.bind_all(cursor, count);
  while (true) {
    const absl::StatusOr<bool> row = read.step();
    if (!row.ok()) return row.status();
    if (!*row) break;
    ++looked_at;
    cursor = read.int64(0);
    CardMark mark{read.int64(1), std::nullopt};
    if (!read.is_null(2)) mark.last_seen = day_of_number(read.int64(2));
    if (!may_stay(mark)) leaving.push_back(cursor);
  }
  if (looked_at < count) cursor = 0;
  int64_t removed = 0;
  for (const int64_t card_id : leaving) {
    const absl::StatusOr<int64_t> grown = remove_card(connection, card_id);
    if (!grown.ok()) return grown.status();
    removed -= *grown;
  }
  return removed;
}

constexpr Sql kFindByDigest{
    "SELECT card.card_id, member_id, pass, seen_day, digests, sealed FROM digest "
    "JOIN card ON card.card_id = digest.card_id WHERE prefix = $1"};
constexpr Sql kFindByMember{
    "SELECT card_id, member_id, pass, seen_day, digests, sealed FROM card WHERE member_id = $1"};

absl::StatusOr<std::vector<FoundCard>> find_by_digest(Connection& connection,
                                                      const JournalSeal& seal,
                                                      const std::string& digest) {
  std::vector<FoundCard> cards;
  if (digest.size() != kKeyDigestBytes) return cards;
  Statement find = connection.statement(kFindByDigest);
  find.bind_all(prefix_of(digest));
  while (true) {
    const absl::StatusOr<bool> row = find.step();
    if (!row.ok()) return row.status();
    if (!*row) return cards;
    FoundCard found = open_row(find, seal);
    bool has_it = !found.card;
    if (found.card) {
      for (const std::string& held : found.card->key_digests()) has_it = has_it || held == digest;
    }
    if (has_it) cards.push_back(std::move(found));
  }
}

absl::StatusOr<std::optional<FoundCard>> find_by_member(Connection& connection,
                                                        const JournalSeal& seal,
                                                        const std::string& member_id) {
  Statement find = connection.statement(kFindByMember);
  find.bind_all(member_id);
  const absl::StatusOr<bool> found = find.step();
  if (!found.ok()) return found.status();
  if (!*found) return std::optional<FoundCard>();
  return std::optional<FoundCard>(open_row(find, seal));
}

}  // namespace moadon::agent
