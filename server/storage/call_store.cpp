#include "server/storage/call_store.h"

namespace moadon::storage {

constexpr Sql kScanCallable{
    "SELECT member_id, purchase_days, first_purchase_day, last_purchase_day, stage,"
    " stage_since_day, next_stage_day FROM members"
    " WHERE member_id > $1 AND member_id <= $2 AND merged_into IS NULL AND archive_us IS NULL"
    " AND refuse_us IS NULL AND erase_us IS NULL ORDER BY member_id"};

absl::Status scan_callable(Connection& connection, int64_t after_id, int64_t until_id,
                           absl::FunctionRef<absl::Status(const CallableMember&)> take) {
  Statement statement = connection.statement(kScanCallable);
  statement.bind_all(after_id, until_id);
  while (true) {
    const absl::StatusOr<bool> row = statement.step();
    if (!row.ok()) return row.status();
    if (!*row) return absl::OkStatus();
    const absl::Status taken =
        take({statement.int64(0), statement.int64(1), statement.optional_int64(2),
              statement.optional_int64(3), static_cast<int>(statement.int64(4)),
              statement.optional_int64(5), statement.optional_int64(6)});
    if (!taken.ok()) return taken;
  }
}

constexpr Sql kSumSpend{
    "SELECT CAST(COALESCE(SUM(spend_minor), 0) AS BIGINT) FROM member_days"
    " WHERE member_id = $1 AND day >= $2 AND day <= $3"};

absl::StatusOr<int64_t> sum_spend(Connection& connection, int64_t member_id, int64_t first_day,
                                  int64_t last_day) {
  return query_int64(connection, kSumSpend, member_id, first_day, last_day);
}

}  // namespace moadon::storage
