// What owners decided by hand: each once, with why and who.
#pragma once

#include <cstdint>
#include <optional>
#include <string>

#include "absl/strings/string_view.h"
#include "server/storage/query.h"

namespace moadon::storage {

// As v1::DecisionKind.
enum class DecisionKind {
  kPoints = 1,
  kRight = 2,
  kTier = 3,
  kNote = 4,
  kRefuses = 5,
  kWants = 6,
  kMerge = 7,
  kUndoMerge = 8,
  kKeep = 9,
  kContact = 10,
  kArchive = 11,
  kErase = 12,
};

struct DecisionRow {
  std::string request_id;
  DecisionKind kind = DecisionKind::kPoints;
  int64_t member_id = 0;
  std::string digest;        // of the request
  int64_t decision_day = 0;  // the club's business date
  std::string note;
  std::string actor;
  int64_t record_us = 0;
  std::string answer;  // the serialized response, as first given
};

absl::StatusOr<std::optional<DecisionRow>> find_decision(Connection& connection,
                                                         absl::string_view request_id);
// Never changed, never removed.
absl::Status insert_decision(Connection& connection, const DecisionRow& row);

}  // namespace moadon::storage
