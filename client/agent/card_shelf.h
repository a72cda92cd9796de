// What the agent keeps of members, so that it can recognise and price them without the server.
#pragma once

#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "absl/base/thread_annotations.h"
#include "absl/functional/function_ref.h"
#include "absl/status/status.h"
#include "absl/synchronization/mutex.h"
#include "absl/types/span.h"
#include "client/agent/card_files.h"
#include "client/agent/card_rows.h"
#include "client/agent/card_secret.h"
#include "identity/key_digest.h"
#include "identity/normal_key.h"
#include "sqlite/reader_pool.h"

namespace moadon::agent {

inline constexpr int kCardReaders = 4;
inline constexpr int kCardReaderCacheKib = 2 * 1024;
// So many rows are looked at in one transaction when cards are forgotten.
inline constexpr int kCardSweepStep = 2'000;
// The log of cards.db is copied into it when it has so many pages of 4 KiB. While everything is
// fetched keys come in no order and touch pages all over the file: copied less often, most of them
// are written once instead of each time. The end of a pass empties the log.
inline constexpr int64_t kCardLogPages = 4'096;
inline constexpr int64_t kFillingLogPages = 16'384;

// Cards of members in cards.db, under a secret in a file beside it. All of it can be fetched again,
// so whatever is damaged is thrown away: a row that was altered is not found, a file that SQLite
// finds malformed is made anew. Without a secret there is nothing; the first store() writes one.
//
// Thread-safe. Finding, feed() and card_count() never wait for the others; those wait for each
// other.
class CardShelf final {
 public:
  // Opens what is there. Never fails: without a disk nothing is found and store() says why.
  explicit CardShelf(CardFiles files);
  CardShelf(const CardShelf&) = delete;
  CardShelf& operator=(const CardShelf&) = delete;

  // The card of the first of these keys that is anybody's.
  std::optional<v1::MemberCard> find(absl::Span<const NormalKey> candidates)
      ABSL_LOCKS_EXCLUDED(mutex_);
  std::optional<v1::MemberCard> find_member(const std::string& member_id)
      ABSL_LOCKS_EXCLUDED(mutex_);
  // Those of the members who have no card. Fails where that cannot be read.
  absl::StatusOr<std::vector<std::string>> without_card(absl::Span<const std::string> member_ids)
      ABSL_LOCKS_EXCLUDED(mutex_);
  int64_t card_count() const ABSL_LOCKS_EXCLUDED(state_mutex_);

  FeedState feed() const ABSL_LOCKS_EXCLUDED(state_mutex_);  // how far the cards are filled
  // Under which key the digests of cards are to be made. INTERNAL: no randomness.
  absl::StatusOr<std::string> digest_key() ABSL_LOCKS_EXCLUDED(write_mutex_, mutex_);

  // Writes a page and how far it takes the feed, both or neither. Cards that are gone are removed.
  absl::Status store(const std::vector<v1::MemberCard>& cards, const FeedState& state)
      ABSL_LOCKS_EXCLUDED(write_mutex_, mutex_, state_mutex_);
  // Removes the cards that need not stay, a step at a time. Ends early when `goes_on` says so.
  absl::Status sweep(absl::FunctionRef<bool(const CardMark&)> may_stay,
                     absl::FunctionRef<bool()> goes_on)
      ABSL_LOCKS_EXCLUDED(write_mutex_, mutex_, state_mutex_);
  // Opens the file again where finding met an error of the disk, anew where it is malformed, and
  // shreds what was set aside for that, now or by an agent before. Ends early when `goes_on` says
  // so.
  absl::Status mend(absl::FunctionRef<bool()> goes_on)
      ABSL_LOCKS_EXCLUDED(write_mutex_, mutex_, state_mutex_);
  // Removes rows that were met altered. True: there were some, so what they said is missing.
  absl::StatusOr<bool> drop_altered() ABSL_LOCKS_EXCLUDED(write_mutex_, mutex_, state_mutex_);
  // Nothing is kept any more: overwrites and removes the secret and the cards. Returns whether
  // there were any. The next store() begins with another secret.
  absl::StatusOr<bool> destroy() ABSL_LOCKS_EXCLUDED(write_mutex_, mutex_, state_mutex_);

