#include "server/operations/whole_person.h"

#include <optional>
#include <utility>

#include "rules/refusal.h"
#include "server/operations/member_id.h"

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
