#include "server/storage/story_store.h"

namespace moadon::storage {

// $6 is kDaysMatterUs.
constexpr Sql kListStoryPlaces{
    "SELECT day, time_us, kind, number FROM ("
    "SELECT met_day AS day, met_time_us AS time_us, 4 AS kind, 0 AS number"
    " FROM members WHERE member_id = $1"
    " UNION ALL SELECT enrolled_day, enrolled_time_us, 5, 0"
    " FROM members WHERE member_id = $1 AND enrolled_day IS NOT NULL"
    " UNION ALL SELECT sign_day, sign_us, 6, kind FROM member_signs WHERE member_id = $1"
    " UNION ALL SELECT business_day, effective_time_us, 7, sale_id FROM sales WHERE member_id = $1"
    " UNION ALL SELECT business_day, effective_time_us, 8, return_id"
    " FROM returns WHERE member_id = $1"
    " UNION ALL SELECT move_day, $6, 9, 0 FROM stage_moves WHERE member_id = $1"
    " UNION ALL SELECT move_day, $6, 10, position FROM tier_moves WHERE member_id = $1"
    " UNION ALL SELECT entry_day, $6, 11, entry_number FROM points_entries WHERE member_id = $1"
    ") AS places WHERE (day, time_us, kind, number) > ($2, $3, $4, $5)"
    " ORDER BY day, time_us, kind, number LIMIT $7"};

absl::StatusOr<std::vector<StoryPlace>> list_story_places(Connection& connection, int64_t member_id,
                                                          const StoryPlace& after, int limit) {
  return query_all(
      connection, kListStoryPlaces,
      [](Statement& row) {
        return StoryPlace{row.int64(0), row.int64(1), static_cast<int>(row.int64(2)), row.int64(3)};
      },
      member_id, after.day, after.time_us, after.kind, after.number, kDaysMatterUs, limit);
}

namespace {

StoryPurchaseRow read_purchase(Statement& row) {
  return {std::string(row.text(0)), std::string(row.text(1)), std::string(row.text(2)),
          row.int64(3), row.int64(4) != 0};
}

}  // namespace

constexpr Sql kFindStorySale{
    "SELECT register_id, receipt, branch_id, paid_net_minor, 0 FROM sales"
    " WHERE member_id = $1 AND sale_id = $2"};

absl::StatusOr<std::optional<StoryPurchaseRow>> find_story_sale(Connection& connection,
                                                                int64_t member_id,
                                                                int64_t sale_id) {
  return query_one(connection, kFindStorySale, read_purchase, member_id, sale_id);
}

constexpr Sql kFindStoryReturn{
    "SELECT register_id, receipt, branch_id, refund_minor,"
    " CASE WHEN sale_id IS NULL THEN 1 ELSE 0 END FROM returns"
    " WHERE member_id = $1 AND return_id = $2"};

absl::StatusOr<std::optional<StoryPurchaseRow>> find_story_return(Connection& connection,
                                                                  int64_t member_id,
                                                                  int64_t return_id) {
  return query_one(connection, kFindStoryReturn, read_purchase, member_id, return_id);
}

constexpr Sql kFindSign{
    "SELECT sign_us, kind, sign_day, branch_id, source_kind, source_name FROM member_signs"
    " WHERE member_id = $1 AND sign_us = $2 AND kind = $3"};

absl::StatusOr<std::optional<SignRow>> find_sign(Connection& connection, int64_t member_id,
                                                 int64_t sign_us, int64_t kind) {
  return query_one(
      connection, kFindSign,
      [](Statement& row) {
        return SignRow{row.int64(0),
                       static_cast<int>(row.int64(1)),
                       row.int64(2),
                       std::string(row.text(3)),
                       {static_cast<int>(row.int64(4)), std::string(row.text(5))}};
      },
      member_id, sign_us, kind);
}

constexpr Sql kFindTierMove{
    "SELECT move_day, from_tier_id, to_tier_id, reason, window_spend_minor, window_purchase_days,"
    " program_version FROM tier_moves WHERE member_id = $1 AND position = $2"};

absl::StatusOr<std::optional<TierMoveRow>> find_tier_move(Connection& connection, int64_t member_id,
                                                          int64_t position) {
  return query_one(
      connection, kFindTierMove,
      [](Statement& row) {
        return TierMoveRow{row.int64(0),
                           std::string(row.text(1)),
                           std::string(row.text(2)),
                           static_cast<int>(row.int64(3)),
                           row.int64(4),
                           row.int64(5),
                           row.int64(6)};
      },
      member_id, position);
}

constexpr Sql kListNumberedConsents{
    "SELECT position, channel, granted, wording, occurred_us, place FROM member_consents"
    " WHERE member_id = $1 ORDER BY position"};

absl::StatusOr<std::vector<Numbered<ConsentRow>>> list_numbered_consents(Connection& connection,
                                                                         int64_t member_id) {
  return query_all(
      connection, kListNumberedConsents,
      [](Statement& row) {
        return Numbered<ConsentRow>{
            row.int64(0),
            {static_cast<int>(row.int64(1)), row.int64(2) != 0, std::string(row.text(3)),
             row.int64(4), std::string(row.text(5))}};
      },
      member_id);
}

constexpr Sql kListNumberedNotes{
    "SELECT position, note_us, note, actor FROM member_notes WHERE member_id = $1"
    " ORDER BY position"};

absl::StatusOr<std::vector<Numbered<NoteRow>>> list_numbered_notes(Connection& connection,
                                                                   int64_t member_id) {
  return query_all(
      connection, kListNumberedNotes,
      [](Statement& row) {
        return Numbered<NoteRow>{
            row.int64(0), {row.int64(1), std::string(row.text(2)), std::string(row.text(3))}};
      },
      member_id);
}

// Kinds 4, 7 and 8 are notes, merges and their undoing.
constexpr Sql kListToldDecisions{
    "SELECT request_id, kind, decision_day, note, actor, record_us FROM decisions"
    " WHERE member_id = $1 AND kind NOT IN (4, 7, 8) ORDER BY record_us, request_id"};

absl::StatusOr<std::vector<DecisionRow>> list_told_decisions(Connection& connection,
                                                             int64_t member_id) {
  return query_all(
      connection, kListToldDecisions,
      [member_id](Statement& row) {
        DecisionRow decision;
        decision.request_id = std::string(row.text(0));
        decision.kind = static_cast<DecisionKind>(row.int64(1));
        decision.member_id = member_id;
        decision.decision_day = row.int64(2);
        decision.note = std::string(row.text(3));
        decision.actor = std::string(row.text(4));
        decision.record_us = row.int64(5);
        return decision;
      },
      member_id);
}

}  // namespace moadon::storage
