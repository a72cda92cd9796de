#include "server/operations/plain_stages.h"

#include <algorithm>
#include <map>

#include "absl/numeric/int128.h"
#include "moadon/v1/member_service.pb.h"

namespace moadon {
namespace {

constexpr int64_t kMilli = 1000;

struct Day {
  int64_t units_milli = 0;
  int64_t spend_minor = 0;
};

// What design.md, section 6, "Stages", says of a member on one day.
int plain_stage(const PlainLife& life, const std::map<int64_t, Day>& kept,
                const v1::StageRules& rules, int64_t today) {
  std::vector<int64_t> purchase_days;
  for (const auto& [day, what] : kept) {
    if (what.units_milli > 0) purchase_days.push_back(day);
  }
  if (plain_is_away(life.away, today)) return v1::STAGE_UNSPECIFIED;
  if (purchase_days.empty()) {
    const int64_t interest_days = rules.has_interest_days() ? rules.interest_days() : 30;
    const bool is_fresh =
        std::any_of(life.signs.begin(), life.signs.end(), [&](const PlainSign& sign) {
          return plain_has(sign.period, today) && today - sign.sign_day <= interest_days;
        });
    return is_fresh ? v1::STAGE_INTERESTED : v1::STAGE_POTENTIAL;
  }
  const int64_t club_gap = rules.has_club_gap_days_milli() ? rules.club_gap_days_milli() : 30'000;
  const int64_t weight = rules.has_prior_weight_milli() ? rules.prior_weight_milli() : 5'000;
  const int64_t factor = rules.has_churn_factor_milli() ? rules.churn_factor_milli() : 3'000;
  const int64_t silent_days = today - purchase_days.back();
  int64_t gaps_days = 0;
  for (size_t i = 1; i < purchase_days.size(); ++i) {
    gaps_days += purchase_days[i] - purchase_days[i - 1];
  }
  const int64_t gap_count = static_cast<int64_t>(purchase_days.size()) - 1;
  // silent > factor x (weight x club gap + gaps) / (weight + count), all thousandths cleared.
  const absl::int128 above = absl::int128(factor) * (absl::int128(weight) * club_gap +
                                                     absl::int128(gaps_days) * kMilli * kMilli);
  const absl::int128 silence =
      absl::int128(silent_days) * kMilli * kMilli * (weight + gap_count * kMilli);
  if (silence > above) return v1::STAGE_CHURNING;
  if (purchase_days.size() == 1) return v1::STAGE_NEW;
  const int64_t window = rules.has_loyal_window_days() ? rules.loyal_window_days() : 365;
  const int64_t days_needed = rules.has_loyal_purchase_days() ? rules.loyal_purchase_days() : 6;
  const int64_t spend_needed = rules.has_loyal_spend_minor() ? rules.loyal_spend_minor() : 0;
  int64_t window_days = 0;
  int64_t window_spend = 0;
  for (const auto& [day, what] : kept) {
    if (day <= today - window || day > today) continue;
    window_days += what.units_milli > 0 ? 1 : 0;
    window_spend += what.spend_minor;
  }
  const bool is_loyal =
      window_days >= days_needed && std::max<int64_t>(window_spend, 0) >= spend_needed;
  return is_loyal ? v1::STAGE_LOYAL : v1::STAGE_ACTIVE;
}

// The numbers to show beside a decision of `plain_stage`.
void fill_numbers(PlainMove& move, const std::map<int64_t, Day>& kept,
                  const PlainVersion& version) {
  const v1::StageRules& rules = version.rules;
  const int64_t window = rules.has_loyal_window_days() ? rules.loyal_window_days() : 365;
  std::optional<int64_t> first;
  std::optional<int64_t> last;
  for (const auto& [day, what] : kept) {
    const bool is_inside = day > move.day - window && day <= move.day;
    if (is_inside) move.window_spend_minor += what.spend_minor;
    if (what.units_milli <= 0) continue;
    ++move.purchase_days;
    move.window_purchase_days += is_inside ? 1 : 0;
    if (!first) first = day;
    last = day;
  }
  if (last) move.silent_days = move.day - *last;
  const int64_t club_gap = rules.has_club_gap_days_milli() ? rules.club_gap_days_milli() : 30'000;
  const int64_t weight = rules.has_prior_weight_milli() ? rules.prior_weight_milli() : 5'000;
  const int64_t gap_count = std::max<int64_t>(move.purchase_days - 1, 0);
  const absl::int128 days =
      absl::int128(weight) * club_gap + absl::int128(last ? *last - *first : 0) * kMilli * kMilli;
  const absl::int128 count = weight + absl::int128(gap_count) * kMilli;
  move.rhythm_days_milli = static_cast<int64_t>((2 * days + count) / (2 * count));
  move.program_version = version.program_version;
}

// The last day on which a sign or a merge changes what counts.
int64_t last_turn(const PlainLife& life) {
  int64_t last = life.met_day;
  for (const PlainSign& sign : life.signs) {
    last = std::max({last, sign.period.from_day, sign.period.until_day.value_or(last)});
  }
  for (const PlainPeriod& period : life.away) {
    last = std::max({last, period.from_day, period.until_day.value_or(last)});
  }
  return last;
}

}  // namespace

bool plain_has(const PlainPeriod& period, int64_t day) {
  return period.from_day <= day && (!period.until_day || day < *period.until_day);
}

bool plain_is_away(const std::vector<PlainPeriod>& away, int64_t day) {
  return std::any_of(away.begin(), away.end(),
                     [day](const PlainPeriod& period) { return plain_has(period, day); });
}

std::vector<PlainMove> plain_moves(const PlainLife& life, const std::vector<PlainVersion>& versions,
                                   int64_t until) {
  std::vector<PlainFact> facts = life.facts;
  std::sort(facts.begin(), facts.end(),
            [](const PlainFact& a, const PlainFact& b) { return a.fact_day < b.fact_day; });
  std::vector<PlainMove> moves;
  std::map<int64_t, Day> kept;
  size_t next_fact = 0;
  int stage = v1::STAGE_UNSPECIFIED;
  for (int64_t today = life.met_day; today <= until; ++today) {
    for (; next_fact < facts.size() && facts[next_fact].fact_day <= today; ++next_fact) {
      kept[facts[next_fact].purchase_day].units_milli += facts[next_fact].units_milli;
      kept[facts[next_fact].purchase_day].spend_minor += facts[next_fact].spend_minor;
    }
    const PlainVersion* version = &versions.front();
    bool is_last_version = true;
    for (size_t i = 1; i < versions.size(); ++i) {
      if (versions[i].start_day <= today) {
        version = &versions[i];
      } else {
        is_last_version = false;
      }
    }
    const int now = plain_stage(life, kept, version->rules, today);
    if (now != stage) {
      PlainMove& move = moves.emplace_back(PlainMove{today, stage, now});
      if (now != v1::STAGE_UNSPECIFIED) fill_numbers(move, kept, *version);
    }
    stage = now;
    // Silence only grows, and a sign of interest only ages: nothing but a fact, a sign, a merge or
    // another version ends these.
    const bool is_final =
        last_turn(life) <= today &&
        (now == v1::STAGE_CHURNING || now == v1::STAGE_POTENTIAL || now == v1::STAGE_UNSPECIFIED);
    if (!is_final || !is_last_version) continue;
    if (next_fact == facts.size()) break;
    today = facts[next_fact].fact_day - 1;
  }
  return moves;
}

}  // namespace moadon
