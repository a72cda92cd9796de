#include "server/operations/member_change.h"

#include <algorithm>

#include "rules/calendar.h"
#include "server/operations/stage_upkeep.h"
#include "server/operations/tier_gifts.h"
#include "server/operations/tier_upkeep.h"

namespace moadon {

void MemberChange::met(const Contact& contact) {
  const int64_t time_us = contact.time_us;
  const int64_t day = contact.day;
  if (!is_met_ || time_us <= row_.met_time_us || contact.source.kind != 0) {
    contacts_.push_back(contact);
  }
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

void MemberChange::sign(int64_t day) {
  ++row_.sign_count;
  is_visible_ = true;
  is_anew_ = is_anew_ || !is_new_;
  from(day);
}

void MemberChange::add(const storage::FactRow& fact) {
  added_.push_back(fact);
  add_delta(fact.purchase_day, fact.units_milli, fact.spend_minor);
  from(fact.fact_day);
  if (fact.is_return) took_day_ = std::max(took_day_.value_or(fact.fact_day), fact.fact_day);
}

void MemberChange::correct(int64_t purchase_day, int64_t units_milli, int64_t spend_minor) {
  add_delta(purchase_day, -units_milli, -spend_minor);
  is_anew_ = true;
  from(purchase_day);
  took_day_ = std::max(took_day_.value_or(purchase_day), purchase_day);
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
  if (!from_day_ && !is_visible_ && !is_new_) {
    return keep_origin(connection, row_.member_id, met_before_us_, contacts_);
  }
  state.note_change(row_.member_id);
  const storage::MemberRow before = row_;
  if (from_day_) {
    const absl::Status decided = decide(connection, state);
    if (!decided.ok()) return decided;
  }
  const bool moved = row_.stage != before.stage || row_.stage_since_day != before.stage_since_day ||
                     row_.tier_id != before.tier_id || row_.tier_since_day != before.tier_since_day;
  if (is_visible_ || is_new_ || moved || !added_.empty() || !deltas_.empty()) {
    ++row_.snapshot;
    row_.changed_us = state.next_change_us();
  }
  return keep_row(connection);
}

absl::Status MemberChange::keep_row(sqlite::Connection& connection) {
  const absl::Status kept =
      is_new_ ? storage::insert_member(connection, row_) : storage::update_member(connection, row_);
  if (!kept.ok()) return kept;
  return keep_origin(connection, row_.member_id, is_new_ ? row_.met_time_us : met_before_us_,
                     contacts_);
}

absl::Status MemberChange::decide(sqlite::Connection& connection, WriterState& state) {
  const ClubView& view = *state.view();
  const int64_t today = day_number(state.today());
  absl::Status kept = keep_stage(connection, view.stage_versions(),
                                 {added_, deltas_, *from_day_, is_anew_}, today, row_);
  if (!kept.ok() || !view.has_tiers()) return kept;
  const absl::StatusOr<TierPath> path = tier_path_of(connection, view, row_, today);
  if (!path.ok()) return path.status();
  kept = keep_tier(connection, *path, row_);
  if (!kept.ok()) return kept;
  return keep_tier_gifts(connection, state, *path, took_day_, row_, differences_);
}

}  // namespace moadon
