#include "server/storage/slice_store.h"

namespace moadon::storage {

constexpr Sql kListSlices{
    "SELECT benefit_id, register_id, amount_minor, use_count, end_us FROM budget_slices"
    " WHERE register_id = $1 ORDER BY benefit_id"};

absl::StatusOr<std::vector<SliceRow>> list_slices(Connection& connection,
                                                  absl::string_view register_id) {
  return query_all(
      connection, kListSlices,
      [](Statement& row) {
        return SliceRow{std::string(row.text(0)), std::string(row.text(1)), row.int64(2),
                        row.int64(3), row.int64(4)};
      },
      register_id);
}

constexpr Sql kKeepSlice{
    "INSERT INTO budget_slices (benefit_id, register_id, amount_minor, use_count, end_us)"
    " VALUES ($1, $2, $3, $4, $5) ON CONFLICT (benefit_id, register_id)"
    " DO UPDATE SET amount_minor = $3, use_count = $4, end_us = $5"};

absl::Status keep_slice(Connection& connection, const SliceRow& row) {
  return execute(connection, kKeepSlice, row.benefit_id, row.register_id, row.amount_minor,
                 row.use_count, row.end_us);
}

constexpr Sql kDeleteSlice{"DELETE FROM budget_slices WHERE benefit_id = $1 AND register_id = $2"};

absl::Status delete_slice(Connection& connection, const SliceRow& row) {
  return execute(connection, kDeleteSlice, row.benefit_id, row.register_id);
}

constexpr Sql kDeleteSlicesBefore{
    "DELETE FROM budget_slices WHERE register_id = $1 AND end_us < $2"};

absl::Status delete_slices_before(Connection& connection, absl::string_view register_id,
                                  int64_t end_us) {
  return execute(connection, kDeleteSlicesBefore, register_id, end_us);
}

constexpr Sql kDeleteSlicesOf{"DELETE FROM budget_slices WHERE register_id = $1"};

absl::Status delete_slices_of(Connection& connection, absl::string_view register_id) {
  return execute(connection, kDeleteSlicesOf, register_id);
}

constexpr Sql kLowerSlice{
    "UPDATE budget_slices SET"
    " amount_minor = CASE WHEN amount_minor > $3 THEN amount_minor - $3 ELSE 0 END,"
    " use_count = CASE WHEN use_count > $4 THEN use_count - $4 ELSE 0 END"
    " WHERE benefit_id = $1 AND register_id = $2"};

absl::Status lower_slice(Connection& connection, const ClubUse& use) {
  return execute(connection, kLowerSlice, use.benefit_id, use.register_id, use.saved_minor,
                 use.use_count);
}

}  // namespace moadon::storage
