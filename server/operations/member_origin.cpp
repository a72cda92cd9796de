#include "server/operations/member_origin.h"

#include <utility>

namespace moadon {

storage::OriginRow origin_with(storage::OriginRow origin, const Contact& contact) {
  const bool is_earlier = contact.time_us < origin.branch_us;
  const bool says_more = contact.time_us == origin.branch_us && !contact.branch_id.empty() &&
                         (origin.branch_id.empty() || contact.branch_id < origin.branch_id);
  if (is_earlier || says_more) {
    origin.branch_us = contact.time_us;
    origin.branch_id = contact.branch_id;
  }
  if (contact.source.kind == 0) return origin;
  const bool names_first = !origin.source_us || contact.time_us < *origin.source_us;
  if (names_first || (contact.time_us == *origin.source_us && contact.source < origin.source)) {
    origin.source_us = contact.time_us;
    origin.source = contact.source;
  }
  return origin;
}

absl::Status keep_origin(sqlite::Connection& connection, int64_t member_id, int64_t met_us,
                         const std::vector<Contact>& contacts) {
  if (contacts.empty()) return absl::OkStatus();
  const auto found = storage::find_origin(connection, member_id);
  if (!found.ok()) return found.status();
  storage::OriginRow origin;
  origin.branch_us = met_us;
  if (*found) origin = **found;
  for (const Contact& contact : contacts) origin = origin_with(std::move(origin), contact);
  if (*found && origin == **found) return absl::OkStatus();
  return storage::keep_origin(connection, member_id, origin);
}

}  // namespace moadon
