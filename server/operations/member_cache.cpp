#include "server/operations/member_cache.h"

#include "absl/hash/hash.h"
#include "absl/strings/str_cat.h"

namespace moadon {

std::optional<KnownMember> MemberCache::find(const storage::KeyRow& key) const {
  const std::string text = text_of(key);
  const Shard& shard = shards_[shard_of(text)];
  absl::MutexLock lock(&shard.mutex);
  for (const Entries* entries : {&shard.recent, &shard.older}) {
    const auto found = entries->find(text);
    if (found == entries->end()) continue;
    if (!is_current(found->second.stamp)) return std::nullopt;
    return found->second.member;
  }
  return std::nullopt;
}

MemberCache::Mark MemberCache::mark() const {
  Mark mark;
  for (size_t i = 0; i < kGroups; ++i) mark.changes[i] = groups_[i].load();
  return mark;
}

std::optional<MemberCache::Stamp> MemberCache::stamp_since(const Mark& mark,
                                                           int64_t member_id) const {
  // First the stamp, then the group, the reverse of end_change: a stamp of after a change comes
  // with a group that has counted it.
  const Stamp stamp = stamp_of(member_id);
  const size_t group = group_of(member_id);
  if (groups_[group].load() != mark.changes[group]) return std::nullopt;
  return stamp;
}

MemberCache::Stamp MemberCache::stamp_of(int64_t member_id) const {
  return {member_id, (*stamps_)[static_cast<uint64_t>(member_id) % kStamps].load()};
}

bool MemberCache::keep(const storage::KeyRow& key, const Stamp& stamp, const KnownMember& member) {
  if (!is_current(stamp)) return false;
  std::string text = text_of(key);
  Shard& shard = shards_[shard_of(text)];
  absl::MutexLock lock(&shard.mutex);
  if (shard.recent.size() >= kMaxCachedKeys / kShards / 2) {
    shard.older = std::move(shard.recent);
    shard.recent.clear();
  }
  shard.recent.insert_or_assign(std::move(text), Entry{stamp, member});
  return true;
}

void MemberCache::begin_change(int64_t member_id) {
  groups_[group_of(member_id)].fetch_add(1);
  stamp(member_id).fetch_add(1);
}

void MemberCache::end_change(int64_t member_id) {
  groups_[group_of(member_id)].fetch_add(1);
  stamp(member_id).fetch_add(kNextStamp - 1);
}

void MemberCache::begin_change_of_all() {
  for (std::atomic<uint64_t>& each : groups_) each.fetch_add(1);
  for (std::atomic<uint64_t>& each : *stamps_) each.fetch_add(1);
}

void MemberCache::end_change_of_all() {
  for (std::atomic<uint64_t>& each : groups_) each.fetch_add(1);
  for (std::atomic<uint64_t>& each : *stamps_) each.fetch_add(kNextStamp - 1);
}

std::string MemberCache::text_of(const storage::KeyRow& key) {
  return absl::StrCat(static_cast<int>(key.kind), key.value);
}

size_t MemberCache::shard_of(const std::string& text) {
  return absl::Hash<absl::string_view>()(text) % kShards;
}

size_t MemberCache::group_of(int64_t member_id) {
  return static_cast<uint64_t>(member_id) % kGroups;
}

std::atomic<uint64_t>& MemberCache::stamp(int64_t member_id) {
  return (*stamps_)[static_cast<uint64_t>(member_id) % kStamps];
}

bool MemberCache::is_current(const Stamp& stamp) const {
  return stamp.value % kNextStamp == 0 && stamp_of(stamp.member_id).value == stamp.value;
}

}  // namespace moadon
