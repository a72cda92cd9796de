#include "server/operations/verify_leases.h"

#include "server/operations/plain_member.h"
#include "server/storage/lease_store.h"

namespace moadon {

absl::Status check_leases(sqlite::Connection& connection, std::vector<v1::Disagreement>& found) {
  const auto wrong = storage::list_wrong_leases(connection);
  if (!wrong.ok()) return wrong.status();
  for (const storage::WrongLease& lease : *wrong) {
    Comparison(lease.owner, found).same(lease.subject, "is there", "cannot be");
  }
  return absl::OkStatus();
}

}  // namespace moadon
