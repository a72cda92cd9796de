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

std::string name_of(const std::string& tier_id) { return tier_id.empty() ? "none" : tier_id; }

std::string text_of(const PlainTierMove& move) {
  return absl::StrCat(format_day(day_of_number(move.day)), " ", name_of(move.from), ">",
                      name_of(move.to), " (", move.window_spend_minor, ",",
                      move.window_purchase_days, ",", move.program_version, "); ");
}

// Each tier risen into was welcomed once, by what a version gives for it, here or with somebody who
// was part of the member.
void compare_gifts(const std::vector<storage::TierGiftRow>& gifts,
                   const std::set<std::string>& entered, const std::set<std::string>& welcomed,
                   Comparison& compare) {
  for (const std::string& tier_id : entered) {
    if (welcomed.contains(tier_id)) continue;
    const auto given =
        std::find_if(gifts.begin(), gifts.end(),
                     [&](const storage::TierGiftRow& gift) { return gift.tier_id == tier_id; });
    if (given == gifts.end()) compare.same("tier_gift", "none", tier_id);
  }
}

// The first day on which the tier may not be as kept. A version that is published makes everybody
// due by their stage on its first day at the latest, and whoever is due is decided anew in both:
// what is kept of the days from then on is the older versions'.
std::optional<int64_t> next_decision_day(const storage::KeptStanding& standing,
                                         const std::vector<PlainTierVersion>& versions) {
  std::optional<int64_t> next_day = standing.next_tier_day;
  if (!standing.next_stage_day) return next_day;
  for (const PlainTierVersion& version : versions) {
    if (version.start_day < *standing.next_stage_day) continue;
    next_day = std::min(next_day.value_or(version.start_day), version.start_day);
  }
  return next_day;
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
                   const PlainPerson& person, const std::vector<PlainTierVersion>& versions,
                   int64_t today, Comparison& compare) {
  const std::optional<int64_t> next_day = next_decision_day(standing, versions);
  const int64_t checked_until = next_day ? std::min(today, *next_day - 1) : today;
  const auto walk = [&](int64_t until) {
    return plain_tiers(person.life.facts, person.floors, versions, until, person.life.away);
  };
  const PlainTierLife life = walk(checked_until);
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
  if (!plain_is_away(person.life.away, today)) {
    compare_gifts(kept.gifts, life.entered, person.welcomed, compare);
  }
  // Nothing may move between the day that was checked and the day that is kept as next.
  const int64_t until = next_day ? *next_day - 1 : kPlainLastDay;
  if (until <= checked_until) return;
  const std::vector<PlainTierMove> moves = walk(until).moves;
  const auto missed = std::find_if(moves.begin(), moves.end(), [&](const PlainTierMove& move) {
    return move.day > checked_until;
  });
  if (missed == moves.end()) return;
  compare.same("member.next_tier_day", standing.next_tier_day, std::optional(missed->day));
}

}  // namespace moadon
