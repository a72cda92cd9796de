#include "server/storage/member_details_store.h"

namespace moadon::storage {
namespace {

// The first text that is greater than all texts that begin with `digits`.
std::string after_prefix(absl::string_view digits) {
  std::string end(digits);
  end.push_back('9' + 1);
  return end;
}

constexpr int kDetailColumns = 9;

// In members.key_kinds.
constexpr int64_t kind_bit(KeyKind kind) { return int64_t{1} << (static_cast<int>(kind) - 1); }

// Details from kDetailColumns columns; of a member without any all are NULL.
DetailsRow read_details(const Statement& row, int first_column) {
  const auto text = [&](int column) { return std::string(row.text(first_column + column)); };
  const auto number = [&](int column) {
    return static_cast<int>(row.int64(first_column + column));
  };
  return {text(0), text(1), text(2), text(3), number(4), number(5), text(6), text(7), number(8)};
}

// Details and what follows them in the statements below.
NameAndContacts read_name_and_contacts(const Statement& row, int first_column) {
  const int next = first_column + kDetailColumns;
  const int64_t kinds = row.int64(next);
  return {read_details(row, first_column), (kinds & kind_bit(KeyKind::kPhone)) != 0,
          (kinds & kind_bit(KeyKind::kEmail)) != 0, row.optional_int64(next + 1)};
}

}  // namespace

constexpr Sql kFindDetails{
    "SELECT first_name, last_name, birth_date, anniversary_date, gender, family_status, city,"
    " language_code, preferred_channel FROM member_details WHERE member_id = $1"};

absl::StatusOr<std::optional<DetailsRow>> find_details(Connection& connection, int64_t member_id) {
  return query_one(
      connection, kFindDetails, [](Statement& row) { return read_details(row, 0); }, member_id);
}

constexpr Sql kKeepDetails{
    "INSERT INTO member_details (member_id, first_name, last_name, birth_date, anniversary_date,"
    " gender, family_status, city, language_code, preferred_channel)"
    " VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10) ON CONFLICT (member_id) DO UPDATE"
    " SET first_name = $2, last_name = $3, birth_date = $4, anniversary_date = $5, gender = $6,"
    " family_status = $7, city = $8, language_code = $9, preferred_channel = $10"};

absl::Status keep_details(Connection& connection, int64_t member_id, const DetailsRow& details) {
  return execute(connection, kKeepDetails, member_id, details.first_name, details.last_name,
                 details.birth_date, details.anniversary_date, details.gender,
                 details.family_status, details.city, details.language_code,
                 details.preferred_channel);
}

constexpr Sql kFindKeyHolder{"SELECT member_id FROM member_keys WHERE kind = $1 AND value = $2"};

absl::StatusOr<std::optional<int64_t>> find_key_holder(Connection& connection, KeyKind kind,
                                                       absl::string_view value) {
  return query_one(
      connection, kFindKeyHolder, [](Statement& row) { return row.int64(0); }, kind, value);
}

constexpr Sql kCountKeys{"SELECT COUNT(*) FROM member_keys"};

absl::StatusOr<int64_t> count_keys(Connection& connection) {
  return query_int64(connection, kCountKeys);
}

constexpr Sql kFindHoldersByEnding{
    "SELECT DISTINCT member_id FROM member_keys"
    " WHERE ending IS NOT NULL AND ending >= $1 AND ending < $2 LIMIT 8"};

absl::StatusOr<std::vector<int64_t>> find_holders_by_ending(Connection& connection,
                                                            absl::string_view ending) {
  return query_all(
      connection, kFindHoldersByEnding, [](Statement& row) { return row.int64(0); }, ending,
      after_prefix(ending));
}

constexpr Sql kListKeys{
    "SELECT kind, value, shown, ending FROM member_keys WHERE member_id = $1 ORDER BY position"};

absl::StatusOr<std::vector<KeyRow>> list_keys(Connection& connection, int64_t member_id) {
  return query_all(
      connection, kListKeys,
      [](Statement& row) {
        KeyRow key{static_cast<KeyKind>(row.int64(0)), std::string(row.text(1)),
                   std::string(row.text(2)), std::nullopt};
        if (!row.is_null(3)) key.ending = std::string(row.text(3));
        return key;
      },
      member_id);
}

constexpr Sql kInsertKey{
    "INSERT INTO member_keys (kind, value, member_id, position, shown, ending)"
    " VALUES ($1, $2, $3, $4, $5, $6)"};
constexpr Sql kNoteKeyKind{"UPDATE members SET key_kinds = key_kinds | $2 WHERE member_id = $1"};

absl::Status insert_key(Connection& connection, int64_t member_id, int64_t position,
                        const KeyRow& key) {
  const absl::Status kept = execute(connection, kInsertKey, key.kind, key.value, member_id,
                                    position, key.shown, key.ending);
  if (!kept.ok()) return kept;
  return execute(connection, kNoteKeyKind, member_id, kind_bit(key.kind));
}

constexpr Sql kFindShownKey{
    "SELECT shown FROM member_keys WHERE member_id = $1"
    " ORDER BY CASE WHEN kind = 2 THEN 0 ELSE 1 END, position LIMIT 1"};

absl::StatusOr<std::string> find_shown_key(Connection& connection, int64_t member_id) {
  auto shown = query_one(
      connection, kFindShownKey, [](Statement& row) { return std::string(row.text(0)); },
      member_id);
  if (!shown.ok()) return shown.status();
  return shown->value_or("");
}

constexpr Sql kListConsents{
    "SELECT channel, granted, wording, occurred_us, place FROM member_consents"
    " WHERE member_id = $1 ORDER BY occurred_us, position"};

absl::StatusOr<std::vector<ConsentRow>> list_consents(Connection& connection, int64_t member_id) {
  return query_all(
      connection, kListConsents,
      [](Statement& row) {
        return ConsentRow{static_cast<int>(row.int64(0)), row.int64(1) != 0,
                          std::string(row.text(2)), row.int64(3), std::string(row.text(4))};
      },
      member_id);
}

constexpr Sql kInsertConsent{
    "INSERT INTO member_consents (member_id, position, channel, granted, wording, occurred_us,"
    " place) VALUES ($1, $2, $3, $4, $5, $6, $7)"};

absl::Status insert_consent(Connection& connection, int64_t member_id, int64_t position,
                            const ConsentRow& consent) {
  return execute(connection, kInsertConsent, member_id, position, consent.channel, consent.granted,
                 consent.wording, consent.occurred_us, consent.place);
}

constexpr Sql kInsertUnclaimedKey{
    "INSERT INTO unclaimed_keys (kind, value, document_id, document_kind) VALUES ($1, $2, $3, $4)"};

absl::Status insert_unclaimed_key(Connection& connection, KeyKind kind, absl::string_view value,
                                  const UnclaimedDocument& document) {
  return execute(connection, kInsertUnclaimedKey, kind, value, document.document_id, document.kind);
}

constexpr Sql kListUnclaimed{
    "SELECT document_id, document_kind FROM unclaimed_keys WHERE kind = $1 AND value = $2"
    " ORDER BY document_id"};

absl::StatusOr<std::vector<UnclaimedDocument>> list_unclaimed(Connection& connection, KeyKind kind,
                                                              absl::string_view value) {
  return query_all(
      connection, kListUnclaimed,
      [](Statement& row) {
        return UnclaimedDocument{row.int64(0), static_cast<DocumentKind>(row.int64(1))};
      },
      kind, value);
}

constexpr Sql kListWronglyUnclaimed{
    "SELECT DISTINCT u.document_id FROM unclaimed_keys u"
    " WHERE EXISTS (SELECT 1 FROM member_keys k WHERE k.kind = u.kind AND k.value = u.value)"
    " OR (u.document_kind = 1 AND NOT EXISTS"
    " (SELECT 1 FROM sales s WHERE s.member_id = 0 AND s.sale_id = u.document_id))"
    " OR (u.document_kind = 2 AND NOT EXISTS"
    " (SELECT 1 FROM returns r WHERE r.member_id = 0 AND r.return_id = u.document_id))"
    " ORDER BY u.document_id"};

absl::StatusOr<std::vector<int64_t>> list_wrongly_unclaimed(Connection& connection) {
  return query_all(connection, kListWronglyUnclaimed, [](Statement& row) { return row.int64(0); });
}

constexpr Sql kDeleteUnclaimed{"DELETE FROM unclaimed_keys WHERE document_id = $1"};

absl::Status delete_unclaimed(Connection& connection, int64_t document_id) {
  return execute(connection, kDeleteUnclaimed, document_id);
}

constexpr Sql kFindNameAndContacts{
    "SELECT d.first_name, d.last_name, d.birth_date, d.anniversary_date, d.gender,"
    " d.family_status, d.city, d.language_code, d.preferred_channel, m.key_kinds, m.last_ask_us"
    " FROM members m LEFT JOIN member_details d ON d.member_id = m.member_id"
    " WHERE m.member_id = $1"};

absl::StatusOr<NameAndContacts> find_name_and_contacts(Connection& connection, int64_t member_id) {
  auto found = query_one(
      connection, kFindNameAndContacts,
      [](Statement& row) { return read_name_and_contacts(row, 0); }, member_id);
  if (!found.ok()) return found.status();
  if (!*found) return absl::InternalError("a member is not there");
  return **found;
}

// One statement, because every statement outside a transaction takes and frees a lock on the file.
constexpr Sql kFindIdentified{
    "SELECT m.member_id, snapshot, changed_us, met_time_us, met_day, enrolled_time_us,"
    " enrolled_day, sale_count, purchase_days, first_purchase_day, last_purchase_day,"
    " net_spend_sum_minor, last_fact_day, last_return_day, stage, stage_since_day, next_stage_day,"
    " points_deficit_milli, points_entry_number, next_points_day, tier_id, tier_since_day,"
    " next_tier_day, right_count, use_count, tag_count, lock_count,"
    " merged_into, merge_count, sign_count, archive_us, refuse_us, erase_us,"
    " d.first_name, d.last_name, d.birth_date, d.anniversary_date, d.gender, d.family_status,"
    " d.city, d.language_code, d.preferred_channel, m.key_kinds, m.last_ask_us"
    " FROM member_keys k JOIN members m ON m.member_id = k.member_id"
    " LEFT JOIN member_details d ON d.member_id = m.member_id"
    " WHERE k.kind = $1 AND k.value = $2"};

absl::StatusOr<std::optional<IdentifiedMember>> find_identified(Connection& connection,
                                                                KeyKind kind,
                                                                absl::string_view value) {
  return query_one(
      connection, kFindIdentified,
      [](Statement& row) {
        return IdentifiedMember{read_member(row), read_name_and_contacts(row, kMemberColumns)};
      },
      kind, value);
}

}  // namespace moadon::storage
