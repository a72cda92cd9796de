#include "server/operations/report_totals.h"

#include "server/storage/totals_store.h"

namespace moadon {

absl::StatusOr<v1::GetTotalsResponse> get_totals(Club& club) {
  auto reader = club.database().readers().lease_snapshot();
  if (!reader.ok()) return reader.status();
  return storage::read_totals(**reader);
}

}  // namespace moadon
