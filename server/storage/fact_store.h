// The facts that stages, days and sums are made of: sales and applied returns without their
// content.
#pragma once

#include <cstdint>
#include <optional>
#include <vector>

#include "server/storage/query.h"

namespace moadon::storage {

// What one sale brought (+), or one return took (-).
struct FactRow {
  int64_t member_id = 0;
  int64_t purchase_day = 0;
  int64_t fact_day = 0;      // counts from here
  int64_t fact_time_us = 0;  // the same as an instant
  int64_t units_milli = 0;
  int64_t spend_minor = 0;
  bool is_return = false;
};

// One member's.
absl::StatusOr<std::vector<FactRow>> list_facts(Connection& connection, int64_t member_id);

// All members' with ids in (after_id, until_id], by member: a merge of two scans that never holds
// more than a row. Uses the connection until it ends.
class FactReader final {
 public:
  FactReader(Connection& connection, int64_t after_id, int64_t until_id);

  // Appends the facts of `member_id` to `facts`. Ids asked for must grow; facts of members that
  // were not asked for are passed over.
  absl::Status read_until(int64_t member_id, std::vector<FactRow>& facts);

 private:
  struct Scan {
    Statement statement;
    std::optional<FactRow> next;
    bool ended = false;
  };

  static absl::Status advance(Scan& scan);
  static absl::Status take(Scan& scan, int64_t member_id, std::vector<FactRow>& facts);

  Scan sales_;
  Scan returns_;
};

}  // namespace moadon::storage
