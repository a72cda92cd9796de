// Reads what questions of groups are about, one member after another in the order of ids.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "absl/strings/string_view.h"
#include "server/storage/member_store.h"
#include "server/storage/query.h"

namespace moadon::storage {

// Rows of one kind that belong to members, read beside a scan of those: never holds more than one.
// Uses the connection until it ends.
template <typename Row>
class RowsOfMembers final {
 public:
  using Read = Row (*)(const Statement&);

  // `statement` orders by member, which is its first column; $1 and $2 are the ids that bound it:
  // (after, until].
  RowsOfMembers(Statement statement, Read read_row)
      : statement_(std::move(statement)), read_(read_row) {}

  // Calls `take(row)` for each row of the member; views in it are good until `take` returns. Ids
  // may be asked for in any order; the way to the next one is the shortest, and long ways cost as
  // much as a lookup.
  template <typename Take>
  absl::Status read(int64_t member_id, Take take) {
    if (member_id <= asked_id_) seek(member_id);
    asked_id_ = member_id;
    for (int passed = 0; !has_ended_;) {
      if (!has_row_) {
        const absl::StatusOr<bool> row = statement_.step();
        if (!row.ok()) return row.status();
        has_row_ = *row;
        has_ended_ = !*row;
        continue;
      }
      const int64_t owner_id = statement_.int64(0);
      if (owner_id > member_id) break;
      has_row_ = false;
      if (owner_id == member_id) {
        take(read_(statement_));
      } else if (++passed == kRowsToPass) {
        seek(member_id);
      }
    }
    return absl::OkStatus();
  }

 private:
  // Rows of other members worth stepping over before a lookup is quicker.
  static constexpr int kRowsToPass = 6;

  void seek(int64_t member_id) {
    statement_.reset();
    statement_.bind(1, member_id - 1);
    has_row_ = false;
    has_ended_ = false;
  }

  Statement statement_;
  Read read_;
  int64_t asked_id_ = kNobody;
  bool has_row_ = false;
  bool has_ended_ = false;
};

// Where a member stands, as kept; fields as in MemberRow.
struct StandingRow {
  int64_t member_id = kNobody;
  int64_t met_day = 0;
  bool has_signed_up = false;
  int64_t purchase_days = 0;
  std::optional<int64_t> first_purchase_day;
  std::optional<int64_t> last_purchase_day;
  int64_t net_spend_sum_minor = 0;
  int stage = 0;
  std::optional<int64_t> next_stage_day;
  std::string tier_id;
  std::optional<int64_t> next_tier_day;
  bool is_merged = false;  // part of another member
  int64_t merge_count = 0;
  bool is_archived = false;
  bool refuses = false;
};

// All members with ids in (after_id, until_id]. Uses the connection until it ends.
class StandingScan final {
 public:
  StandingScan(Connection& connection, int64_t after_id, int64_t until_id);

  // False: there are no more.
  absl::StatusOr<bool> next(StandingRow& row);

 private:
  Statement statement_;
};

struct ProfileRow {
  absl::string_view first_name;
  absl::string_view last_name;
  absl::string_view birth_date;
  absl::string_view anniversary_date;
  int gender = 0;
  int family_status = 0;
  absl::string_view city;
  absl::string_view language_code;
  int preferred_channel = 0;
};

struct ConsentWord {
  int channel = 0;
  bool granted = false;
  int64_t occurred_us = 0;
};

struct CustomValueRow {
  absl::string_view field_id;
  absl::string_view value;
};

struct FirstContactRow {
  int64_t branch_us = 0;
  absl::string_view branch_id;
  std::optional<int64_t> source_us;
  int source_kind = 0;
  absl::string_view source_name;
};

// Of a sale, that somebody kept something of.
struct KeptLine {
  int64_t sale_id = 0;
  int64_t business_day = 0;
  absl::string_view sku;
  absl::string_view category;
  absl::string_view brand;
  int64_t kept_milli = 0;
};

struct SaleBranch {
  int64_t sale_id = 0;
  absl::string_view branch_id;
};

// Members with ids in (after_id, until_id].
struct MemberSpan {
  int64_t after_id = kNobody;
  int64_t until_id = kNobody;
};

RowsOfMembers<ProfileRow> profiles(Connection& connection, MemberSpan span);
// v1 kinds of keys, one by one.
RowsOfMembers<int> key_kinds(Connection& connection, MemberSpan span);
// In the order in which they were written down.
RowsOfMembers<ConsentWord> consent_words(Connection& connection, MemberSpan span);
RowsOfMembers<absl::string_view> tags_of_members(Connection& connection, MemberSpan span);
RowsOfMembers<CustomValueRow> custom_values(Connection& connection, MemberSpan span);
RowsOfMembers<FirstContactRow> first_contacts(Connection& connection, MemberSpan span);
// Purchase days after `after_day`.
RowsOfMembers<MemberDay> days_of_members(Connection& connection, MemberSpan span,
                                         int64_t after_day);
// Points of lots that can be spent on `day`.
RowsOfMembers<int64_t> usable_points(Connection& connection, MemberSpan span, int64_t day);
// Lines of sales after `after_day`, by sale; without deposits.
RowsOfMembers<KeptLine> kept_lines(Connection& connection, MemberSpan span, int64_t after_day);
// Sales after `after_day`, by id.
RowsOfMembers<SaleBranch> sale_branches(Connection& connection, MemberSpan span, int64_t after_day);

// A member who is part of another one now.
struct MergeInForce {
  int64_t kept_id = kNobody;
  int64_t lost_id = kNobody;
};
absl::StatusOr<std::vector<MergeInForce>> list_merges_in_force(Connection& connection);

}  // namespace moadon::storage
