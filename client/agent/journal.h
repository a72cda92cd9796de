// The agent's durable record: what its registers committed, what is not delivered yet, what is set
// aside for them, and the programs and places it prices with. The only home of SQL in the agent.
#pragma once

#include <atomic>
#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "absl/functional/function_ref.h"
#include "absl/status/statusor.h"
#include "absl/types/span.h"
#include "client/agent/hold.h"
#include "client/agent/journal_reserve.h"
#include "client/agent/journal_seal.h"
#include "client/agent/occasion.h"
#include "moadon/v1/program.pb.h"
#include "moadon/v1/register_service.pb.h"
#include "moadon/v1/sale.pb.h"
#include "moadon/v1/sync_service.pb.h"
#include "rules/offline.h"
#include "sqlite/group_commit.h"
#include "sqlite/reader_pool.h"

namespace moadon::agent {

// Kept in the file: never renumber.
enum class EntryKind { kSale = 1, kReturn = 2, kEnrollment = 3 };

// Who is known by an enrolment from when it is committed.
struct NewProvisional {
  std::string provisional_id;
  std::string stands_for;  // the provisional id that its keys are known by; empty: its own
  std::string display_name;
  std::string member_id;  // whom the keys are known to be; empty: the server has not said
  std::vector<std::string> key_digests;
};

// What a sale takes of what its register may give without the server. Nothing of that, where points
// or a benefit with limits were given with the server: they serve the member all the same.
struct MemberUse {
  std::string member_id;
  OfflineUse use;
};

// A sale or return, checked, on its way into the journal.
struct NewEntry {
  std::string register_id;
  std::string receipt;
  EntryKind kind = EntryKind::kSale;
  std::string content;                           // serialized Sale, Return or OfflineEnrollment
  std::string context;                           // serialized RecordContext
  std::optional<v1::ReceiptReference> original;  // of a return with a receipt
  std::optional<Occasion> occasion;              // of a sale that was priced
  std::string hold_id;                           // of a sale: the hold it uses; empty: none
  int64_t commit_time_us = 0;
  std::optional<NewProvisional> provisional =
      {};                                // of an enrolment of somebody new, or new of them
  std::optional<MemberUse> offline_use;  // unset: nothing
  int64_t latest_us = 0;                 // TrustedClock::latest_us(); 0: not told
};

// What an entry is worth.
struct Amounts {
  int64_t amount_minor = 0;  // total of a sale, refund of a return
  // Of a refund: the parts that go back as points and as gift balance.
  int64_t points_minor = 0;
  int64_t points_milli = 0;
  int64_t gift_balance_minor = 0;
};

// What the register is told of its entry, now and whenever it asks again.
struct Committed {
  int64_t sequence = 0;
  Amounts amounts;
  // As committed first.
  v1::RecordContext context;
  std::optional<Occasion> occasion;
};

// A sale in this journal with the returns for it in this journal, in the order of their time (ties
// by register, then receipt).
struct KnownSale {
  v1::Sale sale;
  v1::RecordContext context;
  std::optional<Occasion> occasion;
  std::vector<v1::Return> returns;
};

struct StoredReceipt {
  EntryKind kind = EntryKind::kSale;
  std::string content;
};

// How the delivery of an entry ended.
struct Settlement {
  int64_t sequence = 0;
  std::optional<v1::Refusal> refusal;  // unset: delivered; else kept back for good, with the reason
  std::string member_id = {};          // of an enrolment that is delivered: who it is
  // The owner's queue has it, whole: it stays settled also where everything here is delivered again
  // after damage.
  bool is_handed_over = false;
};

struct Backlog {
  int64_t count = 0;                        // not delivered; kept back and altered included
  int64_t altered_count = 0;                // of them: changed on the disk, set aside
  std::optional<int64_t> oldest_commit_us;  // of those whose entry is here
};

// How much of the backlog one request carries; the first entry always fits.
struct BatchLimits {
  int count = 0;
  int64_t bytes = 0;
};

// One file, one writing thread with group commit (`synchronous` FULL), readers beside it.
//
// What it keeps of customers is sealed (journal_seal.h), and each entry is chained to the one
// before (journal_chain.h). An entry that was changed since it was committed is set aside when it
// is noticed, at open and before delivery: it is never delivered, nothing is answered from it (its
// own receipt is refused with JOURNAL_ALTERED), and everything else goes on.
//
// Thread-safe; calls block for the disk. After a disk error every write is refused with
// OUTCOME_UNKNOWN until the process has started again; reading goes on. With a reserve a full disk
// is no such error: every write first takes care of the margin, and one that finds no room even so
// is refused with JOURNAL_FULL (nothing of it is stored) and may be tried again. Ending it finishes
// what was accepted; no call may be under way then.
class Journal final {
 public:
  // Decides what a new entry is worth, or refuses it. Runs on the writer's thread inside the
  // entry's transaction, so that no other return of the same sale can come between. `sale`: the
  // sale that the entry returns, null when it returns none or the sale is not in this journal.
  using AmountRule = absl::FunctionRef<absl::StatusOr<Amounts>(const KnownSale* sale)>;

