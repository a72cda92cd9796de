#include "server/operations/age_members.h"

#include <utility>

#include "rules/calendar.h"
#include "server/operations/member_change.h"
#include "server/operations/writer_state.h"
#include "server/storage/member_store.h"

namespace moadon {
namespace {

absl::StatusOr<AgedMembers> age(sqlite::Connection& connection, WriterState& state) {
  AgedMembers aged;
  if (!state.view()->has_program()) return aged;
  const auto due = storage::list_due_members(connection, day_number(state.today()), kAgeingBatch);
  if (!due.ok()) return due.status();
  for (const int64_t member_id : *due) {
    const auto row = storage::find_member(connection, member_id);
    if (!row.ok()) return row.status();
    MemberChange change(**row);
    change.restage(*(*row)->next_stage_day);
    const absl::Status written = change.finish(connection, state);
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
