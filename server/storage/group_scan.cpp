#include "server/storage/group_scan.h"

namespace moadon::storage {
namespace {

// A use of `sql` with its first two parameters, and those that follow, bound.
template <typename... Values>
Statement bound(Connection& connection, Sql sql, MemberSpan span, const Values&... values) {
  Statement statement = connection.statement(sql);
  statement.bind_all(span.after_id, span.until_id, values...);
  return statement;
}

}  // namespace

constexpr Sql kScanStandings{
    "SELECT member_id, met_day, enrolled_day, purchase_days, first_purchase_day,"
    " last_purchase_day, net_spend_sum_minor, stage, next_stage_day, tier_id, next_tier_day,"
    " merged_into, merge_count, archive_us, refuse_us"
    " FROM members WHERE member_id > $1 AND member_id <= $2 ORDER BY member_id"};

StandingScan::StandingScan(Connection& connection, int64_t after_id, int64_t until_id)
    : statement_(bound(connection, kScanStandings, {after_id, until_id})) {}

absl::StatusOr<bool> StandingScan::next(StandingRow& row) {
  const absl::StatusOr<bool> stepped = statement_.step();
  if (!stepped.ok() || !*stepped) return stepped;
  row.member_id = statement_.int64(0);
  row.met_day = statement_.int64(1);
  row.has_signed_up = !statement_.is_null(2);
  row.purchase_days = statement_.int64(3);
  row.first_purchase_day = statement_.optional_int64(4);
  row.last_purchase_day = statement_.optional_int64(5);
  row.net_spend_sum_minor = statement_.int64(6);
  row.stage = static_cast<int>(statement_.int64(7));
  row.next_stage_day = statement_.optional_int64(8);
  const absl::string_view tier_id = statement_.text(9);
  row.tier_id.assign(tier_id.data(), tier_id.size());
  row.next_tier_day = statement_.optional_int64(10);
  row.is_merged = !statement_.is_null(11);
  row.merge_count = statement_.int64(12);
  row.is_archived = !statement_.is_null(13);
  row.refuses = !statement_.is_null(14);
  return true;
}

constexpr Sql kScanProfiles{
    "SELECT member_id, first_name, last_name, birth_date, anniversary_date, gender, family_status,"
    " city, language_code, preferred_channel"
    " FROM member_details WHERE member_id > $1 AND member_id <= $2 ORDER BY member_id"};

RowsOfMembers<ProfileRow> profiles(Connection& connection, MemberSpan span) {
  return {bound(connection, kScanProfiles, span), [](const Statement& row) {
            ProfileRow profile;
            profile.first_name = row.text(1);
            profile.last_name = row.text(2);
            profile.birth_date = row.text(3);
            profile.anniversary_date = row.text(4);
            profile.gender = static_cast<int>(row.int64(5));
            profile.family_status = static_cast<int>(row.int64(6));
            profile.city = row.text(7);
            profile.language_code = row.text(8);
            profile.preferred_channel = static_cast<int>(row.int64(9));
            return profile;
          }};
}

constexpr Sql kScanKeyKinds{
    "SELECT member_id, kind FROM member_keys WHERE member_id > $1 AND member_id <= $2"
    " ORDER BY member_id"};

RowsOfMembers<int> key_kinds(Connection& connection, MemberSpan span) {
  return {bound(connection, kScanKeyKinds, span),
          [](const Statement& row) { return static_cast<int>(row.int64(1)); }};
}

constexpr Sql kScanConsents{
    "SELECT member_id, channel, granted, occurred_us FROM member_consents"
    " WHERE member_id > $1 AND member_id <= $2 ORDER BY member_id, position"};

RowsOfMembers<ConsentWord> consent_words(Connection& connection, MemberSpan span) {
  return {bound(connection, kScanConsents, span), [](const Statement& row) {
            return ConsentWord{static_cast<int>(row.int64(1)), row.int64(2) != 0, row.int64(3)};
          }};
}

constexpr Sql kScanTags{
    "SELECT member_id, tag FROM member_tags WHERE member_id > $1 AND member_id <= $2"
    " ORDER BY member_id"};

RowsOfMembers<absl::string_view> tags_of_members(Connection& connection, MemberSpan span) {
  return {bound(connection, kScanTags, span), [](const Statement& row) { return row.text(1); }};
}

constexpr Sql kScanCustomValues{
    "SELECT member_id, field_id, value FROM member_custom_values"
    " WHERE member_id > $1 AND member_id <= $2 ORDER BY member_id"};

RowsOfMembers<CustomValueRow> custom_values(Connection& connection, MemberSpan span) {
  return {bound(connection, kScanCustomValues, span), [](const Statement& row) {
            return CustomValueRow{row.text(1), row.text(2)};
          }};
}

constexpr Sql kScanFirstContacts{
    "SELECT member_id, branch_us, branch_id, source_us, source_kind, source_name"
    " FROM member_origins WHERE member_id > $1 AND member_id <= $2 ORDER BY member_id"};

RowsOfMembers<FirstContactRow> first_contacts(Connection& connection, MemberSpan span) {
  return {bound(connection, kScanFirstContacts, span), [](const Statement& row) {
            return FirstContactRow{row.int64(1), row.text(2), row.optional_int64(3),
                                   static_cast<int>(row.int64(4)), row.text(5)};
          }};
}

constexpr Sql kScanDays{
    "SELECT member_id, day, units_milli, spend_minor FROM member_days"
    " WHERE member_id > $1 AND member_id <= $2 AND day > $3 ORDER BY member_id"};

RowsOfMembers<MemberDay> days_of_members(Connection& connection, MemberSpan span,
                                         int64_t after_day) {
  return {bound(connection, kScanDays, span, after_day), [](const Statement& row) {
            return MemberDay{row.int64(1), row.int64(2), row.int64(3)};
          }};
}

constexpr Sql kScanUsablePoints{
    "SELECT member_id, left_milli FROM points_lots"
    " WHERE member_id > $1 AND member_id <= $2 AND left_milli + held_milli > 0"
    " AND left_milli > 0 AND usable_day <= $3 AND (expire_day IS NULL OR expire_day >= $3)"
    " ORDER BY member_id"};

RowsOfMembers<int64_t> usable_points(Connection& connection, MemberSpan span, int64_t day) {
  return {bound(connection, kScanUsablePoints, span, day),
          [](const Statement& row) { return row.int64(1); }};
}

constexpr Sql kScanKeptLines{
    "SELECT member_id, sale_id, business_day, sku, category, brand, quantity_milli - returned_milli"
    " FROM sale_lines WHERE member_id > $1 AND member_id <= $2 AND business_day > $3"
    " AND is_deposit = 0 AND returned_milli < quantity_milli ORDER BY member_id, sale_id"};

RowsOfMembers<KeptLine> kept_lines(Connection& connection, MemberSpan span, int64_t after_day) {
  return {bound(connection, kScanKeptLines, span, after_day), [](const Statement& row) {
            return KeptLine{row.int64(1), row.int64(2), row.text(3),
                            row.text(4),  row.text(5),  row.int64(6)};
          }};
}

constexpr Sql kScanSaleBranches{
    "SELECT member_id, sale_id, branch_id FROM sales"
    " WHERE member_id > $1 AND member_id <= $2 AND business_day > $3 ORDER BY member_id, sale_id"};

RowsOfMembers<SaleBranch> sale_branches(Connection& connection, MemberSpan span,
                                        int64_t after_day) {
  return {bound(connection, kScanSaleBranches, span, after_day), [](const Statement& row) {
            return SaleBranch{row.int64(1), row.text(2)};
          }};
}

constexpr Sql kListMergesInForce{
    "SELECT kept_id, lost_id FROM merges WHERE undo_us IS NULL ORDER BY kept_id, lost_id"};

absl::StatusOr<std::vector<MergeInForce>> list_merges_in_force(Connection& connection) {
  return query_all(connection, kListMergesInForce, [](Statement& row) {
    return MergeInForce{row.int64(0), row.int64(1)};
  });
}

}  // namespace moadon::storage
