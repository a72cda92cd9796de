#include "server/operations/whole_person.h"

#include <algorithm>
#include <optional>
#include <utility>

#include "rules/refusal.h"
#include "server/operations/member_id.h"
#include "server/storage/merge_store.h"

namespace moadon {

absl::StatusOr<storage::MemberRow> whole_person(sqlite::Connection& connection,
                                                storage::MemberRow member) {
  while (member.merged_into) {
    auto kept = storage::find_member(connection, *member.merged_into);
    if (!kept.ok()) return kept.status();
    if (!*kept) return absl::InternalError("a member is part of nobody");
    member = **std::move(kept);
  }
  return member;
}

absl::StatusOr<storage::MemberRow> whole_person_at(sqlite::Connection& connection,
                                                   storage::MemberRow member, int64_t time_us) {
  while (member.merge_count > 0) {
    const auto merges = storage::list_merges_of_lost(connection, member.member_id);
    if (!merges.ok()) return merges.status();
    const auto then = std::find_if(merges->begin(), merges->end(), [&](const auto& merge) {
      return merge.merge_us <= time_us && (!merge.undo_us || time_us < *merge.undo_us);
    });
    if (then == merges->end()) return member;
    auto kept = storage::find_member(connection, then->kept_id);
    if (!kept.ok()) return kept.status();
    if (!*kept) return absl::InternalError("a member was part of nobody");
    member = **std::move(kept);
  }
  return member;
}

absl::StatusOr<std::vector<storage::MemberRow>> parts_of(sqlite::Connection& connection,
                                                         const storage::MemberRow& member) {
  std::vector<storage::MemberRow> parts;
  if (member.merge_count == 0) return parts;
  auto merges = storage::list_merges_into(connection, member.member_id);
  if (!merges.ok()) return merges.status();
  std::stable_sort(merges->begin(), merges->end(),
                   [](const auto& a, const auto& b) { return a.merge_us < b.merge_us; });
  for (const storage::MergeRow& merge : *merges) {
    if (merge.undo_us) continue;
    const auto part = storage::find_member(connection, merge.lost_id);
    if (!part.ok()) return part.status();
    if (!*part) return absl::InternalError("a merge's member is not there");
    const auto below = parts_of(connection, **part);
    if (!below.ok()) return below.status();
    parts.push_back(**part);
    parts.insert(parts.end(), below->begin(), below->end());
  }
  return parts;
}

absl::Status check_not_merged(const storage::MemberRow& member) {
  if (!member.merged_into) return absl::OkStatus();
  return refuse(v1::REASON_MEMBER_MERGED, "this member is part of another",
                {{"member_id", member_id_text(*member.merged_into)}});
}

absl::Status check_keeps_details(const storage::MemberRow& member) {
  const absl::Status stands_alone = check_not_merged(member);
  if (!stands_alone.ok()) return stands_alone;
  if (member.erase_us) {
    return refuse(v1::REASON_MEMBER_ERASED, "this member's details were erased",
                  {{"member_id", member_id_text(member.member_id)}});
  }
  return absl::OkStatus();
}

}  // namespace moadon
