#include "server/operations/member_change.h"

#include <algorithm>
#include <utility>

#include "rules/calendar.h"
#include "server/operations/merge_rest.h"
#include "server/operations/note_late_fact.h"
#include "server/operations/stage_upkeep.h"
#include "server/operations/tier_gifts.h"
#include "server/operations/tier_upkeep.h"
#include "server/storage/merge_store.h"

namespace moadon {
namespace {

// Everybody whom the member was ever part of, and they, and so on.
absl::Status add_kept_ever(sqlite::Connection& connection, int64_t member_id,
                           std::set<int64_t>& kept_ids) {
  std::set<int64_t> seen;
  std::vector<int64_t> open{member_id};
  while (!open.empty()) {
    const int64_t lost_id = open.back();
    open.pop_back();
    if (!seen.insert(lost_id).second) continue;
    const auto merges = storage::list_merges_of_lost(connection, lost_id);
    if (!merges.ok()) return merges.status();
    for (const storage::MergeRow& merge : *merges) open.push_back(merge.kept_id);
  }
  kept_ids.merge(seen);
  return absl::OkStatus();
}

}  // namespace

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
    arrived(day);
    return;
  }
  if (time_us < row_.met_time_us) {
    row_.met_time_us = time_us;
    is_visible_ = true;
  }
  if (day < row_.met_day) {
    row_.met_day = day;
    is_anew_ = true;
    arrived(day);
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
    arrived(day);
  }
}

void MemberChange::sign(int64_t day) {
  ++row_.sign_count;
  is_visible_ = true;
  is_anew_ = is_anew_ || !is_new_;
  arrived(day);
}

void MemberChange::add(const storage::FactRow& fact) {
  if (!fact.is_return && row_.archive_us && fact.fact_time_us > *row_.archive_us) {
    row_.archive_us.reset();
    is_visible_ = true;
  }
  added_.push_back(fact);
  add_delta(fact.purchase_day, fact.units_milli, fact.spend_minor);
  arrived(fact.fact_day);
  if (fact.is_return) took_day_ = std::max(took_day_.value_or(fact.fact_day), fact.fact_day);
}

void MemberChange::correct(int64_t purchase_day, int64_t units_milli, int64_t spend_minor) {
  add_delta(purchase_day, -units_milli, -spend_minor);
  is_anew_ = true;
  from(purchase_day);
  took_day_ = std::max(took_day_.value_or(purchase_day), purchase_day);
}

void MemberChange::restage(int64_t day) { from(day); }

void MemberChange::lose(int64_t day) {
  from(day);
  took_day_ = std::max(took_day_.value_or(day), day);
}

void MemberChange::add_delta(int64_t day, int64_t units_milli, int64_t spend_minor) {
  for (DayDelta& delta : deltas_) {
    if (delta.day != day) continue;
    delta.units_milli += units_milli;
    delta.spend_minor += spend_minor;
    return;
  }
  deltas_.push_back({day, units_milli, spend_minor});
}

void MemberChange::arrived(int64_t day) {
  arrived_day_ = arrived_day_ ? std::min(*arrived_day_, day) : day;
  from(day);
}

void MemberChange::from(int64_t day) { from_day_ = from_day_ ? std::min(*from_day_, day) : day; }

absl::Status MemberChange::finish(sqlite::Connection& connection, WriterState& state) {
  if (!from_day_ && !is_visible_ && !is_new_) {
    return keep_origin(connection, row_.member_id, met_before_us_, contacts_);
  }
  state.note_change(row_.member_id);
  const storage::MemberRow before = row_;
  if (from_day_) {
    absl::Status decided = decide(connection, state);
    if (decided.ok() && arrived_day_) decided = note_if_late(connection, state, *arrived_day_);
    if (!decided.ok()) return decided;
  }
  const bool moved = row_.stage != before.stage || row_.stage_since_day != before.stage_since_day ||
                     row_.tier_id != before.tier_id || row_.tier_since_day != before.tier_since_day;
  if (is_visible_ || is_new_ || moved || !added_.empty() || !deltas_.empty()) {
    ++row_.snapshot;
    row_.changed_us = state.next_change_us();
  }
  const absl::Status kept = keep_row(connection);
  const bool concerns_others = row_.merge_count > 0 && passes_on_;
  return kept.ok() && concerns_others ? pass_on(connection, state) : kept;
}

// Whoever is concerned is found here once, since who was part of whom may have changed sides.
absl::Status MemberChange::pass_on(sqlite::Connection& connection, WriterState& state) {
  std::set<int64_t> concerned;
  absl::Status passed = pass_rest_on(connection, state, concerned);
  if (passed.ok() && from_day_) passed = add_kept_ever(connection, row_.member_id, concerned);
  if (!passed.ok()) return passed;
  concerned.erase(row_.member_id);
  for (const int64_t kept_id : concerned) {
    const auto row = storage::find_member(connection, kept_id);
    if (!row.ok()) return row.status();
    if (!*row) return absl::InternalError("a merge's member is not there");
    MemberChange kept(**row);
    kept.passes_on_ = false;
    kept.touch();
    if (from_day_) kept.restage(*from_day_);
    if (took_day_) kept.lose(*took_day_);
    passed = kept.finish(connection, state);
    if (!passed.ok()) return passed;
    differences_.insert(differences_.end(), kept.differences_.begin(), kept.differences_.end());
  }
  return absl::OkStatus();
}

// What is left goes up to the one whom all are part of.
absl::Status MemberChange::pass_rest_on(sqlite::Connection& connection, WriterState& state,
                                        std::set<int64_t>& kept_ids) {
  storage::MemberRow lost = row_;
  while (lost.merged_into) {
    const auto merge = merge_in_force(connection, lost);
    if (!merge.ok()) return merge.status();
    auto kept = storage::find_member(connection, *lost.merged_into);
    if (!kept.ok()) return kept.status();
    if (!*kept) return absl::InternalError("a member is part of nobody");
    absl::Status given = give_rest(connection, state, **merge, lost, **kept).status();
    if (given.ok()) given = storage::update_member(connection, lost);
    if (given.ok()) given = storage::update_member(connection, **kept);
    if (!given.ok()) return given;
    if (lost.member_id == row_.member_id) row_ = lost;
    kept_ids.insert((*kept)->member_id);
    lost = **std::move(kept);
  }
  return absl::OkStatus();
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
  // Gifts wait until the member is their own again.
  if (!kept.ok() || row_.merged_into) return kept;
  return keep_tier_gifts(connection, state, *path, took_day_, row_, differences_);
}

}  // namespace moadon
