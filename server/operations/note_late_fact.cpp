#include "server/operations/note_late_fact.h"

#include "rules/calendar.h"
#include "server/storage/late_fact_store.h"

namespace moadon {

absl::Status note_if_late(sqlite::Connection& connection, const WriterState& state,
                          int64_t fact_day) {
  const int64_t today = day_number(state.today());
  if (fact_day >= today) return absl::OkStatus();
  return storage::count_late_fact(connection, fact_day, today, state.now_us());
}

}  // namespace moadon
