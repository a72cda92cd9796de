#include "server/storage/member_field_store.h"

namespace moadon::storage {

constexpr Sql kListCustomValues{
    "SELECT field_id, value FROM member_custom_values WHERE member_id = $1 ORDER BY field_id"};

absl::StatusOr<std::vector<CustomValueRow>> list_custom_values(Connection& connection,
                                                               int64_t member_id) {
  return query_all(
      connection, kListCustomValues,
      [](Statement& row) {
        return CustomValueRow{std::string(row.text(0)), std::string(row.text(1))};
      },
      member_id);
}

constexpr Sql kKeepCustomValue{
    "INSERT INTO member_custom_values (member_id, field_id, value) VALUES ($1, $2, $3)"
    " ON CONFLICT (member_id, field_id) DO UPDATE SET value = $3"};
constexpr Sql kDeleteCustomValue{
    "DELETE FROM member_custom_values WHERE member_id = $1 AND field_id = $2"};

absl::Status keep_custom_value(Connection& connection, int64_t member_id,
                               const CustomValueRow& row) {
  if (row.value.empty()) return execute(connection, kDeleteCustomValue, member_id, row.field_id);
  return execute(connection, kKeepCustomValue, member_id, row.field_id, row.value);
}

constexpr Sql kListConfirmations{
    "SELECT field, confirm_us, actor FROM member_confirmations WHERE member_id = $1"
    " ORDER BY field"};

absl::StatusOr<std::vector<ConfirmationRow>> list_confirmations(Connection& connection,
                                                                int64_t member_id) {
  return query_all(
      connection, kListConfirmations,
      [](Statement& row) {
        return ConfirmationRow{std::string(row.text(0)), row.int64(1), std::string(row.text(2))};
      },
      member_id);
}

constexpr Sql kKeepConfirmation{
    "INSERT INTO member_confirmations (member_id, field, confirm_us, actor)"
    " VALUES ($1, $2, $3, $4) ON CONFLICT (member_id, field) DO UPDATE"
    " SET confirm_us = excluded.confirm_us, actor = excluded.actor"
    " WHERE excluded.confirm_us > member_confirmations.confirm_us"};

absl::Status keep_confirmation(Connection& connection, int64_t member_id,
                               const ConfirmationRow& row) {
  return execute(connection, kKeepConfirmation, member_id, row.field, row.confirm_us, row.actor);
}

constexpr Sql kDeleteConfirmation{
    "DELETE FROM member_confirmations WHERE member_id = $1 AND field = $2"};

absl::Status delete_confirmation(Connection& connection, int64_t member_id,
                                 absl::string_view field) {
  return execute(connection, kDeleteConfirmation, member_id, field);
}

constexpr Sql kListAsks{
    "SELECT field, ask_us FROM member_asks WHERE member_id = $1 ORDER BY field"};

absl::StatusOr<std::vector<AskRow>> list_asks(Connection& connection, int64_t member_id) {
  return query_all(
      connection, kListAsks,
      [](Statement& row) {
        return AskRow{std::string(row.text(0)), row.int64(1)};
      },
      member_id);
}

constexpr Sql kKeepAsk{
    "INSERT INTO member_asks (member_id, field, ask_us) VALUES ($1, $2, $3)"
    " ON CONFLICT (member_id, field) DO UPDATE SET ask_us = excluded.ask_us"
    " WHERE excluded.ask_us > member_asks.ask_us RETURNING ask_us"};
constexpr Sql kNoteAsk{
    "UPDATE members SET last_ask_us = $2"
    " WHERE member_id = $1 AND (last_ask_us IS NULL OR last_ask_us < $2)"};

absl::StatusOr<bool> keep_ask(Connection& connection, int64_t member_id, const AskRow& row) {
  const auto kept = query_one(
      connection, kKeepAsk, [](Statement& kept_row) { return kept_row.int64(0); }, member_id,
      row.field, row.ask_us);
  if (!kept.ok()) return kept.status();
  if (!*kept) return false;
  const absl::Status noted = execute(connection, kNoteAsk, member_id, row.ask_us);
  if (!noted.ok()) return noted;
  return true;
}

}  // namespace moadon::storage
