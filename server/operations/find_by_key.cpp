#include "server/operations/find_by_key.h"

#include "rules/refusal.h"
#include "server/operations/member_id.h"

namespace moadon {

absl::StatusOr<storage::MemberRow> find_by_key(sqlite::Connection& connection,
                                               const PresentedKey& presented) {
  for (const storage::KeyRow& key : presented.candidates) {
    const auto row = storage::find_member_by_key(connection, static_cast<int>(key.kind), key.value);
    if (!row.ok()) return row.status();
    if (*row) return **row;
  }
  if (!presented.ending.empty()) {
    const auto holders = storage::find_holders_by_ending(connection, presented.ending);
    if (!holders.ok()) return holders.status();
    if (holders->size() > 1) {
      return refuse(v1::REASON_KEY_AMBIGUOUS, "several members end in these digits");
    }
    if (holders->size() == 1) {
      const auto row = storage::find_member(connection, holders->front());
      if (!row.ok()) return row.status();
      if (*row) return **row;
    }
  }
  return refuse(v1::REASON_MEMBER_UNKNOWN, "no member holds this key");
}

absl::StatusOr<storage::MemberRow> find_by_id(sqlite::Connection& connection,
                                              absl::string_view member_id) {
  if (const std::optional<int64_t> id = member_id_of(member_id); id) {
    const auto row = storage::find_member(connection, *id);
    if (!row.ok()) return row.status();
    if (*row) return **row;
  }
  return refuse(v1::REASON_MEMBER_UNKNOWN, "no such member");
}

}  // namespace moadon