  // Opens or creates the file at `path`, bringing it to this version: what a version before left in
  // clear is sealed, the file is written anew, and copies made before migrations are removed. A
  // damaged file is salvaged (journal_salvage.h). `key` has kJournalKeyBytes; what another key
  // sealed is set aside until that one is back. `on_failure` as GroupCommit. `reserve`: where there
  // is room for entries; null: wherever the disk has it. It outlives the journal.
  static absl::StatusOr<std::unique_ptr<Journal>> open(
      const std::string& path, std::string key, sqlite::GroupCommit::FailureHandler on_failure,
      JournalReserve* reserve = nullptr);
  Journal(const Journal&) = delete;
  Journal& operator=(const Journal&) = delete;

  // Stores the entry and answers when it is on the disk. An entry with the same register, receipt
  // and content is there already: its stored answer, nothing changes, the rule is not asked. With
  // other content: RECEIPT_REUSED; altered: JOURNAL_ALTERED. What the rule refuses is not stored,
  // and nothing new is where the reserve has no room: JOURNAL_FULL. A hold of the register that the
  // entry names is used from then on, unless it was given up before.
  absl::StatusOr<Committed> commit(const NewEntry& entry, AmountRule amount_rule);
  // The stored answer when the entry is there already, else nothing; refused as above.
  absl::StatusOr<std::optional<Committed>> find_repeat(const NewEntry& entry);

  // Nothing also where the entry was altered, or, of a sale, one of its returns was.
  absl::StatusOr<std::optional<StoredReceipt>> find_receipt(const std::string& register_id,
                                                            const std::string& receipt);
  absl::StatusOr<std::optional<KnownSale>> find_sale(const v1::ReceiptReference& reference);

  // The oldest entries of a register that are not delivered and not kept back, in journal order;
  // those found altered are set aside.
  absl::StatusOr<std::vector<v1::RecordEntry>> next_batch(const std::string& register_id,
                                                          const BatchLimits& limits);
  // Names the register's journal; empty: it has no chained entry and began no turn yet.
  absl::StatusOr<std::string> journal_id(const std::string& register_id);
  // Gives the register's journal another name, so that the server takes its places for new ones.
  // What is delivered twice by that is recorded once; nothing that waits is lost. Its leases and
  // slices are gone: they are the other journal's. REGISTER_UNKNOWN: it has no journal here.
  absl::Status rejoin(const std::string& register_id);
  // Takes delivered entries off the backlog and marks refused ones as kept back; a hold that such a
  // one names is held again. `server_time_us`: the server's clock when it had done that, 0: not
  // known.
  absl::Status settle(const std::string& register_id, absl::Span<const Settlement> settlements,
                      int64_t server_time_us);
  // Puts kept back entries into line again; their reasons stay readable until they are delivered.
  absl::Status retry_kept_back(const std::string& register_id);
  // Entries of a register that are kept back or altered, and places whose entry is lost, that wait
  // since before `now_us` less `age_us` of the server's time, oldest first, after a place and
  // within `limits`: the owner's to deal with. One of which nobody knows since when it waits does
  // so from now on. Once the server has them they are settled as delivered.
  struct OverdueQuery {
    int64_t now_us = 0;
    int64_t age_us = 0;
    int64_t after_sequence = 0;
    BatchLimits limits;
  };
  absl::StatusOr<std::vector<v1::HandedEntry>> overdue(const std::string& register_id,
                                                       const OverdueQuery& query);
  // Why nothing of the register is delivered until a person acts, for read_backlogs(); OK: nothing
  // is in the way.
  absl::Status store_block(const std::string& register_id, const absl::Status& blocked_by);
  absl::StatusOr<Backlog> backlog(const std::string& register_id);
  // Entries not delivered, in journal order, after `sequence`.
  absl::StatusOr<std::vector<v1::PendingEntry>> pending(const std::string& register_id,
                                                        int64_t after_sequence, int limit);