 private:
  // An open file of cards. In this order, so that the readers close before the writer does.
  struct Open {
    explicit Open(const CardSecret& under)
        : secret(under), digester(under.digest_key()), seal(under.content_key()) {}
    const CardSecret secret;
    const KeyDigester digester;
    const JournalSeal seal;
    std::unique_ptr<sqlite::Connection> writer;  // used under write_mutex_
    std::unique_ptr<sqlite::ReaderPool> readers;
  };
  using Work = absl::FunctionRef<absl::StatusOr<int64_t>(Open&)>;

  // Opens the file, made anew where it is damaged, and reads how far it is filled.
  absl::Status open_with(const CardSecret& secret) ABSL_EXCLUSIVE_LOCKS_REQUIRED(write_mutex_);
  absl::Status try_open(const CardSecret& secret) ABSL_EXCLUSIVE_LOCKS_REQUIRED(write_mutex_);
  absl::Status make_anew(const CardSecret& secret) ABSL_EXCLUSIVE_LOCKS_REQUIRED(write_mutex_);
  absl::Status make_sure_open() ABSL_EXCLUSIVE_LOCKS_REQUIRED(write_mutex_);
  void close() ABSL_EXCLUSIVE_LOCKS_REQUIRED(write_mutex_)
      ABSL_LOCKS_EXCLUDED(mutex_, state_mutex_);
  // Runs `work` in a transaction; it returns by how much the number of cards grew. After an error
  // of the disk the file is opened again.
  absl::Status write(Work work) ABSL_EXCLUSIVE_LOCKS_REQUIRED(write_mutex_);
  absl::Status try_write(Work work) ABSL_EXCLUSIVE_LOCKS_REQUIRED(write_mutex_)
      ABSL_LOCKS_EXCLUDED(mutex_, state_mutex_);
  absl::Status empty_log() ABSL_EXCLUSIVE_LOCKS_REQUIRED(write_mutex_);
  // After an error of the disk: opens the file again, anew where it is malformed.
  void recover(const absl::Status& failure) ABSL_EXCLUSIVE_LOCKS_REQUIRED(write_mutex_);
  // For mend(): whoever finds does not wait for it.
  void note_failure(const absl::Status& failure) ABSL_SHARED_LOCKS_REQUIRED(mutex_)
      ABSL_LOCKS_EXCLUDED(state_mutex_);
  std::optional<v1::MemberCard> best_of(std::vector<FoundCard> found)
      ABSL_LOCKS_EXCLUDED(state_mutex_);

  // Fixed at construction.
  const CardFiles files_;

  // Held by whoever changes anything, for as long as it takes; in this order.
  absl::Mutex write_mutex_;
  std::optional<CardSecret> next_secret_ ABSL_GUARDED_BY(write_mutex_);  // for when nothing is open

  // Whoever uses what is open holds this shared; alone only to put something else in its place.
  absl::Mutex mutex_ ABSL_ACQUIRED_AFTER(write_mutex_);
  std::unique_ptr<Open> open_ ABSL_GUARDED_BY(mutex_);

  mutable absl::Mutex state_mutex_ ABSL_ACQUIRED_AFTER(mutex_);
  FeedState feed_ ABSL_GUARDED_BY(state_mutex_);
  int64_t card_count_ ABSL_GUARDED_BY(state_mutex_) = 0;
  std::vector<int64_t> altered_ ABSL_GUARDED_BY(state_mutex_);
  absl::Status failure_ ABSL_GUARDED_BY(state_mutex_);  // met while finding in what is open
};

}  // namespace moadon::agent
