#include "rules/offline.h"

#include <algorithm>

#include "absl/numeric/int128.h"
#include "rules/calendar.h"
#include "rules/money.h"

namespace moadon {
namespace {

constexpr int64_t kFullBps = 10'000;
constexpr int64_t kMilliPerThousandPoints = 1'000'000;

const v1::Benefit* find_benefit(const v1::Program& program, const std::string& benefit_id) {
  const auto found =
      std::find_if(program.benefits().begin(), program.benefits().end(),
                   [&](const v1::Benefit& each) { return each.benefit_id() == benefit_id; });
  return found == program.benefits().end() ? nullptr : &*found;
}

// Whether a register that gives the effect without the server takes something of its caps for it.
bool takes_of_caps(const v1::Effect& effect, bool points_pay) {
  switch (effect.kind_case()) {
    case v1::Effect::kPointsMultiplier:
    case v1::Effect::kBonusPoints:
      return points_pay;
    case v1::Effect::kGiftLine:
    case v1::Effect::kGrantRight:
    case v1::Effect::kReceiptMessage:
    case v1::Effect::kCashierPrompt:
    case v1::Effect::KIND_NOT_SET:
      return false;
    default:
      return true;
  }
}

int64_t add_up_to_most(int64_t sum_minor, int64_t amount_minor) {
  return std::min(kMaxSumMinor, sum_minor + std::min(kMaxSumMinor, amount_minor));
}

}  // namespace

int32_t cache_valid_hours_of(const v1::Program& program) {
  const v1::OfflineRules& rules = program.offline();
  return rules.has_cache_valid_hours() ? rules.cache_valid_hours() : kDefaultCacheValidHours;
}

bool keeps_seen_only(const v1::Program& program) { return program.offline().has_seen(); }

bool keeps_member(const v1::Program& program, std::optional<absl::CivilDay> last_seen,
                  absl::CivilDay today) {
  if (!keeps_seen_only(program)) return true;
  return last_seen && today - *last_seen <= program.offline().seen().last_days();
}

OfflineCaps offline_caps_of(const v1::Program& program) {
  const v1::OfflineRules& rules = program.offline();
  return {
      rules.has_member_limit_minor() ? rules.member_limit_minor() : kDefaultMemberLimitMinor,
      rules.has_register_limit_minor() ? rules.register_limit_minor() : kDefaultRegisterLimitMinor,
      rules.has_points_share_bps() ? rules.points_share_bps() : kDefaultPointsShareBps};
}

int32_t rights_per_register_of(const v1::Program& program) {
  if (cache_valid_hours_of(program) == 0) return 0;
  return program.offline().leases().rights_per_register();
}

int32_t lease_hours_of(const v1::Program& program) {
  const int32_t hours = program.offline().leases().lease_hours();
  return hours == 0 ? kDefaultLeaseHours : hours;
}

bool is_limited(const v1::Benefit& benefit) {
  const v1::Limits& limits = benefit.limits();
  return limits.per_member_day_count() > 0 || limits.per_member_month_count() > 0 ||
         limits.per_member_year_count() > 0 || limits.per_member_count() > 0 ||
         is_limited_for_club(benefit);
}

bool is_limited_for_club(const v1::Benefit& benefit) {
  return benefit.limits().club_count() > 0 || benefit.limits().club_budget_minor() > 0;
}

v1::OfflineTerms trimmed_terms(const v1::OfflineTerms& terms, const v1::MemberFacts& facts,
                               const v1::Program& program) {
  const OfflineCaps caps = offline_caps_of(program);
  const absl::int128 share = absl::int128(std::max<int64_t>(0, facts.points().available_milli())) *
                             caps.points_share_bps / kFullBps;
  v1::OfflineTerms trimmed = terms;
  trimmed.set_amount_limit_minor(std::clamp<int64_t>(
      terms.amount_limit_minor(), 0, std::min(caps.member_limit_minor, caps.register_limit_minor)));
  trimmed.set_points_limit_milli(
      std::clamp<int64_t>(terms.points_limit_milli(), 0, static_cast<int64_t>(share)));
  if (!parse_day(terms.latest_date(), "latest_date").ok()) trimmed.clear_latest_date();
  return trimmed;
}

OfflineUse offline_use_of(const v1::Quote& quote, const v1::Program& program) {
  OfflineUse use;
  use.amount_minor = std::max<int64_t>(0, quote.points().spent_minor());
  for (const v1::AppliedBenefit& applied : quote.applied()) {
    const v1::Benefit* const benefit = find_benefit(program, applied.benefit_id());
    if (benefit == nullptr || !is_limited(*benefit)) continue;
    const int64_t saved_minor = std::max<int64_t>(0, applied.saved_minor());
    use.amount_minor = add_up_to_most(use.amount_minor, saved_minor);
    use.amount_minor = add_up_to_most(
        use.amount_minor, worth_of_points_minor(program.points(), applied.points_milli()));
    if (!is_limited_for_club(*benefit)) continue;
    v1::BudgetSlice& slice = use.slices.emplace_back();
    slice.set_benefit_id(applied.benefit_id());
    if (benefit->limits().club_budget_minor() > 0) slice.set_amount_minor(saved_minor);
    if (benefit->limits().club_count() > 0) slice.set_use_count(1);
  }
  for (const v1::RightUse& right : quote.rights_used()) use.grant_ids.push_back(right.grant_id());
  return use;
}

int64_t worth_of_points_minor(const v1::PointRules& points, int64_t points_milli) {
  if (!points.has_spending() || points_milli <= 0) return 0;
  const absl::int128 worth =
      absl::int128(points_milli) * points.spending().thousand_points_value_minor();
  const absl::int128 rounded_up = (worth + kMilliPerThousandPoints - 1) / kMilliPerThousandPoints;
  return rounded_up > kMaxSumMinor ? kMaxSumMinor : static_cast<int64_t>(rounded_up);
}

int64_t worst_register_loss_minor(const v1::Program& program) {
  const OfflineCaps caps = offline_caps_of(program);
  if (cache_valid_hours_of(program) == 0 || caps.member_limit_minor == 0) return 0;
  const bool points_pay = program.points().has_spending();
  const bool has_limits = std::any_of(
      program.benefits().begin(), program.benefits().end(), [&](const v1::Benefit& benefit) {
        return is_limited(benefit) && takes_of_caps(benefit.effect(), points_pay);
      });
  if (!has_limits && (!points_pay || caps.points_share_bps == 0)) return 0;
  return caps.register_limit_minor;
}

}  // namespace moadon