  // What the file uses of the disk, without its log and without room that pruning left. Bytes.
  int64_t used_bytes() const { return used_bytes_; }

  // Removes delivered entries that were committed before `before_us`, at most `limit`, oldest
  // first; returns only after their sale, and sales only when their returns are delivered. False:
  // nothing was left to remove.
  absl::StatusOr<bool> prune(int64_t before_us, int limit);

  absl::Status store_programs(absl::Span<const v1::Program> programs);
  // By version.
  absl::StatusOr<std::vector<v1::Program>> programs();

  absl::Status store_place(const std::string& register_id, const Place& place);
  // The default: none was stored, or it was altered.
  absl::StatusOr<Place> place(const std::string& register_id);

  // Writes down what the server is about to be asked. Replaces what was asked under the same
  // request_id; a hold that was answered, or given up, stays as it is.
  absl::Status ask_hold(const StoredHold& hold);
  // The server set aside nothing for what was asked: forgets it.
  absl::Status forget_asked_hold(const std::string& register_id, const std::string& request_id);
  // The server's answer to what was asked. Returns the hold as it is then.
  absl::StatusOr<std::optional<StoredHold>> confirm_hold(const std::string& register_id,
                                                         const std::string& request_id,
                                                         const v1::PlaceHoldResponse& answer);
  absl::StatusOr<std::optional<StoredHold>> find_hold(const std::string& register_id,
                                                      const std::string& request_id);
  absl::StatusOr<std::optional<StoredHold>> find_hold_by_id(const std::string& register_id,
                                                            const std::string& hold_id);
  // What is held is given up; what was used or given up before stays as it is.
  absl::Status give_up_hold(const std::string& register_id, const std::string& hold_id);
  // The same for all that is asked for or held and expired by `now_us`.
  absl::Status give_up_expired_holds(const std::string& register_id, int64_t now_us);
  // Holds that are given up and of which the server does not know it, at most `limit`.
  absl::StatusOr<std::vector<StoredHold>> given_up_holds(const std::string& register_id, int limit);
  // The server knows.
  absl::Status end_hold(const std::string& register_id, const std::string& request_id);
  // Removes holds that were used or ended and had expired before `before_us`.
  absl::Status prune_holds(int64_t before_us);

 private:
  friend class EnrollmentBook;  // the same file
  friend class OfflineBook;     // the same file

  Journal(JournalSeal seal, JournalReserve* reserve, int64_t used_bytes,
          std::unique_ptr<sqlite::GroupCommit> writer, std::unique_ptr<sqlite::ReaderPool> readers)
      : seal_(std::move(seal)),
        reserve_(reserve),
        used_bytes_(used_bytes),
        writer_(std::move(writer)),
        readers_(std::move(readers)) {}

  // Fixed at construction.
  const JournalSeal seal_;
  JournalReserve* const reserve_;
  // As of the latest commit or pruning.
  std::atomic<int64_t> used_bytes_;
  // Self-locking. In this order, so that the readers close before the writer does.
  const std::unique_ptr<sqlite::GroupCommit> writer_;
  const std::unique_ptr<sqlite::ReaderPool> readers_;
};

// Entries of all registers in the journal at `path` that are not delivered, read without an agent
// or beside a running one; those without a reason of their own have their register's
// (store_block()). Fails with VERSION_MISMATCH when the file is of another version.
struct RegisterBacklog {
  std::string register_id;
  std::vector<v1::PendingEntry> entries;
};
absl::StatusOr<std::vector<RegisterBacklog>> read_backlogs(const std::string& path);

}  // namespace moadon::agent
