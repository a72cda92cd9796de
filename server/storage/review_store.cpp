#include "server/storage/review_store.h"

namespace moadon::storage {
namespace {

// Every list of a review's columns is in this order.
ReviewRow read_review(Statement& row) {
  return {static_cast<int>(row.int64(0)), row.int64(1), row.int64(2), std::string(row.text(3)),
          std::string(row.text(4))};
}

}  // namespace

constexpr Sql kCountReviews{
    "SELECT COALESCE(MAX(position), 0) FROM member_reviews WHERE member_id = $1"};
constexpr Sql kInsertReview{
    "INSERT INTO member_reviews (member_id, position, outcome, review_day, review_us, note, actor)"
    " VALUES ($1, $2, $3, $4, $5, $6, $7)"};

absl::Status insert_review(Connection& connection, int64_t member_id, const ReviewRow& review) {
  const absl::StatusOr<int64_t> before = query_int64(connection, kCountReviews, member_id);
  if (!before.ok()) return before.status();
  return execute(connection, kInsertReview, member_id, *before + 1, review.outcome,
                 review.review_day, review.review_us, review.note, review.actor);
}

constexpr Sql kListReviews{
    "SELECT outcome, review_day, review_us, note, actor FROM member_reviews"
    " WHERE member_id = $1 ORDER BY position"};

absl::StatusOr<std::vector<ReviewRow>> list_reviews(Connection& connection, int64_t member_id) {
  return query_all(connection, kListReviews, read_review, member_id);
}

constexpr Sql kFindLastReview{
    "SELECT outcome, review_day, review_us, note, actor FROM member_reviews"
    " WHERE member_id = $1 ORDER BY position DESC LIMIT 1"};

absl::StatusOr<std::optional<ReviewRow>> find_last_review(Connection& connection,
                                                          int64_t member_id) {
  return query_one(connection, kFindLastReview, read_review, member_id);
}

constexpr Sql kListReviewable{
    "SELECT member_id FROM members WHERE member_id > $1 AND archive_us IS NULL"
    " AND erase_us IS NULL AND merged_into IS NULL ORDER BY member_id LIMIT $2"};

absl::StatusOr<std::vector<int64_t>> list_reviewable(Connection& connection, int64_t after_id,
                                                     int limit) {
  return query_all(
      connection, kListReviewable, [](Statement& row) { return row.int64(0); }, after_id, limit);
}

constexpr Sql kLastSignDay{"SELECT MAX(sign_day) FROM member_signs WHERE member_id = $1"};

absl::StatusOr<std::optional<int64_t>> last_sign_day(Connection& connection, int64_t member_id) {
  const auto day = query_one(
      connection, kLastSignDay, [](Statement& row) { return row.optional_int64(0); }, member_id);
  if (!day.ok()) return day.status();
  return day->value_or(std::nullopt);
}

constexpr Sql kScanKeptLines{
    "SELECT sale_id, line_no, sku, category, brand FROM sale_lines"
    " WHERE member_id = $1 AND is_deposit = 0 AND returned_milli < quantity_milli"
    " ORDER BY sale_id, line_no"};

absl::Status scan_kept_lines(Connection& connection, int64_t member_id,
                             absl::FunctionRef<absl::StatusOr<bool>(const KeptLine&)> take) {
  Statement statement = connection.statement(kScanKeptLines);
  statement.bind_all(member_id);
  while (true) {
    const absl::StatusOr<bool> row = statement.step();
    if (!row.ok()) return row.status();
    if (!*row) return absl::OkStatus();
    const absl::StatusOr<bool> go_on =
        take({statement.int64(0), statement.int64(1), std::string(statement.text(2)),
              std::string(statement.text(3)), std::string(statement.text(4))});
    if (!go_on.ok()) return go_on.status();
    if (!*go_on) return absl::OkStatus();
  }
}

}  // namespace moadon::storage
