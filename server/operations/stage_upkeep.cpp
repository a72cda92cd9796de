#include "server/operations/stage_upkeep.h"

#include <algorithm>
#include <limits>
#include <optional>
#include <vector>

#include "rules/calendar.h"
#include "server/operations/member_timeline.h"
#include "server/storage/stage_move_store.h"

namespace moadon {
namespace {

constexpr int64_t kFirstDayEver = std::numeric_limits<int64_t>::min();

int64_t longest_window_days(const StageVersions& versions) {
  int64_t days = 0;
  for (const StageVersion& version : versions) {
    days = std::max(days, version.numbers.loyal_window_days);
  }
  return days;
}

// What the row says of the days on which facts count.
void note_fact(storage::MemberRow& row, const storage::FactRow& fact) {
  row.last_fact_day = std::max(row.last_fact_day.value_or(fact.fact_day), fact.fact_day);
  if (fact.units_milli >= 0 && fact.spend_minor >= 0) return;
  row.last_return_day = std::max(row.last_return_day.value_or(fact.fact_day), fact.fact_day);
}

// Whether the path can go on from the end of the day before `start_day`: all that counted up to it
// is summed up in days, and what is new comes one by one and touches no day older than the windows.
bool goes_on(const storage::MemberRow& row, const Learnt& learnt, const StageVersions& versions,
             int64_t start_day, int64_t today) {
  if (learnt.is_anew || start_day > today) return false;
  if (row.last_fact_day.value_or(kFirstDayEver) > start_day) return false;
  const int64_t older_until = start_day - longest_window_days(versions);
  return std::all_of(
      learnt.added.begin(), learnt.added.end(),
      [older_until](const storage::FactRow& fact) { return fact.purchase_day > older_until; });
}

// The days inside the longest window before `start_day`, the older ones summed up, and the new
// facts one by one.
absl::StatusOr<MemberTimeline> recent_timeline(sqlite::Connection& connection,
                                               const storage::MemberRow& row, const Learnt& learnt,
                                               int64_t older_until) {
  absl::StatusOr<MemberTimeline> begun = signs_timeline(connection, Living(row));
  if (!begun.ok()) return begun;
  MemberTimeline& timeline = *begun;
  if (row.last_fact_day) {
    auto days = storage::list_member_days(connection, row.member_id, older_until);
    if (!days.ok()) return days.status();
    timeline.older.count = row.purchase_days;
    timeline.facts.reserve(days->size() + learnt.added.size());
    for (const storage::MemberDay& day : *days) {
      timeline.facts.push_back(spend_fact_of(day));
      if (day.units_milli > 0) --timeline.older.count;
    }
    if (timeline.older.count > 0) {
      const auto last = storage::last_purchase_day(connection, row.member_id, older_until);
      if (!last.ok()) return last.status();
      timeline.older.first_day = day_of_number(*row.first_purchase_day);
      timeline.older.last_day = day_of_number(**last);
    }
  }
  for (const storage::FactRow& fact : learnt.added) timeline.facts.push_back(spend_fact_of(fact));
  return begun;
}

// Puts the moves of `path` in the place of those on `from_day` and later, writing only what
// differs. `since_before` is the day of the last move before.
absl::Status keep_path(sqlite::Connection& connection, const StagePath& path, int64_t from_day,
                       std::optional<int64_t> since_before, storage::MemberRow& row) {
  std::vector<storage::StageMoveRow> kept;
  if (row.stage_since_day && *row.stage_since_day >= from_day) {
    auto found = storage::list_stage_moves(connection, row.member_id, from_day);
    if (!found.ok()) return found.status();
    kept = *std::move(found);
  }
  std::vector<storage::StageMoveRow> moves;
  moves.reserve(path.steps.size());
  for (const StageStep& step : path.steps) moves.push_back(move_row_of(step));
  size_t same = 0;
  while (same < kept.size() && same < moves.size() && kept[same] == moves[same]) ++same;
  if (same < kept.size()) {
    int64_t first_lost = kept[same].move_day;
    if (same < moves.size()) first_lost = std::min(first_lost, moves[same].move_day);
    const absl::Status lost =
        storage::delete_stage_moves_from(connection, row.member_id, first_lost);
    if (!lost.ok()) return lost;
  }
  for (size_t i = same; i < moves.size(); ++i) {
    const absl::Status inserted = storage::insert_stage_move(connection, row.member_id, moves[i]);
    if (!inserted.ok()) return inserted;
  }
  row.stage = path.at_end.stage;
  row.stage_since_day = moves.empty() ? since_before : std::optional(moves.back().move_day);
  row.next_stage_day.reset();
  if (path.next_day) row.next_stage_day = day_number(*path.next_day);
  return absl::OkStatus();
}

absl::Status stage_on(sqlite::Connection& connection, const StageVersions& versions,
                      const Learnt& learnt, int64_t start_day, int64_t today,
                      storage::MemberRow& row) {
  const absl::StatusOr<MemberTimeline> timeline =
      recent_timeline(connection, row, learnt, start_day - longest_window_days(versions));
  if (!timeline.ok()) return timeline.status();
  PathStart start;
  start.day = day_of_number(start_day);
  start.return_counted = row.last_return_day == start_day;
  std::optional<int64_t> since_before = row.stage_since_day;
  start.stage = static_cast<v1::Stage>(row.stage);
  if (since_before && *since_before >= start_day) {
    const auto move = storage::last_stage_move_before(connection, row.member_id, start_day);
    if (!move.ok()) return move.status();
    start.stage = *move ? static_cast<v1::Stage>((*move)->to_stage) : v1::STAGE_UNSPECIFIED;
    since_before = *move ? std::optional<int64_t>((*move)->move_day) : std::nullopt;
  }
  const absl::Status kept = keep_days(connection, row, learnt.deltas);
  if (!kept.ok()) return kept;
  for (const storage::FactRow& fact : learnt.added) note_fact(row, fact);
  const StagePath path = stage_path(*timeline, versions, day_of_number(today), start);
  return keep_path(connection, path, start_day, since_before, row);
}

// The whole path from the facts that the member has now.
absl::Status stage_by_life(sqlite::Connection& connection, const StageVersions& versions,
                           const MemberLife& life, int64_t today, storage::MemberRow& row) {
  row.last_fact_day.reset();
  row.last_return_day.reset();
  for (const storage::FactRow& fact : life.facts) note_fact(row, fact);
  const StagePath path = stage_path(timeline_of(Living(row), life), versions, day_of_number(today));
  return keep_path(connection, path, kFirstDayEver, std::nullopt, row);
}

absl::Status stage_anew(sqlite::Connection& connection, const StageVersions& versions,
                        const Learnt& learnt, int64_t today, storage::MemberRow& row) {
  const absl::Status kept = keep_days(connection, row, learnt.deltas);
  if (!kept.ok()) return kept;
  const absl::StatusOr<MemberLife> life = member_life(connection, Living(row));
  if (!life.ok()) return life.status();
  return stage_by_life(connection, versions, *life, today, row);
}

// Of a member who had a part in a merge: days come and go by it, too. Who is part of another has
// moves of the past alone.
absl::Status stage_merged(sqlite::Connection& connection, const StageVersions& versions,
                          int64_t today, storage::MemberRow& row) {
  const absl::StatusOr<MemberLife> life = member_life(connection, Living(row));
  if (!life.ok()) return life.status();
  absl::Span<const storage::FactRow> counted = life->facts;
  if (row.merged_into) counted = {};
  absl::Status kept = keep_days_anew(connection, row, counted);
  if (kept.ok()) kept = stage_by_life(connection, versions, *life, today, row);
  if (!row.merged_into) return kept;
  row.last_fact_day.reset();
  row.last_return_day.reset();
  row.next_stage_day.reset();
  return kept;
}

}  // namespace

absl::Status keep_stage(sqlite::Connection& connection, const StageVersions& versions,
                        const Learnt& learnt, int64_t today, storage::MemberRow& row) {
  if (row.merge_count > 0) return stage_merged(connection, versions, today, row);
  // A stage that was due before is decided on the way.
  const int64_t start_day = std::min(learnt.from_day, row.next_stage_day.value_or(learnt.from_day));
  return goes_on(row, learnt, versions, start_day, today)
             ? stage_on(connection, versions, learnt, start_day, today, row)
             : stage_anew(connection, versions, learnt, today, row);
}

}  // namespace moadon
