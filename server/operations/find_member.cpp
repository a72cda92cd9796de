#include "server/operations/find_member.h"

#include <optional>

#include "rules/check.h"
#include "rules/refusal.h"
#include "server/operations/find_by_key.h"
#include "server/operations/member_message.h"

namespace moadon {
namespace {

// The holder of `key`, kept in the cache from now on. Empty: nobody.
absl::StatusOr<std::optional<storage::IdentifiedMember>> read_holder(Club& club,
                                                                     sqlite::Connection& connection,
                                                                     const storage::KeyRow& key) {
  const auto holder = storage::find_key_holder(connection, key.kind, key.value);
  if (!holder.ok()) return holder.status();
  if (!*holder) return std::nullopt;
  const MemberCache::Stamp stamp = club.members().stamp_of(**holder);
  auto member = storage::find_identified(connection, key.kind, key.value);
  if (member.ok() && *member) club.members().keep(key, stamp, **member);
  return member;
}

}  // namespace

absl::StatusOr<v1::IdentifyResponse> find_member(Club& club, const v1::Key& key) {
  const absl::Status form = check_key(key, KeyUse::kToIdentify, "key");
  if (!form.ok()) return form;
  const ClubViewPtr view = club.view();
  if (!view->has_program()) return refuse(v1::REASON_MEMBER_UNKNOWN, "there are no members yet");
  const PresentedKey presented = presented_key(key, view->country_code());
  const Moment moment{*view, club.clock().now_us()};
  // A later candidate counts only when nobody holds the first, which the cache cannot tell.
  if (!presented.candidates.empty()) {
    const auto known = club.members().find(presented.candidates.front());
    if (known && !is_due(known->row, moment)) return identify_message(*known, moment);
  }
  sqlite::ReaderLease reader = club.database().readers().lease();
  for (const storage::KeyRow& candidate : presented.candidates) {
    const auto member = read_holder(club, *reader, candidate);
    if (!member.ok()) return member.status();
    if (*member) return identify_message(*reader, **member, moment);
  }
  // Last digits, or nobody.
  const absl::StatusOr<storage::MemberRow> row = find_by_key(*reader, {{}, presented.ending});
  if (!row.ok()) return row.status();
  return identify_message(*reader, *row, moment);
}

}  // namespace moadon
