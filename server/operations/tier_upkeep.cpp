#include "server/operations/tier_upkeep.h"

#include <limits>
#include <optional>
#include <vector>

#include "rules/calendar.h"
#include "server/operations/member_timeline.h"
#include "server/storage/fact_store.h"

namespace moadon {
namespace {

constexpr int64_t kFirstDayEver = std::numeric_limits<int64_t>::min();

// What the path follows from.
struct TierFacts {
  std::vector<SpendFact> spent;
  std::vector<TierFloor> floors;
  MergePeriods merges;
};

// Sums per day say the same as the facts one by one, unless something came back or came by a merge:
// then it matters when.
absl::StatusOr<TierFacts> facts_of(sqlite::Connection& connection, const storage::MemberRow& row) {
  const bool by_days = !row.last_return_day && row.merge_count == 0;
  const auto life = by_days ? member_life_with(connection, Living(row), {})
                            : member_life(connection, Living(row));
  if (!life.ok()) return life.status();
  TierFacts facts{{}, floors_of(*life), merge_periods_of(*life)};
  for (const storage::FactRow& fact : life->facts) facts.spent.push_back(spend_fact_of(fact));
  if (!by_days || !row.last_fact_day) return facts;
  const auto days = storage::list_member_days(connection, row.member_id, kFirstDayEver);
  if (!days.ok()) return days.status();
  for (const storage::MemberDay& day : *days) facts.spent.push_back(spend_fact_of(day));
  return facts;
}

storage::TierMoveRow move_row_of(const TierStep& step) {
  return {
      day_number(step.day),      step.from,           step.to, step.reason, step.window_spend_minor,
      step.window_purchase_days, step.program_version};
}

std::optional<int64_t> since_day_of(const TierPath& path) {
  if (path.at_end.empty() || path.steps.empty()) return std::nullopt;
  return day_number(path.steps.back().day);
}

absl::Status keep_moves(sqlite::Connection& connection, const TierPath& path, int64_t member_id) {
  const auto kept = storage::list_tier_moves(connection, member_id);
  if (!kept.ok()) return kept.status();
  std::vector<storage::TierMoveRow> moves;
  moves.reserve(path.steps.size());
  for (const TierStep& step : path.steps) moves.push_back(move_row_of(step));
  size_t same = 0;
  while (same < kept->size() && same < moves.size() && (*kept)[same] == moves[same]) ++same;
  absl::Status written;
  if (same < kept->size()) {
    written =
        storage::delete_tier_moves_from(connection, member_id, static_cast<int64_t>(same) + 1);
  }
  for (size_t i = same; written.ok() && i < moves.size(); ++i) {
    written =
        storage::insert_tier_move(connection, member_id, static_cast<int64_t>(i) + 1, moves[i]);
  }
  return written;
}

}  // namespace

absl::StatusOr<TierPath> tier_path_of(sqlite::Connection& connection, const ClubView& view,
                                      const storage::MemberRow& row, int64_t today) {
  if (!view.has_tiers()) return TierPath();
  const auto facts = facts_of(connection, row);
  if (!facts.ok()) return facts.status();
  return tier_path(facts->spent, facts->floors, view.tier_versions(), day_of_number(today),
                   facts->merges);
}

absl::Status keep_tier(sqlite::Connection& connection, const TierPath& path,
                       storage::MemberRow& row) {
  const absl::Status kept = keep_moves(connection, path, row.member_id);
  if (!kept.ok()) return kept;
  row.tier_id = path.at_end;
  row.tier_since_day = since_day_of(path);
  row.next_tier_day.reset();
  if (path.next_day) row.next_tier_day = day_number(*path.next_day);
  return absl::OkStatus();
}

}  // namespace moadon
