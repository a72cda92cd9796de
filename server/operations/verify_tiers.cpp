#include "server/operations/verify_tiers.h"

#include <algorithm>
#include <limits>
#include <optional>
#include <string>

#include "absl/strings/str_cat.h"
#include "rules/calendar.h"
#include "rules/check.h"

namespace moadon {
namespace {

constexpr int64_t kLastDay = kMaxTimeUs / 86'400'000'000;

std::string name_of(const std::string& tier_id) { return tier_id.empty() ? "none" : tier_id; }

std::string text_of(const PlainTierMove& move) {
  return absl::StrCat(format_day(day_of_number(move.day)), " ", name_of(move.from), ">",
                      name_of(move.to), " (", move.window_spend_minor, ",",
                      move.window_purchase_days, ",", move.program_version, "); ");
}

std::vector<PlainFloor> floors_of(const std::vector<storage::TierLockRow>& locks) {
  std::vector<PlainFloor> floors;
  for (const storage::TierLockRow& lock : locks) {
    floors.push_back({lock.tier_id, lock.from_day, lock.until_day});
  }
  return floors;
}

// Each tier risen into was welcomed once, by what a version gives for it.
void compare_gifts(const std::vector<storage::TierGiftRow>& gifts,
                   const std::set<std::string>& entered, Comparison& compare) {
  for (const std::string& tier_id : entered) {
    const auto given =
        std::find_if(gifts.begin(), gifts.end(),
                     [&](const storage::TierGiftRow& gift) { return gift.tier_id == tier_id; });
    if (given == gifts.end()) compare.same("tier_gift", "none", tier_id);
  }
}

// Until when the kept tier holds. A version that is published makes everybody due on its first day,
// by their stage: until then what is kept of the days after is the older versions'.
std::optional<int64_t> next_decision_day(const storage::KeptStanding& standing,
                                         const std::vector<PlainTierVersion>& versions) {
  const bool awaits_version =
      std::any_of(versions.begin(), versions.end(), [&](const PlainTierVersion& version) {
        return version.start_day == standing.next_stage_day;
      });
  if (!awaits_version) return standing.next_tier_day;
  return std::min(*standing.next_stage_day,
                  standing.next_tier_day.value_or(*standing.next_stage_day));
}

// Whether a version to come, of which the next day does not know yet, may be what moves: everybody
// is due by their stage when it starts, and is decided anew then.
bool is_made_due_for(int64_t move_day, const storage::KeptStanding& standing,
                     const std::vector<PlainTierVersion>& versions) {
  return standing.next_stage_day &&
         std::any_of(versions.begin() + 1, versions.end(), [&](const PlainTierVersion& version) {
           return *standing.next_stage_day <= version.start_day && version.start_day <= move_day;
         });
}

}  // namespace

std::vector<PlainTierVersion> plain_tier_versions(const ClubView& view) {
  std::vector<PlainTierVersion> versions;
  for (const StageVersion& version : view.stage_versions()) {
    const v1::Program& program = *view.program(version.program_version);
    const int64_t start_day =
        versions.empty() ? std::numeric_limits<int64_t>::min() : day_number(version.start_day);
    versions.push_back(
        {start_day, {program.tiers().begin(), program.tiers().end()}, version.program_version});
  }
  return versions;
}

void compare_tiers(const storage::KeptStanding& standing, const KeptTiers& kept,
                   const std::vector<PlainFact>& facts,
                   const std::vector<PlainTierVersion>& versions, int64_t today,
                   Comparison& compare) {
  const std::optional<int64_t> next_day = next_decision_day(standing, versions);
  const int64_t checked_until = next_day ? std::min(today, *next_day - 1) : today;
  const std::vector<PlainFloor> floors = floors_of(kept.locks);
  const PlainTierLife life = plain_tiers(facts, floors, versions, checked_until);
  std::string kept_text;
  for (const storage::TierMoveRow& move : kept.moves) {
    if (move.move_day > checked_until) continue;
    absl::StrAppend(&kept_text, text_of({move.move_day, move.from_tier_id, move.to_tier_id,
                                         move.window_spend_minor, move.window_purchase_days,
                                         move.program_version}));
  }
  std::string plain_text;
  for (const PlainTierMove& move : life.moves) absl::StrAppend(&plain_text, text_of(move));
  compare.same("member.tier_moves", kept_text, plain_text);
  compare.same("member.tier_id", standing.tier_id, life.tier_id);
  std::optional<int64_t> since;
  if (!life.tier_id.empty() && !kept.moves.empty()) since = kept.moves.back().move_day;
  compare.same("member.tier_since_day", standing.tier_since_day, since);
  compare_gifts(kept.gifts, life.entered, compare);
  // Nothing may move between the day that was checked and the day that is kept as next.
  const int64_t until = standing.next_tier_day ? *standing.next_tier_day - 1 : kLastDay;
  if (until <= checked_until) return;
  const std::vector<PlainTierMove> moves = plain_tiers(facts, floors, versions, until).moves;
  const auto missed = std::find_if(moves.begin(), moves.end(), [&](const PlainTierMove& move) {
    return move.day > checked_until;
  });
  if (missed == moves.end() || is_made_due_for(missed->day, standing, versions)) return;
  compare.same("member.next_tier_day", standing.next_tier_day, std::optional(missed->day));
}

}  // namespace moadon
