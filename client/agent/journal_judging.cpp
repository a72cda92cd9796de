// What is done to the journal's file before anybody uses it: everything that is not delivered is
// judged, and what it took of what its registers may give.
#include <spdlog/spdlog.h>

#include "absl/strings/escaping.h"
#include "client/agent/journal_offline_rows.h"
#include "client/agent/journal_rows.h"
#include "client/agent/journal_served.h"
#include "sqlite/transaction.h"

namespace moadon::agent {
namespace {

using sqlite::Connection;
using sqlite::Sql;
using sqlite::Statement;
using sqlite::Transaction;

// A damaged count must not lead to a place that is taken.
constexpr Sql kCountOn{
    "INSERT INTO register (register_id, last_sequence) "
    "SELECT register_id, max(sequence) FROM entry GROUP BY register_id "
    "ON CONFLICT (register_id) DO UPDATE SET last_sequence = "
    "max(last_sequence, excluded.last_sequence)"};

constexpr auto kBacklogText =
    joined("SELECT ", kEntryColumns,
           ", u.register_id, u.sequence, u.is_altered FROM undelivered u LEFT JOIN entry e "
           "ON e.register_id = u.register_id AND e.sequence = u.sequence "
           "ORDER BY u.register_id, u.sequence");
constexpr Sql kBacklog{kBacklogText.text};
constexpr Sql kTakeBack{
    "UPDATE undelivered SET is_altered = 0 WHERE register_id = $1 AND sequence = $2"};

constexpr Sql kOpenHolds{
    "SELECT register_id, request_id, basket, request, context, branch_id, business_day, "
    "minute_of_day FROM hold WHERE state IN (1, 2, 4) AND is_sealed = 1"};
constexpr Sql kEndHold{"UPDATE hold SET state = 5 WHERE register_id = $1 AND request_id = $2"};

constexpr Sql kForgetBacklog{"DELETE FROM undelivered"};

constexpr Sql kPlaces{
    "SELECT u.register_id, u.sequence, u.is_altered, e.entry_id FROM undelivered u LEFT JOIN entry "
    "e "
    "ON e.register_id = u.register_id AND e.sequence = u.sequence"};
constexpr Sql kKeepPlace{
    "INSERT INTO undelivered (register_id, sequence, is_kept_back, is_altered) "
    "VALUES ($1, $2, 0, 1) ON CONFLICT DO NOTHING"};

// Places of the backlog without an entry.
struct EmptyPlaces {
  std::vector<EntryPlace> all;
  bool any_new = false;  // not set aside before
};

absl::StatusOr<EmptyPlaces> empty_places(Connection& connection) {
  EmptyPlaces places;
  Statement read = connection.statement(kPlaces);
  while (true) {
    const absl::StatusOr<bool> row = read.step();
    if (!row.ok()) return row.status();
    if (!*row) return places;
    if (!read.is_null(3)) continue;
    places.all.push_back({std::string(read.text(0)), read.int64(1)});
    places.any_new = places.any_new || read.int64(2) == 0;
  }
}

absl::Status deliver_all_again(Connection& connection, const EmptyPlaces& empty) {
  absl::StatusOr<Transaction> transaction = Transaction::begin(connection);
  if (!transaction.ok()) return transaction.status();
  absl::Status done = connection.statement(kForgetBacklog).execute();
  if (done.ok()) done = enqueue_all_entries(connection);
  for (const EntryPlace& place : empty.all) {
    if (!done.ok()) return done;
    Statement keep = connection.statement(kKeepPlace);
    keep.bind_all(place.register_id, place.sequence);
    done = keep.execute();
  }
  return done.ok() ? transaction->commit() : done;
}

// Damage may have swallowed places of the backlog, or made others of them: then it is made anew,
// and everything that is here goes to the server again, which records it once.
void mend_backlog(Connection& connection) {
  const absl::StatusOr<EmptyPlaces> empty = empty_places(connection);
  if (empty.ok() && !empty->any_new) return;
  // A place is kept though its entry is gone: it is how people hear of it.
  absl::Status mended = connection.exec("PRAGMA foreign_keys = OFF");
  if (mended.ok()) mended = deliver_all_again(connection, empty.value_or(EmptyPlaces()));
  mended.Update(connection.exec("PRAGMA foreign_keys = ON"));
  spdlog::error("event=journal_damaged all_delivered_again={}", mended.ok());
}

// What changed since the last opening.
struct Judgement {
  std::vector<EntryPlace> altered;
  std::vector<EntryPlace> whole_again;
};

// `before`: the entry that was read before, of whatever register.
absl::StatusOr<bool> is_unaltered_after(Connection& connection, const JournalSeal& seal,
                                        const StoredEntry& entry, const StoredEntry& before) {
  const bool is_next =
      entry.register_id == before.register_id && entry.sequence == before.sequence + 1;
  if (!is_next) return is_unaltered(connection, seal, entry);
  return entry.is_true && is_chained_to(entry, before);
}

absl::StatusOr<Judgement> judge(Connection& connection, const JournalSeal& seal) {
  Judgement judgement;
  StoredEntry before;
  Statement read = connection.statement(kBacklog);
  while (true) {
    const absl::StatusOr<bool> row = read.step();
    if (!row.ok()) return row.status();
    if (!*row) return judgement;
    absl::StatusOr<bool> is_whole = false;
    if (!read.is_null(1)) {
      StoredEntry entry = entry_in(read, seal);
      is_whole = is_unaltered_after(connection, seal, entry, before);
      before = std::move(entry);
    }
    if (!is_whole.ok()) return is_whole.status();
    const bool was_whole = read.int64(21) == 0;
    if (*is_whole == was_whole) continue;
    auto& changed = *is_whole ? judgement.whole_again : judgement.altered;
    changed.push_back({std::string(read.text(19)), read.int64(20)});
  }
}

// Until they are delivered it counts as all there is.
constexpr Sql kCloseCaps{
    "INSERT INTO offline_use (register_id, sequence, member_id, used) "
    "SELECT register_id, sequence, '', x'' FROM undelivered WHERE is_altered = 0 "
    "ON CONFLICT DO NOTHING"};
constexpr Sql kUses{
    "SELECT o.register_id, o.sequence, o.member_id, o.used, u.sequence FROM offline_use o "
    "LEFT JOIN undelivered u ON u.register_id = o.register_id AND u.sequence = o.sequence"};
constexpr Sql kForgetUse{"DELETE FROM offline_use WHERE register_id = $1 AND sequence = $2"};

// What sales took that cannot be read.
struct AlteredUses {
  bool any = false;
  std::vector<EntryPlace> of_nothing;  // no sale waits in their place
};

absl::StatusOr<AlteredUses> altered_uses(Connection& connection, const JournalSeal& seal) {
  AlteredUses altered;
  Statement read = connection.statement(kUses);
  while (true) {
    const absl::StatusOr<bool> row = read.step();
    if (!row.ok()) return row.status();
    if (!*row) return altered;
    const bool is_closing = read.text(2).empty() && read.blob(3).empty();
    const OfflinePlace place{"offline_use", read.text(0), read.text(2), read.text(1)};
    if (is_closing || seal.open(read.blob(3), text_of(place))) continue;
    altered.any = true;
    if (read.is_null(4)) {
      altered.of_nothing.push_back({std::string(read.text(0)), read.int64(1)});
    }
  }
}

// An altered use may be that of any sale that waits, at any register.
absl::Status judge_uses(Connection& connection, const JournalSeal& seal) {
  const absl::StatusOr<AlteredUses> altered = altered_uses(connection, seal);
  if (!altered.ok()) return altered.status();
  if (!altered->any) return absl::OkStatus();
  spdlog::error("event=offline_use_altered");
  absl::Status done = close_caps(connection);
  for (const EntryPlace& place : altered->of_nothing) {
    if (!done.ok()) return done;
    Statement forget = connection.statement(kForgetUse);
    forget.bind_all(place.register_id, place.sequence);
    done = forget.execute();
  }
  return done;
}

absl::Status judge_served_members(Connection& connection, const JournalSeal& seal) {
  const absl::StatusOr<bool> altered = judge_served(connection, seal);
  if (altered.value_or(false)) spdlog::error("event=served_member_altered");
  return altered.status();
}

absl::Status end_unreadable_holds(Connection& connection, const JournalSeal& seal) {
  std::vector<std::pair<std::string, std::string>> unreadable;
  {
    Statement read = connection.statement(kOpenHolds);
    while (true) {
      const absl::StatusOr<bool> row = read.step();
      if (!row.ok()) return row.status();
      if (!*row) break;
      const absl::string_view register_id = read.text(0);
      const absl::string_view request_id = read.text(1);
      if (seal.open(read.blob(2), hold_place("basket", register_id, request_id)) &&
          seal.open(read.blob(3), hold_place("request", register_id, request_id)) &&
          seal.open(read.blob(4),
                    hold_context_place(register_id, request_id,
                                       {read.text(5), read.int64(6), read.int64(7)}))) {
        continue;
      }
      unreadable.emplace_back(register_id, request_id);
    }
  }
  for (const auto& [register_id, request_id] : unreadable) {
    Statement end = connection.statement(kEndHold);
    end.bind_all(register_id, request_id);
    absl::Status ended = end.execute();
    if (!ended.ok()) return ended;
    spdlog::error("event=hold_unreadable register={}", absl::Utf8SafeCEscape(register_id));
  }
  return absl::OkStatus();
}

}  // namespace

absl::Status judge_backlog(Connection& connection, const JournalSeal& seal) {
  mend_backlog(connection);
  absl::StatusOr<Transaction> transaction = Transaction::begin(connection);
  if (!transaction.ok()) return transaction.status();
  absl::Status done = connection.statement(kCountOn).execute();
  if (!done.ok()) return done;
  const absl::StatusOr<Judgement> judgement = judge(connection, seal);
  if (!judgement.ok()) return judgement.status();
  for (const EntryPlace& place : judgement->altered) {
    done = set_aside(connection, place.register_id, {place.sequence});
    if (!done.ok()) return done;
  }
  for (const EntryPlace& place : judgement->whole_again) {
    Statement take_back = connection.statement(kTakeBack);
    take_back.bind_all(place.register_id, place.sequence);
    done = take_back.execute();
    if (!done.ok()) return done;
    spdlog::info("event=entry_whole_again register={} sequence={}", place.register_id,
                 place.sequence);
  }
  done = judge_uses(connection, seal);
  if (done.ok()) done = judge_served_members(connection, seal);
  if (done.ok()) done = end_unreadable_holds(connection, seal);
  return done.ok() ? transaction->commit() : done;
}

absl::Status close_caps(Connection& connection) {
  return connection.statement(kCloseCaps).execute();
}

}  // namespace moadon::agent
