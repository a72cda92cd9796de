// What a register needs of members, kept at hand, so that knowing a member again costs no query.
#pragma once

#include <array>
#include <atomic>
#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <utility>

#include "absl/base/thread_annotations.h"
#include "absl/container/flat_hash_map.h"
#include "absl/container/flat_hash_set.h"
#include "absl/status/status.h"
#include "absl/synchronization/mutex.h"
#include "server/operations/answer_shelf.h"
#include "server/operations/known_member.h"
#include "server/storage/member_details_store.h"

namespace moadon {

inline constexpr size_t kMaxCachedKeys = 65'536;  // in memory
// So many there is always room for; of more, it forgets some.
inline constexpr size_t kSurelyCachedKeys = kMaxCachedKeys / 2;

// Members by key, the recently asked for: in memory, and in a large club on a shelf, too, which has
// room for all of them. Never shows what was true before a change that somebody has been told is
// done: each member has a stamp, shared with some others, that a writer marks before the change can
// be seen in the database and moves on after its commit; what was read is good for as long as the
// stamp is the one that held while reading. Members who are being changed are neither kept nor
// found. Who holds a key is known only after reading, so a reader first marks the counts of all
// changes, in groups of members: a group that stood still meanwhile vouches for its members'
// stamps.
//
// Thread-safe.
class MemberCache final {
 public:
  using Stamp = MemberStamp;

  static constexpr size_t kGroups = 64;
  // All changes so far, before rows are read.
  struct Mark {
    std::array<uint64_t, kGroups> changes{};
  };

  // Puts on `shelf` from now on what memory may forget. Before any other call; null: nothing.
  void use_shelf(std::unique_ptr<AnswerShelf> shelf) { shelf_ = std::move(shelf); }
  const AnswerShelf* shelf() const { return shelf_.get(); }

  // The member who holds a normal key, if that is known.
  std::optional<KnownMember> find(const storage::KeyRow& key) const;

  // To fill: mark, then read the rows, then take the stamp that their member had all the time, then
  // keep them. Empty, or false, keeping nothing: they may have changed between two reads, and must
  // be read in one snapshot.
  Mark mark() const;
  std::optional<Stamp> stamp_since(const Mark& mark, int64_t member_id) const;
  bool keep(const storage::KeyRow& key, const Stamp& stamp, const KnownMember& member);

  // After a change of them: leaves no byte of what was known of these members before. Fails when it
  // cannot.
  absl::Status forget(const absl::flat_hash_set<int64_t>& member_ids);

  // The writer, inside the transaction: what is about to change. Each begin has one end.
  void begin_change(int64_t member_id);
  // After the commit, or when there will be none, and before anybody is told.
  void end_change(int64_t member_id);
  // The same for all members at once.
  void begin_change_of_all();
  void end_change_of_all();

 private:
  // A stamp's low bits count the changes under way.
  static constexpr uint64_t kNextStamp = uint64_t{1} << 32;
  static constexpr size_t kStamps = 65'536;
  static constexpr size_t kShards = 16;

  using Entries = absl::flat_hash_map<std::string, RememberedMember>;

  // Keys go to `recent`; when that is full it takes the place of `older`, which is forgotten.
  struct Shard {
    mutable absl::Mutex mutex;
    Entries recent ABSL_GUARDED_BY(mutex);
    Entries older ABSL_GUARDED_BY(mutex);
  };

  std::optional<RememberedMember> find_in_memory(const std::string& text) const;
  static std::string text_of(const storage::KeyRow& key);
  static size_t shard_of(const std::string& text);
  static size_t group_of(int64_t member_id);
  std::atomic<uint64_t>& stamp(int64_t member_id);
  Stamp stamp_of(int64_t member_id) const;
  bool is_current(const Stamp& stamp) const;

  // Fixed before use; itself self-locking.
  std::unique_ptr<AnswerShelf> shelf_;

  // Self-locking.
  std::unique_ptr<std::array<std::atomic<uint64_t>, kStamps>> stamps_ =
      std::make_unique<std::array<std::atomic<uint64_t>, kStamps>>();
  // Begins and ends of changes, by groups of stamps.
  std::array<std::atomic<uint64_t>, kGroups> groups_{};
  std::array<Shard, kShards> shards_;
};

}  // namespace moadon
