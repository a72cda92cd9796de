#include "server/operations/member_days.h"

#include <algorithm>
#include <limits>
#include <map>

#include "rules/money.h"
#include "rules/refusal.h"

namespace moadon {
namespace {

constexpr int64_t kFirstDayEver = std::numeric_limits<int64_t>::min();
constexpr int64_t kLastDayEver = std::numeric_limits<int64_t>::max();

// Nearly a million of the largest baskets fit into a member's sum; what comes after them is the
// owner's to look at.
absl::Status add_to(int64_t& sum, int64_t amount) {
  const absl::optional<int64_t> whole = checked_add(sum, amount);
  if (!whole) {
    return refuse(v1::REASON_AMOUNT_OUT_OF_RANGE, "the member's sums cannot hold this amount",
                  {{"field", "member.net_spend_minor"}, {"limit", "2^63 - 1"}});
  }
  sum = *whole;
  return absl::OkStatus();
}

// Whether the member's first or last purchase day may be another one now.
absl::StatusOr<bool> keep_day(sqlite::Connection& connection, storage::MemberRow& row,
                              const DayDelta& delta) {
  storage::MemberDay kept{delta.day, 0, 0};
  if (row.last_fact_day) {
    auto found = storage::find_member_day(connection, row.member_id, delta.day);
    if (!found.ok()) return found.status();
    if (*found) kept = **found;
  }
  const bool was_purchase_day = kept.units_milli > 0;
  absl::Status added = add_to(kept.units_milli, delta.units_milli);
  added.Update(add_to(kept.spend_minor, delta.spend_minor));
  added.Update(add_to(row.net_spend_sum_minor, delta.spend_minor));
  if (!added.ok()) return added;
  const bool is_purchase_day = kept.units_milli > 0;
  bool lost_end = false;
  if (is_purchase_day && !was_purchase_day) {
    ++row.purchase_days;
    row.first_purchase_day = std::min(row.first_purchase_day.value_or(delta.day), delta.day);
    row.last_purchase_day = std::max(row.last_purchase_day.value_or(delta.day), delta.day);
  } else if (was_purchase_day && !is_purchase_day) {
    --row.purchase_days;
    lost_end = delta.day == row.first_purchase_day || delta.day == row.last_purchase_day;
  }
  const absl::Status written = storage::keep_member_day(connection, row.member_id, kept);
  if (!written.ok()) return written;
  return lost_end;
}

absl::Status find_ends(sqlite::Connection& connection, storage::MemberRow& row) {
  const auto first = storage::first_purchase_day(connection, row.member_id);
  if (!first.ok()) return first.status();
  const auto last = storage::last_purchase_day(connection, row.member_id, kLastDayEver);
  if (!last.ok()) return last.status();
  row.first_purchase_day = *first;
  row.last_purchase_day = *last;
  return absl::OkStatus();
}

}  // namespace

absl::Status keep_days(sqlite::Connection& connection, storage::MemberRow& row,
                       absl::Span<const DayDelta> deltas) {
  bool lost_end = false;
  for (const DayDelta& delta : deltas) {
    if (delta.units_milli == 0 && delta.spend_minor == 0) continue;
    const absl::StatusOr<bool> kept = keep_day(connection, row, delta);
    if (!kept.ok()) return kept.status();
    lost_end = lost_end || *kept;
  }
  return lost_end ? find_ends(connection, row) : absl::OkStatus();
}

absl::Status keep_days_anew(sqlite::Connection& connection, storage::MemberRow& row,
                            absl::Span<const storage::FactRow> facts) {
  std::map<int64_t, storage::MemberDay> days;
  row.net_spend_sum_minor = 0;
  for (const storage::FactRow& fact : facts) {
    storage::MemberDay& day = days[fact.purchase_day];
    day.day = fact.purchase_day;
    absl::Status added = add_to(day.units_milli, fact.units_milli);
    added.Update(add_to(day.spend_minor, fact.spend_minor));
    added.Update(add_to(row.net_spend_sum_minor, fact.spend_minor));
    if (!added.ok()) return added;
  }
  const auto before = storage::list_member_days(connection, row.member_id, kFirstDayEver);
  if (!before.ok()) return before.status();
  for (const storage::MemberDay& kept : *before)
    days.try_emplace(kept.day, storage::MemberDay{kept.day, 0, 0});
  row.purchase_days = 0;
  row.first_purchase_day.reset();
  row.last_purchase_day.reset();
  for (const auto& [number, day] : days) {
    const absl::Status kept = storage::keep_member_day(connection, row.member_id, day);
    if (!kept.ok()) return kept;
    if (day.units_milli <= 0) continue;
    ++row.purchase_days;
    if (!row.first_purchase_day) row.first_purchase_day = number;
    row.last_purchase_day = number;
  }
  return absl::OkStatus();
}

}  // namespace moadon
