#include "server/storage/member_sign_store.h"

namespace moadon::storage {
namespace {

SignRow read_sign(Statement& row) {
  return {row.int64(0),
          static_cast<int>(row.int64(1)),
          row.int64(2),
          std::string(row.text(3)),
          {static_cast<int>(row.int64(4)), std::string(row.text(5))}};
}

}  // namespace

constexpr Sql kListSigns{
    "SELECT sign_us, kind, sign_day, branch_id, source_kind, source_name FROM member_signs"
    " WHERE member_id = $1 ORDER BY sign_us, kind"};

absl::StatusOr<std::vector<SignRow>> list_signs(Connection& connection, int64_t member_id) {
  return query_all(connection, kListSigns, read_sign, member_id);
}

constexpr Sql kInsertSign{
    "INSERT INTO member_signs (member_id, sign_us, kind, sign_day, branch_id, source_kind,"
    " source_name) VALUES ($1, $2, $3, $4, $5, $6, $7)"};

absl::Status insert_sign(Connection& connection, int64_t member_id, const SignRow& row) {
  return execute(connection, kInsertSign, member_id, row.sign_us, row.kind, row.sign_day,
                 row.branch_id, row.source.kind, row.source.name);
}

}  // namespace moadon::storage
