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
  const PresentedKey presented = presented_key(key, view->country_code());
  sqlite::ReaderLease reader = club.database().readers().lease();
  const absl::StatusOr<storage::MemberRow> row = find_by_key(*reader, presented);
  if (!row.ok()) return row.status();
  return identify_message(*reader, *row, {*view, club.clock().now_us()});
}

}  // namespace moadon
