// The loss account: what registers gave without the server that was not there any more. Rows are
// only ever added.
#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "absl/strings/string_view.h"
#include "server/storage/query.h"

namespace moadon::storage {

// As in the table; values never change.
enum class LossKind { kPoints = 1, kLimit = 2, kRight = 3 };

struct LossRow {
  std::string register_id;  // of the sale or return that caused it
  std::string receipt;
  int64_t position = 0;  // of the receipt, from 1
  LossKind kind = LossKind::kPoints;
  int64_t member_id = 0;  // the sale's
  int64_t sale_id = 0;    // also in the rows of its returns
  int64_t business_day = 0;
  int64_t points_milli = 0;
  int64_t amount_minor = 0;  // below zero: came back
  std::string benefit_id;    // empty: points
  int64_t grant_id = 0;      // 0: no right
  int64_t record_us = 0;
};

// Adds a row as the next of its receipt; its own position is not looked at.
absl::Status add_loss(Connection& connection, const LossRow& loss);

// Of one sale and its returns, by receipt and position.
absl::StatusOr<std::vector<LossRow>> list_losses_of_sale(Connection& connection, int64_t member_id,
                                                         int64_t sale_id);
// Of all sales of one member, by sale, receipt and position.
absl::StatusOr<std::vector<LossRow>> list_losses_of(Connection& connection, int64_t member_id);

// Business days, both included.
struct LossDays {
  int64_t from = 0;
  int64_t until = 0;
};
// A place in the order of list_losses.
struct LossPlace {
  int64_t business_day = 0;
  std::string register_id;
  std::string receipt;
  int64_t position = 0;
};
// At most `limit` after a place, by business day, register, receipt, position.
absl::StatusOr<std::vector<LossRow>> list_losses(Connection& connection, const LossDays& days,
                                                 const LossPlace& after, int limit);
// What they cost together.
absl::StatusOr<int64_t> sum_losses_minor(Connection& connection, const LossDays& days);

}  // namespace moadon::storage
