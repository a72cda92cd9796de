#include "server/operations/merge_rest.h"

#include <algorithm>
#include <limits>
#include <string>
#include <tuple>
#include <vector>

#include "moadon/v1/ledger.pb.h"
#include "rules/calendar.h"
#include "server/operations/member_points.h"
#include "server/storage/lease_store.h"
#include "server/storage/points_store.h"
#include "server/storage/right_store.h"

namespace moadon {
namespace {

constexpr int64_t kAll = std::numeric_limits<int64_t>::max();

using Life = std::tuple<absl::CivilDay, absl::CivilDay>;

Life life_of(const PointsLot& lot) {
  return {lot.expire_day.value_or(absl::CivilDay::max()), lot.usable_day};
}

const PointsLot* find_lot(const std::vector<PointsLot>& lots, int64_t number) {
  const auto lot = std::find_if(lots.begin(), lots.end(),
                                [number](const PointsLot& l) { return l.number == number; });
  return lot == lots.end() ? nullptr : &*lot;
}

// Those with something left, the oldest end first; `source` empty: of any.
std::vector<PointsLot> with_rest(const std::vector<PointsLot>& lots, const std::string& source) {
  std::vector<PointsLot> live;
  for (const PointsLot& lot : lots) {
    if (lot.left_milli > 0 && (source.empty() || lot.source == source)) live.push_back(lot);
  }
  std::stable_sort(live.begin(), live.end(), [](const PointsLot& a, const PointsLot& b) {
    return std::tuple_cat(life_of(a), std::tuple(a.number)) <
           std::tuple_cat(life_of(b), std::tuple(b.number));
  });
  return live;
}

absl::StatusOr<bool> give_points(sqlite::Connection& connection, WriterState& state,
                                 const storage::MergeRow& merge, storage::MemberRow& lost,
                                 storage::MemberRow& kept) {
  if (lost.points_entry_number == 0) return false;
  MemberPoints from(connection, state, lost);
  const auto giver = from.account();
  if (!giver.ok()) return giver.status();
  const std::vector<PointsLot> lots = with_rest((*giver)->lots(), "");
  const int64_t owed_milli = (*giver)->deficit_milli();
  MemberPoints into(connection, state, kept);
  const absl::CivilDay today = from.today();
  if (!lots.empty() || owed_milli > 0) {
    const auto taker = into.account();
    if (!taker.ok()) return taker.status();
    for (const PointsLot& lot : lots) {
      (*giver)->move_out(lot.number, lot.left_milli, merge.request_id, today);
      (*taker)->give(v1::POINTS_ENTRY_KIND_ADJUST, lot.left_milli, merge.request_id, today,
                     {lot.usable_day, lot.expire_day}, today);
    }
    if (owed_milli > 0) {
      (*giver)->move_debt(owed_milli, merge.request_id, today);
      (*taker)->take(owed_milli, merge.request_id, today, /*forgives=*/false);
    }
  }
  absl::Status written = from.keep().status();
  if (written.ok()) written = into.keep().status();
  if (!written.ok()) return written;
  return !lots.empty() || owed_milli > 0;
}

// To the lots from which they came, else to others that live as long: up to what went from each.
void put_back(PointsAccount& account, const PointsLot& came_from, int64_t points_milli,
              int64_t own_lot, const std::string& source, absl::CivilDay today) {
  std::vector<PointsLot> lots;
  for (const PointsLot& lot : account.lots()) {
    const bool is_alike =
        lot.usable_day == came_from.usable_day && lot.expire_day == came_from.expire_day;
    if (is_alike && lot.reversed_milli > 0) lots.push_back(lot);
  }
  std::stable_partition(lots.begin(), lots.end(),
                        [own_lot](const PointsLot& lot) { return lot.number == own_lot; });
  for (const PointsLot& lot : lots) {
    const int64_t back_milli = std::min(points_milli, lot.reversed_milli);
    account.move_back(lot.number, back_milli, source, today, today);
    points_milli -= back_milli;
  }
  account.give(v1::POINTS_ENTRY_KIND_ADJUST, points_milli, source, today,
               {came_from.usable_day, came_from.expire_day}, today);
}

// How many points come back, of which lot first, and by what they are said to.
struct Wanted {
  int64_t points_milli = kAll;
  int64_t own_lot = 0;
  std::string source;
};

absl::Status take_points_back(sqlite::Connection& connection, WriterState& state,
                              const storage::MergeRow& merge, const Wanted& wanted,
                              storage::MemberRow& kept, storage::MemberRow& lost) {
  if (kept.points_entry_number == 0) return absl::OkStatus();
  MemberPoints from(connection, state, kept);
  const auto giver = from.account();
  if (!giver.ok()) return giver.status();
  std::vector<PointsLot> lots = with_rest((*giver)->lots(), merge.request_id);
  if (lots.empty()) return from.keep().status();
  MemberPoints into(connection, state, lost);
  const auto taker = into.whole_account();
  if (!taker.ok()) return taker.status();
  const absl::CivilDay today = from.today();
  if (const PointsLot* own = find_lot((*taker)->lots(), wanted.own_lot); own != nullptr) {
    const Life own_life = life_of(*own);
    std::stable_partition(lots.begin(), lots.end(),
                          [&own_life](const PointsLot& lot) { return life_of(lot) == own_life; });
  }
  int64_t points_milli = wanted.points_milli;
  for (const PointsLot& lot : lots) {
    const int64_t back_milli = (*giver)->move_out(lot.number, points_milli, wanted.source, today);
    if (back_milli == 0) continue;
    put_back(**taker, lot, back_milli, wanted.own_lot, wanted.source, today);
    points_milli -= back_milli;
  }
  const absl::Status written = from.keep().status();
  return written.ok() ? into.keep().status() : written;
}

// What the merge moved of debts and is still owed.
absl::Status take_debt_back(sqlite::Connection& connection, WriterState& state,
                            const storage::MergeRow& merge, storage::MemberRow& kept,
                            storage::MemberRow& lost) {
  const auto moved_milli = storage::sum_points_entries(
      connection, lost.member_id, merge.request_id, v1::POINTS_ENTRY_KIND_ADJUST, /*lot_number=*/0);
  if (!moved_milli.ok()) return moved_milli.status();
  if (*moved_milli <= 0 || kept.points_deficit_milli == 0) return absl::OkStatus();
  MemberPoints from(connection, state, kept);
  const auto giver = from.account();
  if (!giver.ok()) return giver.status();
  MemberPoints into(connection, state, lost);
  const auto taker = into.account();
  if (!taker.ok()) return taker.status();
  const absl::CivilDay today = from.today();
  const int64_t owed_milli = (*giver)->move_debt(*moved_milli, merge.undo_request_id, today);
  (*taker)->take(owed_milli, merge.undo_request_id, today, /*forgives=*/false);
  const absl::Status written = from.keep().status();
  return written.ok() ? into.keep().status() : written;
}

// Brings the right as the kept one has it up to what comes along. What was used of it there before
// stays said.
storage::RightRow moved_right(const storage::RightRow& right, std::optional<storage::RightRow> kept,
                              const storage::MergeRow& merge, int64_t today, int64_t now_us) {
  storage::RightRow moved = right;
  moved.source = merge.request_id;
  moved.sale_id = 0;
  moved.position = 0;
  moved.granted_day = kept ? kept->granted_day : today;
  moved.record_us = kept ? kept->record_us : now_us;
  moved.uses_held = 0;
  moved.amount_held_minor = 0;
  const bool is_voucher = right.amount_minor > 0;
  const int64_t used_count = kept && !is_voucher ? kept->use_count - kept->uses_left : 0;
  const int64_t used_minor = kept ? kept->amount_minor - kept->amount_left_minor : 0;
  if (!is_voucher) moved.use_count = used_count + right.uses_left;
  moved.amount_minor = used_minor + right.amount_left_minor;
  return moved;
}

absl::StatusOr<bool> give_rights(sqlite::Connection& connection, WriterState& state,
                                 const storage::MergeRow& merge, const storage::MemberRow& lost,
                                 storage::MemberRow& kept) {
  if (lost.right_count == 0) return false;
  const auto rights = storage::list_live_rights(connection, lost.member_id);
  if (!rights.ok()) return rights.status();
  const int64_t today = day_number(state.today());
  for (storage::RightRow right : *rights) {
    const auto before = storage::find_right(connection, kept.member_id, right.grant_id);
    if (!before.ok()) return before.status();
    if (!*before) ++kept.right_count;
    absl::Status written = storage::keep_right(
        connection, kept.member_id, moved_right(right, *before, merge, today, state.now_us()));
    right.withdrawn_day = today;
    if (written.ok()) written = storage::keep_right(connection, lost.member_id, right);
    if (written.ok()) {
      written = storage::move_lease(connection, {right.grant_id, lost.member_id, kept.member_id});
    }
    if (!written.ok()) return written;
  }
  return !rights->empty();
}

// Those that a hold has set aside stay.
absl::Status take_rights_back(sqlite::Connection& connection, WriterState& state,
                              const storage::MergeRow& merge, const storage::MemberRow& kept,
                              const storage::MemberRow& lost) {
  if (kept.right_count == 0 || lost.right_count == 0) return absl::OkStatus();
  const auto rights = storage::list_rights(connection, kept.member_id);
  if (!rights.ok()) return rights.status();
  for (storage::RightRow right : *rights) {
    if (right.source != merge.request_id || right.withdrawn_day || right.uses_held > 0) continue;
    auto own = storage::find_right(connection, lost.member_id, right.grant_id);
    if (!own.ok()) return own.status();
    if (!*own) return absl::InternalError("a right came from nowhere");
    (*own)->uses_left = right.uses_left;
    (*own)->amount_left_minor = right.amount_left_minor;
    (*own)->until_day = right.until_day;
    (*own)->withdrawn_day.reset();
    right.withdrawn_day = day_number(state.today());
    absl::Status written = storage::keep_right(connection, lost.member_id, **own);
    if (written.ok()) written = storage::keep_right(connection, kept.member_id, right);
    if (written.ok()) {
      written = storage::move_lease(connection, {right.grant_id, kept.member_id, lost.member_id});
    }
    if (!written.ok()) return written;
  }
  return absl::OkStatus();
}

}  // namespace

absl::StatusOr<std::optional<storage::MergeRow>> merge_in_force(sqlite::Connection& connection,
                                                                const storage::MemberRow& lost) {
  if (!lost.merged_into) return std::nullopt;
  const auto merges = storage::list_merges_of_lost(connection, lost.member_id);
  if (!merges.ok()) return merges.status();
  if (merges->empty() || merges->back().undo_us) {
    return absl::InternalError("a member is part of another by no merge");
  }
  return merges->back();
}

absl::StatusOr<bool> give_rest(sqlite::Connection& connection, WriterState& state,
                               const storage::MergeRow& merge, storage::MemberRow& lost,
                               storage::MemberRow& kept) {
  const absl::StatusOr<bool> points = give_points(connection, state, merge, lost, kept);
  if (!points.ok()) return points;
  const absl::StatusOr<bool> rights = give_rights(connection, state, merge, lost, kept);
  if (!rights.ok()) return rights;
  return *points || *rights;
}

absl::Status give_rest_back(sqlite::Connection& connection, WriterState& state,
                            const storage::MergeRow& merge, storage::MemberRow& kept,
                            storage::MemberRow& lost) {
  absl::Status given =
      take_points_back(connection, state, merge, {kAll, 0, merge.undo_request_id}, kept, lost);
  if (given.ok()) given = take_debt_back(connection, state, merge, kept, lost);
  if (given.ok()) given = take_rights_back(connection, state, merge, kept, lost);
  return given;
}

absl::Status recall_rest(sqlite::Connection& connection, WriterState& state, int64_t points_milli,
                         int64_t own_lot, storage::MemberRow& lost) {
  const auto merge = merge_in_force(connection, lost);
  if (!merge.ok()) return merge.status();
  if (!*merge) return absl::OkStatus();
  auto kept = storage::find_member(connection, (*merge)->kept_id);
  if (!kept.ok()) return kept.status();
  if (!*kept) return absl::InternalError("a member is part of nobody");
  absl::Status recalled = recall_rest(connection, state, points_milli, 0, **kept);
  if (recalled.ok() && points_milli > 0) {
    recalled = take_points_back(connection, state, **merge,
                                {points_milli, own_lot, (*merge)->request_id}, **kept, lost);
  }
  if (recalled.ok()) recalled = take_rights_back(connection, state, **merge, **kept, lost);
  if (!recalled.ok()) return recalled;
  state.note_change((*kept)->member_id);
  ++(*kept)->snapshot;
  (*kept)->changed_us = state.next_change_us();
  return storage::update_member(connection, **kept);
}

}  // namespace moadon
