#include "server/operations/age_members.h"

#include <optional>
#include <utility>

#include "rules/calendar.h"
#include "server/operations/member_change.h"
#include "server/operations/member_points.h"
#include "server/operations/writer_state.h"
#include "server/storage/member_store.h"

namespace moadon {
namespace {

bool is_due(const std::optional<int64_t>& day, int64_t today) { return day && *day <= today; }

absl::Status age_one(sqlite::Connection& connection, WriterState& state,
                     const storage::MemberRow& row) {
  const int64_t today = day_number(state.today());
  MemberChange change(row);
  if (is_due(row.next_points_day, today)) {
    // The account passes to today by itself; what became usable is seen in the facts alone.
    MemberPoints points(connection, state, change.row_to_edit());
    const auto account = points.account();
    if (!account.ok()) return account.status();
    const absl::StatusOr<bool> kept = points.keep();
    if (!kept.ok()) return kept.status();
    change.touch();
  }
  if (is_due(row.next_stage_day, today)) change.restage(*row.next_stage_day);
  if (is_due(row.next_tier_day, today)) change.restage(*row.next_tier_day);
  return change.finish(connection, state);
}

absl::StatusOr<AgedMembers> age(sqlite::Connection& connection, WriterState& state) {
  AgedMembers aged;
  if (!state.view()->has_program()) return aged;
  const auto due = storage::list_due_members(connection, day_number(state.today()), kAgeingBatch);
  if (!due.ok()) return due.status();
  for (const int64_t member_id : *due) {
    const auto row = storage::find_member(connection, member_id);
    if (!row.ok()) return row.status();
    const absl::Status written = age_one(connection, state, **row);
    if (!written.ok()) return written;
    ++aged.member_count;
  }
  aged.has_more = aged.member_count == kAgeingBatch;
  return aged;
}

}  // namespace

void age_members(Club& club, Answer<AgedMembers> answer) {
  club.write<AgedMembers>(age, std::move(answer));
}

}  // namespace moadon
