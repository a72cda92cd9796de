#include "server/storage/provisional_store.h"

namespace moadon::storage {

constexpr Sql kFindProvisional{
    "SELECT member_id FROM provisional_members WHERE register_id = $1 AND provisional_id = $2"};

absl::StatusOr<std::optional<int64_t>> find_provisional(Connection& connection,
                                                        const ProvisionalName& name) {
  return query_one(
      connection, kFindProvisional, [](Statement& row) { return row.int64(0); }, name.register_id,
      name.provisional_id);
}

constexpr Sql kInsertProvisional{
    "INSERT INTO provisional_members (register_id, provisional_id, member_id, record_us)"
    " VALUES ($1, $2, $3, $4)"};

absl::Status insert_provisional(Connection& connection, const ProvisionalName& name,
                                int64_t member_id, int64_t record_us) {
  return execute(connection, kInsertProvisional, name.register_id, name.provisional_id, member_id,
                 record_us);
}

}  // namespace moadon::storage
