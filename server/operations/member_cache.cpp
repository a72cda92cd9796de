#include "server/operations/member_cache.h"

#include <utility>

#include "absl/hash/hash.h"
#include "absl/strings/str_cat.h"

namespace moadon {

std::optional<KnownMember> MemberCache::find(const storage::KeyRow& key) const {
  const std::string text = text_of(key);
  std::optional<RememberedMember> found = find_in_memory(text);
  if (!found && shelf_ != nullptr) found = shelf_->find(text);
  if (!found || !is_current(found->stamp)) return std::nullopt;
  return std::move(found->member);
}

std::optional<RememberedMember> MemberCache::find_in_memory(const std::string& text) const {
  const Shard& shard = shards_[shard_of(text)];
  absl::MutexLock lock(&shard.mutex);
  for (const Entries* entries : {&shard.recent, &shard.older}) {
    const auto found = entries->find(text);
    if (found != entries->end()) return found->second;
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
  const RememberedMember kept{stamp, member};
  std::string text = text_of(key);
  if (shelf_ != nullptr) shelf_->keep(text, kept, [&] { return is_current(stamp); });
  Shard& shard = shards_[shard_of(text)];
  absl::MutexLock lock(&shard.mutex);
  if (!is_current(stamp)) return false;
  if (shard.recent.size() >= kMaxCachedKeys / kShards / 2) {
    shard.older = std::move(shard.recent);
    shard.recent.clear();
  }
  shard.recent.insert_or_assign(std::move(text), kept);
  return true;
}

absl::Status MemberCache::forget(const absl::flat_hash_set<int64_t>& member_ids) {
  const auto is_one = [&](const Entries::value_type& entry) {
    return member_ids.contains(entry.second.stamp.member_id);
  };
  for (Shard& shard : shards_) {
    absl::MutexLock lock(&shard.mutex);
    absl::erase_if(shard.recent, is_one);
    absl::erase_if(shard.older, is_one);
  }
  return shelf_ == nullptr ? absl::OkStatus() : shelf_->forget(member_ids);
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
