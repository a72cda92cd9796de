#include "server/operations/find_member.h"

#include "rules/check.h"
#include "rules/refusal.h"
#include "server/operations/find_by_key.h"
#include "server/operations/member_message.h"

namespace moadon {

absl::StatusOr<v1::IdentifyResponse> find_member(Club& club, const v1::Key& key) {
  const absl::Status form = check_key(key, KeyUse::kToIdentify, "key");
  if (!form.ok()) return form;
  const ClubViewPtr view = club.view();
  if (!view->has_program()) return refuse(v1::REASON_MEMBER_UNKNOWN, "there are no members yet");
  const PresentedKey presented = presented_key(key, view->country_code());
  sqlite::ReaderLease reader = club.database().readers().lease();
  const Moment moment{*view, club.clock().now_us()};
  for (const storage::KeyRow& candidate : presented.candidates) {
    const auto member = storage::find_identified(*reader, candidate.kind, candidate.value);
    if (!member.ok()) return member.status();
    if (*member) return identify_message(*reader, **member, moment);
  }
  // Last digits, or nobody.
  const absl::StatusOr<storage::MemberRow> row = find_by_key(*reader, {{}, presented.ending});
  if (!row.ok()) return row.status();
  return identify_message(*reader, *row, moment);
}

}  // namespace moadon
