// Rows of the journal that several of its files read. Only for client/agent/journal*.cpp.
#pragma once

#include <algorithm>
#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "absl/strings/string_view.h"
#include "client/agent/journal.h"
#include "client/agent/journal_chain.h"
#include "client/agent/journal_seal.h"
#include "sqlite/connection.h"

namespace moadon::agent {

inline constexpr int32_t kJournalApplicationId = 0x4D6F6A31;  // "Moj1"

template <typename Message>
absl::Status parse_stored(Message& message, absl::string_view bytes) {
  if (message.ParseFromArray(bytes.data(), static_cast<int>(bytes.size()))) return absl::OkStatus();
  return absl::InternalError("the journal holds a message that cannot be read");
}

// Kept in the file: never renumber.
enum class EntryForm { kInClear = 0, kSealed = 1, kChained = 2 };

// An entry as it stands in the file, opened.
struct StoredEntry {
  std::string register_id;
  int64_t sequence = 0;
  std::string receipt;
  int64_t kind = 0;
  std::string content;
  std::string context;
  Amounts amounts;
  int64_t commit_time_us = 0;
  std::optional<std::string> sale_register_id;
  std::optional<std::string> sale_receipt;
  std::optional<std::string> branch_id;
  std::optional<int64_t> business_day;
  std::optional<int64_t> minute_of_day;
  EntryForm form = EntryForm::kInClear;
  std::string previous_chain;  // empty: not in the chain
  std::string chain;
  // Whether it opens and says itself what its chain value says.
  bool is_true = false;

  std::optional<Occasion> occasion() const;
};

ChainedEntry chained(const StoredEntry& entry);

// Text of SQL that is put together while it is compiled: what several statements share is written
// once.
template <size_t Size>
struct SqlText {
  char text[Size];
};
template <size_t... Sizes>
consteval auto joined(const char (&... parts)[Sizes]) {
  SqlText<(Sizes + ...) - sizeof...(Sizes) + 1> sum{};
  char* end = sum.text;
  ((end = std::copy_n(parts, Sizes - 1, end)), ...);
  return sum;
}

// The columns of an `entry e`, in the order in which entry_in() reads them: 0 to 18.
inline constexpr char kEntryColumns[] =
    "e.register_id, e.sequence, e.receipt, e.kind, e.content, e.context, e.amount_minor, "
    "e.points_minor, e.points_milli, e.gift_balance_minor, e.commit_time_us, e.sale_register_id, "
    "e.sale_receipt, e.branch_id, e.business_day, e.minute_of_day, e.form, e.previous_chain, "
    "e.chain";
StoredEntry entry_in(const sqlite::Statement& row, const JournalSeal& seal);

// An entry on its way into the file.
struct EntryRow {
  const StoredEntry& entry;
  absl::string_view sealed_content;
  absl::string_view sealed_context;
  std::optional<int64_t> entry_id = {};  // unset: the next one
};
absl::Status insert_entry_row(sqlite::Connection& connection, const EntryRow& row);

struct EntryPlace {
  std::string register_id;
  int64_t sequence = 0;
};

// The name of the register's journal, given now if it has none.
absl::StatusOr<std::string> named_journal(sqlite::Connection& connection,
                                          const std::string& register_id);
// Gives the register's journal another name. Empty: it has no journal here.
absl::StatusOr<std::string> name_journal(sqlite::Connection& connection,
                                         const std::string& register_id);
// Empty: it has no name yet, or no journal.
absl::StatusOr<std::string> find_journal_id(sqlite::Connection& connection,
                                            const std::string& register_id);

// Everything that is here waits, but what the owner's queue has.
absl::Status enqueue_all_entries(sqlite::Connection& connection);

// Why the server did not take the entry. It is not sealed: one that cannot be read any more counts
// as none, because the entry itself may be whole.
std::optional<v1::Refusal> refusal_in(const sqlite::Statement& row, int column);

// What the file uses of the disk, without its log and without free pages.
absl::StatusOr<int64_t> bytes_used(sqlite::Connection& connection);

// As it is sent, out of a true entry.
absl::StatusOr<v1::RecordEntry> record_entry_of(StoredEntry stored);

// Whether the entry is as it was committed: true in itself, and chained to the entry before where
// that is still here and true in itself.
absl::StatusOr<bool> is_unaltered(sqlite::Connection& connection, const JournalSeal& seal,
                                  const StoredEntry& entry);

// The same of two entries in places that follow each other, both here: whether the second, true in
// itself, is chained to the first.
bool is_chained_to(const StoredEntry& entry, const StoredEntry& before);

// Whether content and context are messages of the entry's kind, and the content says its receipt:
// all that can be known of what a version before left in clear.
bool is_in_clear(const StoredEntry& entry);

// The entry of a receipt, altered or not.
absl::StatusOr<std::optional<StoredEntry>> find_entry(sqlite::Connection& connection,
                                                      const JournalSeal& seal,
                                                      const std::string& register_id,
                                                      const std::string& receipt);

// Why an altered entry is neither delivered nor told.
absl::Status altered(const std::string& register_id, int64_t sequence);

// Marks entries of a register's backlog as altered and logs each, without content.
absl::Status set_aside(sqlite::Connection& connection, const std::string& register_id,
                       absl::Span<const int64_t> sequences);

// Judges everything that is not delivered: marks what was altered since it was committed, and
// unmarks what is whole again (its key was put back). Where what a sale took was altered the caps
// are closed. Holds that cannot be opened are ended: the server frees them when they expire. Before
// anybody else uses the file.
absl::Status judge_backlog(sqlite::Connection& connection, const JournalSeal& seal);

// Seals what a version before left in clear and rewrites the file, so that no rest of it stays, nor
// a copy made before a migration. OK also where the rewriting failed (logged; the next opening does
// it). Before anybody else uses the file.
absl::Status seal_rows_in_clear(sqlite::Connection& connection, const JournalSeal& seal);

// A hold's context for its row.
absl::StatusOr<std::string> sealed_context(const JournalSeal& seal, const StoredHold& hold);

// Seals the programs and places that a version before left in clear. Before anybody else uses the
// file.
absl::Status seal_programs(sqlite::Connection& connection, const JournalSeal& seal);
absl::Status seal_places(sqlite::Connection& connection, const JournalSeal& seal);

// What waiting sales took of what their registers may give is not known: until they are delivered
// each counts as all there is.
absl::Status close_caps(sqlite::Connection& connection);

// Entries of a register that are not delivered, in journal order, after `sequence`.
absl::StatusOr<std::vector<v1::PendingEntry>> read_pending(sqlite::Connection& connection,
                                                           const std::string& register_id,
                                                           int64_t after_sequence, int limit);

// Gives the entries without a reason the one for which their register delivers nothing.
absl::Status add_block(sqlite::Connection& connection, RegisterBacklog& backlog);

}  // namespace moadon::agent
