// Reads members in bulk, in the order of ids: what reports over the whole club need of each, and
// no more.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "server/storage/member_store.h"
#include "server/storage/query.h"

namespace moadon::storage {

// Makes the connection, on which a transaction was begun, stay at the newest commit.
absl::Status pin_snapshot(Connection& connection);

// The last ids of `count` ranges, each but the last of about as many members, growing; fewer when
// there are few members.
absl::StatusOr<std::vector<int64_t>> split_members(Connection& connection, int count);

// The part of a MemberRow that stages and sums need. Fields as there.
struct ScannedMember {
  int64_t member_id = kNobody;
  int64_t met_time_us = 0;
  int64_t met_day = 0;
  std::optional<int64_t> enrolled_time_us;
  std::optional<int64_t> enrolled_day;
  int64_t purchase_days = 0;
  std::optional<int64_t> first_purchase_day;
  std::optional<int64_t> last_purchase_day;
  int64_t net_spend_sum_minor = 0;
  std::optional<int64_t> last_return_day;
  int stage = 0;
  int64_t points_entry_number = 0;
  int64_t lock_count = 0;
  std::optional<int64_t> merged_into;
  int64_t merge_count = 0;
  int64_t sign_count = 0;
  std::optional<int64_t> archive_us;
  std::optional<int64_t> refuse_us;
  std::optional<int64_t> erase_us;
};

// All members with ids in (after_id, until_id]. Uses the connection until it ends.
class MemberScan final {
 public:
  MemberScan(Connection& connection, int64_t after_id, int64_t until_id);

  // False: there are no more.
  absl::StatusOr<bool> next(ScannedMember& member);

 private:
  Statement statement_;
};

// Rows that belong to members, beside a scan of those: never holds more than a row.
template <typename Row>
class RowsBesideMembers final {
 public:
  // A row and whose it is.
  struct Owned {
    int64_t member_id = kNobody;
    Row row;
  };
  using Read = Owned (*)(const Statement&);

  // `statement` is bound, and orders by member.
  RowsBesideMembers(Statement statement, Read read)
      : statement_(std::move(statement)), read_(read) {}

  // Calls `take(row)` for each of the member's. Ids asked for must grow; rows of members that were
  // not asked for are passed over.
  template <typename Take>
  absl::Status read_until(int64_t member_id, Take take) {
    while (!ended_) {
      if (!next_ || next_->member_id < member_id) {
        const absl::StatusOr<bool> row = statement_.step();
        if (!row.ok()) return row.status();
        ended_ = !*row;
        next_.reset();
        if (*row) next_ = read_(statement_);
        continue;
      }
      if (next_->member_id > member_id) break;
      take(std::move(next_->row));
      next_.reset();
    }
    return absl::OkStatus();
  }

 private:
  Statement statement_;
  Read read_;
  std::optional<Owned> next_;
  bool ended_ = false;
};

// Purchase days of all members with ids in (after_id, until_id]. Uses the connection until it ends.
class DayReader final {
 public:
  DayReader(Connection& connection, int64_t after_id, int64_t until_id);

  // Appends the member's purchase days to `days`, oldest first. Ids asked for must grow.
  absl::Status read_until(int64_t member_id, std::vector<MemberDay>& days);

 private:
  RowsBesideMembers<MemberDay> rows_;
};

// Where a member came from, as in member_origins.
struct ScannedOrigin {
  std::string branch_id;
  int source_kind = 0;  // v1::SourceKind
  std::string source_name;
};

// Origins of all members with ids in (after_id, until_id]. Uses the connection until it ends.
class OriginReader final {
 public:
  OriginReader(Connection& connection, int64_t after_id, int64_t until_id);

  // The member's; of one without any the default. Ids asked for must grow.
  absl::StatusOr<ScannedOrigin> read_until(int64_t member_id);

 private:
  RowsBesideMembers<ScannedOrigin> rows_;
};

}  // namespace moadon::storage
