// Everything that is kept of the promises to one member, as rows, for verify: read only.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "absl/strings/string_view.h"
#include "server/storage/loss_store.h"
#include "server/storage/query.h"

namespace moadon::storage {

// What the member's own row says of promises.
struct KeptStanding {
  int64_t points_deficit_milli = 0;
  int64_t points_entry_number = 0;
  std::optional<int64_t> next_points_day;
  std::string tier_id;
  std::optional<int64_t> tier_since_day;
  std::optional<int64_t> next_tier_day;
  std::optional<int64_t> next_stage_day;
  std::optional<int64_t> next_due_day;
  int64_t right_count = 0;
  int64_t use_count = 0;
  int64_t tag_count = 0;
  int64_t lock_count = 0;
  int64_t tags = 0;  // rows there are
};

struct KeptLot {
  int64_t lot_number = 0;
  std::string source;
  int64_t usable_day = 0;
  std::optional<int64_t> expire_day;
  int64_t granted_milli = 0;
  int64_t left_milli = 0;
  int64_t held_milli = 0;
  int64_t spent_milli = 0;
  int64_t expired_milli = 0;
  int64_t reversed_milli = 0;
  int64_t deficit_paid_milli = 0;
};

struct KeptEntry {
  int64_t entry_number = 0;
  int64_t entry_day = 0;
  int kind = 0;  // v1::PointsEntryKind
  int64_t points_milli = 0;
  std::string source;
  int64_t lot_number = 0;
  int64_t record_us = 0;
};

struct KeptRight {
  int64_t grant_id = 0;
  std::string right_id;
  std::string source;
  int64_t sale_id = 0;
  int64_t position = 0;
  int64_t granted_day = 0;
  int64_t from_day = 0;
  std::optional<int64_t> until_day;
  int64_t use_count = 0;
  int64_t amount_minor = 0;
  bool is_single_use = false;
  int64_t uses_left = 0;
  int64_t amount_left_minor = 0;
  int64_t uses_held = 0;
  int64_t amount_held_minor = 0;
  std::optional<int64_t> withdrawn_day;
};

struct KeptRightUse {
  int64_t sale_id = 0;
  int64_t position = 0;
  int64_t grant_id = 0;
  int64_t use_count = 0;
  int64_t amount_minor = 0;
  bool is_standing = false;
};

struct KeptBenefitUse {
  std::string benefit_id;
  int64_t day = 0;
  int64_t sale_id = 0;
  int64_t saved_minor = 0;
  bool is_standing = false;
};

struct KeptVerdict {
  int64_t sale_id = 0;
  int64_t occasion_day = 0;
  int64_t occasion_minute = 0;
  std::string verdict;
  std::string facts;
  int64_t lot_number = 0;
  int64_t earned_milli = 0;
  int64_t spent_milli = 0;
};

// Points of one lot that a sale spends, or a hold sets aside.
struct KeptPart {
  int64_t owner_id = 0;  // sale or hold
  int64_t lot_number = 0;
  int64_t points_milli = 0;
};

struct KeptHold {
  int64_t hold_id = 0;
  std::string register_id;
  int64_t points_milli = 0;
  int64_t place_us = 0;
  bool is_open = false;
  bool has_lapsed = false;
};

// Uses of one right that an open hold sets aside.
struct KeptHeldRight {
  int64_t grant_id = 0;
  int64_t use_count = 0;
  int64_t amount_minor = 0;
};

struct KeptDecision {
  std::string request_id;
  int kind = 0;  // as in decisions
  int64_t decision_day = 0;
  int64_t record_us = 0;
};

struct KeptPromises {
  KeptStanding standing;
  std::vector<KeptLot> lots;       // by number
  std::vector<KeptEntry> entries;  // by number
  std::vector<KeptRight> rights;   // by id
  std::vector<KeptRightUse> right_uses;
  std::vector<KeptBenefitUse> benefit_uses;
  std::vector<KeptVerdict> verdicts;  // by sale
  std::vector<KeptPart> sale_parts;
  std::vector<KeptHold> holds;
  std::vector<KeptPart> open_hold_parts;
  std::vector<KeptHeldRight> open_hold_rights;
  std::vector<KeptDecision> decisions;
  std::vector<LossRow> losses;
};

absl::StatusOr<KeptPromises> read_kept_promises(Connection& connection, int64_t member_id);

// The verdict of one sale; empty: none.
absl::StatusOr<std::optional<KeptVerdict>> find_kept_verdict(Connection& connection,
                                                             int64_t member_id, int64_t sale_id);

// The use of a benefit by a sale of nobody; empty: none.
absl::StatusOr<std::optional<KeptBenefitUse>> find_nobodys_use(Connection& connection,
                                                               absl::string_view benefit_id,
                                                               int64_t day, int64_t sale_id);

// What a member's ledger sums to at the end of a day, with what holds set aside counted in.
absl::StatusOr<int64_t> points_as_of_day(Connection& connection, int64_t member_id, int64_t day);

// Uses of one benefit by the club at one register: as kept, and as the sales sum up to.
struct WrongClubUse {
  std::string benefit_id;
  std::string register_id;
  int64_t kept_count = 0;
  int64_t kept_saved_minor = 0;
  int64_t use_count = 0;
  int64_t saved_minor = 0;
};
// Those in which the two differ.
absl::StatusOr<std::vector<WrongClubUse>> list_wrong_club_uses(Connection& connection);

}  // namespace moadon::storage
