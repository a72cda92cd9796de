#include "server/operations/member_change.h"

#include <algorithm>
#include <limits>

#include "rules/calendar.h"
#include "rules/money.h"
#include "rules/refusal.h"
#include "server/operations/member_timeline.h"
#include "server/storage/stage_move_store.h"

namespace moadon {
namespace {

constexpr int64_t kFirstDayEver = std::numeric_limits<int64_t>::min();
constexpr int64_t kLastDayEver = std::numeric_limits<int64_t>::max();

int64_t longest_window_days(const StageVersions& versions) {
  int64_t days = 0;
  for (const StageVersion& version : versions) {
    days = std::max(days, version.numbers.loyal_window_days);
  }
  return days;
}

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

}  // namespace

void MemberChange::met(int64_t time_us, int64_t day) {
  if (!is_met_) {
    is_met_ = true;
    row_.met_time_us = time_us;
    row_.met_day = day;
    from(day);
    return;
  }
  if (time_us < row_.met_time_us) {
    row_.met_time_us = time_us;
    is_visible_ = true;
  }
  if (day < row_.met_day) {
    row_.met_day = day;
    is_anew_ = true;
    from(day);
  }
}

void MemberChange::enrolled(int64_t time_us, int64_t day) {
  if (!row_.enrolled_time_us || time_us < *row_.enrolled_time_us) {
    row_.enrolled_time_us = time_us;
    is_visible_ = true;
  }
  if (!row_.enrolled_day || day < *row_.enrolled_day) {
    row_.enrolled_day = day;
    is_anew_ = is_anew_ || !is_new_;
    from(day);
  }
}

void MemberChange::add(const storage::FactRow& fact) {
  added_.push_back(fact);
  add_delta(fact.purchase_day, fact.units_milli, fact.spend_minor);
  from(fact.fact_day);
}

void MemberChange::correct(int64_t purchase_day, int64_t units_milli, int64_t spend_minor) {
  add_delta(purchase_day, -units_milli, -spend_minor);
  is_anew_ = true;
  from(purchase_day);
}

void MemberChange::restage(int64_t day) { from(day); }

void MemberChange::add_delta(int64_t day, int64_t units_milli, int64_t spend_minor) {
  for (DayDelta& delta : deltas_) {
    if (delta.day != day) continue;
    delta.units_milli += units_milli;
    delta.spend_minor += spend_minor;
    return;
  }
  deltas_.push_back({day, units_milli, spend_minor});
}

void MemberChange::from(int64_t day) { from_day_ = from_day_ ? std::min(*from_day_, day) : day; }

absl::Status MemberChange::finish(sqlite::Connection& connection, WriterState& state) {
  if (!from_day_ && !is_visible_ && !is_new_) return absl::OkStatus();
  state.note_change(row_.member_id);
  const storage::MemberRow before = row_;
  const int64_t today = day_number(state.today());
  if (from_day_) {
    // A stage that was due before is decided on the way.
    const int64_t start_day = std::min(*from_day_, row_.next_stage_day.value_or(*from_day_));
    const StageVersions& versions = state.view()->stage_versions();
    const absl::Status staged = goes_on(versions, start_day, today)
                                    ? stage_on(connection, versions, start_day, today)
                                    : stage_anew(connection, versions, today);
    if (!staged.ok()) return staged;
  }
  const bool moved = row_.stage != before.stage || row_.stage_since_day != before.stage_since_day;
  if (is_visible_ || is_new_ || moved || !added_.empty() || !deltas_.empty()) {
    ++row_.snapshot;
    row_.changed_us = state.next_change_us();
  }
  return is_new_ ? storage::insert_member(connection, row_)
                 : storage::update_member(connection, row_);
}

// Whether the path can go on from the end of the day before `start_day`: all that counted up to it
// is summed up in days, and what is new comes one by one and touches no day older than the windows.
bool MemberChange::goes_on(const StageVersions& versions, int64_t start_day, int64_t today) const {
  if (is_anew_ || start_day > today) return false;
  if (row_.last_fact_day.value_or(kFirstDayEver) > start_day) return false;
  const int64_t older_until = start_day - longest_window_days(versions);
  return std::all_of(added_.begin(), added_.end(), [older_until](const storage::FactRow& fact) {
    return fact.purchase_day > older_until;
  });
}

absl::Status MemberChange::stage_on(sqlite::Connection& connection, const StageVersions& versions,
                                    int64_t start_day, int64_t today) {
  absl::StatusOr<MemberTimeline> timeline = recent_timeline(connection, start_day, versions);
  if (!timeline.ok()) return timeline.status();
  PathStart start;
  start.day = day_of_number(start_day);
  start.return_counted = row_.last_return_day == start_day;
  std::optional<int64_t> since_before = row_.stage_since_day;
  start.stage = static_cast<v1::Stage>(row_.stage);
  if (since_before && *since_before >= start_day) {
    const auto move = storage::last_stage_move_before(connection, row_.member_id, start_day);
    if (!move.ok()) return move.status();
    start.stage = *move ? static_cast<v1::Stage>((*move)->to_stage) : v1::STAGE_UNSPECIFIED;
    since_before = *move ? std::optional<int64_t>((*move)->move_day) : std::nullopt;
  }
  absl::Status kept = keep_days(connection);
  if (!kept.ok()) return kept;
  for (const storage::FactRow& fact : added_) {
    row_.last_fact_day = std::max(row_.last_fact_day.value_or(fact.fact_day), fact.fact_day);
    if (fact.units_milli >= 0 && fact.spend_minor >= 0) continue;
    row_.last_return_day = std::max(row_.last_return_day.value_or(fact.fact_day), fact.fact_day);
  }
  const StagePath path = stage_path(*timeline, versions, day_of_number(today), start);
  return keep_path(connection, path, start_day, since_before);
}

absl::Status MemberChange::stage_anew(sqlite::Connection& connection, const StageVersions& versions,
                                      int64_t today) {
  absl::Status kept = keep_days(connection);
  if (!kept.ok()) return kept;
  absl::StatusOr<MemberTimeline> timeline = whole_timeline(connection);
  if (!timeline.ok()) return timeline.status();
  const StagePath path = stage_path(*timeline, versions, day_of_number(today));
  return keep_path(connection, path, kFirstDayEver, std::nullopt);
}

// The days inside the longest window before `start_day`, the older ones summed up, and the new
// facts one by one.
absl::StatusOr<MemberTimeline> MemberChange::recent_timeline(sqlite::Connection& connection,
                                                             int64_t start_day,
                                                             const StageVersions& versions) const {
  MemberTimeline timeline = timeline_of(row_);
  if (row_.last_fact_day) {
    const int64_t older_until = start_day - longest_window_days(versions);
    auto days = storage::list_member_days(connection, row_.member_id, older_until);
    if (!days.ok()) return days.status();
    timeline.older.count = row_.purchase_days;
    timeline.facts.reserve(days->size() + added_.size());
    for (const storage::MemberDay& day : *days) {
      const absl::CivilDay date = day_of_number(day.day);
      timeline.facts.push_back({date, date, day.units_milli, day.spend_minor});
      if (day.units_milli > 0) --timeline.older.count;
    }
    if (timeline.older.count > 0) {
      const auto last = storage::last_purchase_day(connection, row_.member_id, older_until);
      if (!last.ok()) return last.status();
      timeline.older.first_day = day_of_number(*row_.first_purchase_day);
      timeline.older.last_day = day_of_number(**last);
    }
  }
  for (const storage::FactRow& fact : added_) timeline.facts.push_back(spend_fact_of(fact));
  return timeline;
}

absl::StatusOr<MemberTimeline> MemberChange::whole_timeline(sqlite::Connection& connection) {
  const auto facts = storage::list_facts(connection, row_.member_id);
  if (!facts.ok()) return facts.status();
  row_.last_fact_day.reset();
  row_.last_return_day.reset();
  for (const storage::FactRow& fact : *facts) {
    row_.last_fact_day = std::max(row_.last_fact_day.value_or(fact.fact_day), fact.fact_day);
    if (fact.units_milli >= 0 && fact.spend_minor >= 0) continue;
    row_.last_return_day = std::max(row_.last_return_day.value_or(fact.fact_day), fact.fact_day);
  }
  return timeline_of(row_, *facts);
}

absl::Status MemberChange::keep_days(sqlite::Connection& connection) {
  for (const DayDelta& delta : deltas_) {
    if (delta.units_milli == 0 && delta.spend_minor == 0) continue;
    const absl::Status kept = keep_day(connection, delta);
    if (!kept.ok()) return kept;
  }
  return lost_first_or_last_day_ ? find_purchase_days(connection) : absl::OkStatus();
}

absl::Status MemberChange::keep_day(sqlite::Connection& connection, const DayDelta& delta) {
  storage::MemberDay kept{delta.day, 0, 0};
  if (row_.last_fact_day) {
    auto found = storage::find_member_day(connection, row_.member_id, delta.day);
    if (!found.ok()) return found.status();
    if (*found) kept = **found;
  }
  const bool was_purchase_day = kept.units_milli > 0;
  absl::Status added = add_to(kept.units_milli, delta.units_milli);
  added.Update(add_to(kept.spend_minor, delta.spend_minor));
  added.Update(add_to(row_.net_spend_sum_minor, delta.spend_minor));
  if (!added.ok()) return added;
  const bool is_purchase_day = kept.units_milli > 0;
  if (is_purchase_day && !was_purchase_day) {
    ++row_.purchase_days;
    row_.first_purchase_day = std::min(row_.first_purchase_day.value_or(delta.day), delta.day);
    row_.last_purchase_day = std::max(row_.last_purchase_day.value_or(delta.day), delta.day);
  } else if (was_purchase_day && !is_purchase_day) {
    --row_.purchase_days;
    lost_first_or_last_day_ = lost_first_or_last_day_ || delta.day == row_.first_purchase_day ||
                              delta.day == row_.last_purchase_day;
  }
  return storage::keep_member_day(connection, row_.member_id, kept);
}

absl::Status MemberChange::find_purchase_days(sqlite::Connection& connection) {
  const auto first = storage::first_purchase_day(connection, row_.member_id);
  if (!first.ok()) return first.status();
  const auto last = storage::last_purchase_day(connection, row_.member_id, kLastDayEver);
  if (!last.ok()) return last.status();
  row_.first_purchase_day = *first;
  row_.last_purchase_day = *last;
  return absl::OkStatus();
}

// Puts the moves of `path` in the place of those on `from_day` and later, writing only what
// differs. `since_before` is the day of the last move before.
absl::Status MemberChange::keep_path(sqlite::Connection& connection, const StagePath& path,
                                     int64_t from_day, std::optional<int64_t> since_before) {
  std::vector<storage::StageMoveRow> kept;
  if (row_.stage_since_day && *row_.stage_since_day >= from_day) {
    auto found = storage::list_stage_moves(connection, row_.member_id, from_day);
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
        storage::delete_stage_moves_from(connection, row_.member_id, first_lost);
    if (!lost.ok()) return lost;
  }
  for (size_t i = same; i < moves.size(); ++i) {
    const absl::Status inserted = storage::insert_stage_move(connection, row_.member_id, moves[i]);
    if (!inserted.ok()) return inserted;
  }
  row_.stage = path.at_end.stage;
  row_.stage_since_day = moves.empty() ? since_before : std::optional(moves.back().move_day);
  row_.next_stage_day.reset();
  if (path.next_day) row_.next_stage_day = day_number(*path.next_day);
  return absl::OkStatus();
}

}  // namespace moadon
