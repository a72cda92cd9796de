#include "rules/program_check.h"

#include <algorithm>

#include "absl/numeric/int128.h"
#include "absl/strings/ascii.h"
#include "absl/strings/str_cat.h"
#include "rules/calendar.h"
#include "rules/money.h"
#include "rules/offline.h"
#include "rules/program.h"

namespace moadon {
namespace {

constexpr int64_t kMaxCashRoundingMinor = 100;
constexpr int64_t kMaxDays = 36500;
constexpr int64_t kMaxWaitDays = 3650;
constexpr int64_t kMaxRatePart = 1'000'000'000;         // of earning and of a point's value
constexpr int64_t kMaxPointsMilli = 1'000'000'000'000;  // named in a program
constexpr int64_t kMilliPerThousandPoints = 1'000'000;  // what a value is given for
constexpr int64_t kMaxPurchaseDays = 36500;
constexpr int64_t kFullBps = 10'000;

void check_letters(absl::string_view text, size_t length, absl::string_view field,
                   ProgramFaults& faults) {
  if (text.empty()) return faults.missing(field);
  if (text.size() == length && std::all_of(text.begin(), text.end(), absl::ascii_isupper)) return;
  faults.invalid(field, absl::StrCat(length, " capital letters"),
                 {absl::StrCat("must be ", length, " capital letters"),
                  absl::StrCat("חייב להיות ", length, " אותיות לטיניות גדולות")});
}

void check_stages(const v1::Program& program, ProgramFaults& faults) {
  const StageNumbers n = stage_numbers_of(program);
  faults.check_number(n.interest_days, 0, kMaxWaitDays, "stages.interest_days");
  faults.check_number(n.club_gap_days_milli, kMilli, kMaxWaitDays * kMilli,
                      "stages.club_gap_days_milli");
  faults.check_number(n.prior_weight_milli, 1, 1'000'000, "stages.prior_weight_milli");
  faults.check_number(n.churn_factor_milli, 1, 1'000'000, "stages.churn_factor_milli");
  faults.check_number(n.loyal_window_days, 1, kMaxDays, "stages.loyal_window_days");
  faults.check_number(n.loyal_purchase_days, 1, kMaxPurchaseDays, "stages.loyal_purchase_days");
  faults.check_number(n.loyal_spend_minor, 0, kMaxSumMinor, "stages.loyal_spend_minor");
}

void check_head(const v1::Program& program, ProgramFaults& faults) {
  faults.check_text(program.title(), 100, Presence::kOptional, "title");
  check_letters(program.currency_code(), 3, "currency_code", faults);
  faults.check_text(program.time_zone(), 64, Presence::kRequired, "time_zone");
  check_letters(program.country_code(), 2, "country_code", faults);
  const std::string& language = program.language_code();
  if (!language.empty() && language != "he" && language != "en") {
    faults.invalid("language_code", "he or en", {"must be he or en", "חייב להיות he או en"});
  }
  if (program.has_start_time() && !time_us_of(program.start_time(), "start_time").ok()) {
    faults.outside_time("start_time");
  }
  check_stages(program, faults);
  faults.check_number(program.cash_rounding_minor(), 0, kMaxCashRoundingMinor,
                      "cash_rounding_minor");
  faults.check_number(program.notice_days(), 0, kMaxWaitDays, "notice_days");
  faults.check_text(program.notice_waiver(), 500, Presence::kOptional, "notice_waiver");
}

// A list whose elements have ids that must differ.
template <typename List, typename IdOf, typename CheckOne>
void check_named(const List& list, int max, const std::string& path, absl::string_view id_name,
                 ProgramFaults& faults, IdOf id_of, CheckOne check_one) {
  if (!faults.check_size(static_cast<size_t>(list.size()), static_cast<size_t>(max), path)) return;
  absl::flat_hash_set<absl::string_view> ids;
  for (int i = 0; i < list.size() && !faults.is_full(); ++i) {
    const std::string at = absl::StrCat(path, "[", i, "]");
    const std::string& id = id_of(list[i]);
    const std::string id_path = absl::StrCat(at, ".", id_name);
    if (faults.check_id(id, id_path) && !ids.insert(id).second) faults.not_unique(id_path);
    check_one(list[i], at);
  }
}

void check_right_kind(const v1::RightKind& right, const std::string& path, ProgramFaults& faults) {
  faults.check_text(right.title(), 100, Presence::kRequired, absl::StrCat(path, ".title"));
  switch (right.kind_case()) {
    case v1::RightKind::kCoupon:
      faults.check_number(right.coupon().use_count(), 0, 1000,
                          absl::StrCat(path, ".coupon.use_count"));
      break;
    case v1::RightKind::kVoucher:
      faults.check_amount(right.voucher().amount_minor(), 1, kMaxAmountMinor,
                          absl::StrCat(path, ".voucher.amount_minor"));
      break;
    case v1::RightKind::KIND_NOT_SET:
      faults.missing(absl::StrCat(path, ".kind"));
  }
  faults.check_number(right.valid_after_days(), 0, kMaxWaitDays,
                      absl::StrCat(path, ".valid_after_days"));
  faults.check_number(right.valid_days(), 0, kMaxDays, absl::StrCat(path, ".valid_days"));
}

void check_earn_rule(const v1::EarnRule& rule, const ProgramNames& names, const std::string& path,
                     ProgramFaults& faults) {
  check_tier_ids(rule.tier_ids(), names, absl::StrCat(path, ".tier_ids"), faults);
  check_filter(rule.filter(), absl::StrCat(path, ".filter"), faults);
  const auto check_rate = [&](int64_t value, absl::string_view name) {
    faults.check_amount(value, 1, kMaxRatePart, absl::StrCat(path, ".", name));
  };
  switch (rule.kind_case()) {
    case v1::EarnRule::kPerAmount:
      check_rate(rule.per_amount().points_milli(), "per_amount.points_milli");
      return check_rate(rule.per_amount().amount_minor(), "per_amount.amount_minor");
    case v1::EarnRule::kPerItem:
      return check_rate(rule.per_item().points_milli(), "per_item.points_milli");
    case v1::EarnRule::kPerVisit:
      return check_rate(rule.per_visit().points_milli(), "per_visit.points_milli");
    case v1::EarnRule::KIND_NOT_SET:
      return faults.missing(absl::StrCat(path, ".kind"));
  }
}

void check_spending(const v1::PointSpending& spending, ProgramFaults& faults) {
  const std::string path = "points.spending";
  const bool has_value = faults.check_amount(spending.thousand_points_value_minor(), 1,
                                             kMaxRatePart, path + ".thousand_points_value_minor");
  const bool has_step =
      faults.check_amount(spending.step_milli(), 1, kMaxPointsMilli, path + ".step_milli");
  const absl::int128 worth =
      absl::int128(spending.step_milli()) * spending.thousand_points_value_minor();
  if (has_value && has_step && worth % kMilliPerThousandPoints != 0) {
    faults.contradicts(path + ".step_milli", {"must be worth whole minor units of the currency",
                                              "חייב להיות שווה מספר שלם של יחידות המטבע הקטנות"});
  }
  faults.check_amount(spending.minimum_milli(), 0, kMaxPointsMilli, path + ".minimum_milli");
  faults.check_number(spending.maximum_share_bps(), 0, kFullBps, path + ".maximum_share_bps");
}

void check_points(const v1::PointRules& points, const ProgramNames& names, ProgramFaults& faults) {
  check_named(
      points.earn_rules(), kMaxEarnRules, "points.earn_rules", "rule_id", faults,
      [](const v1::EarnRule& rule) -> const std::string& { return rule.rule_id(); },
      [&](const v1::EarnRule& rule, const std::string& path) {
        check_earn_rule(rule, names, path, faults);
      });
  faults.check_amount(points.point_step_milli(), 0, kMaxRatePart, "points.point_step_milli");
  faults.check_number(points.pending_days(), 0, kMaxWaitDays, "points.pending_days");
  switch (points.expiry_case()) {
    case v1::PointRules::kExpiryDays:
      faults.check_number(points.expiry_days(), 0, kMaxDays, "points.expiry_days");
      break;
    case v1::PointRules::kExpiryMonths:
      faults.check_number(points.expiry_months(), 0, 1200, "points.expiry_months");
      break;
    case v1::PointRules::kExpiryYears:
      faults.check_number(points.expiry_years(), 0, 100, "points.expiry_years");
      break;
    case v1::PointRules::EXPIRY_NOT_SET:
      break;
  }
  if (points.has_spending()) check_spending(points.spending(), faults);
}

void check_bars(const v1::Tier& tier, const std::string& path, ProgramFaults& faults) {
  if (tier.any_of().empty()) return faults.missing(path);
  if (!faults.check_size(static_cast<size_t>(tier.any_of_size()), 10, path)) return;
  for (int i = 0; i < tier.any_of_size(); ++i) {
    const v1::TierBar& bar = tier.any_of(i);
    const std::string at = absl::StrCat(path, "[", i, "]");
    faults.check_amount(bar.spend_minor(), 0, kMaxSumMinor, at + ".spend_minor");
    faults.check_number(bar.purchase_days(), 0, kMaxPurchaseDays, at + ".purchase_days");
    if (bar.spend_minor() == 0 && bar.purchase_days() == 0) faults.missing(at);
  }
}

void check_entry_gift(const v1::EntryGift& gift, const ProgramNames& names, const std::string& path,
                      ProgramFaults& faults) {
  switch (gift.kind_case()) {
    case v1::EntryGift::kRightId:
      check_right_id(gift.right_id(), names, path + ".right_id", faults);
      return;
    case v1::EntryGift::kPointsMilli:
      faults.check_amount(gift.points_milli(), 1, kMaxPointsMilli, path + ".points_milli");
      return;
    case v1::EntryGift::KIND_NOT_SET:
      faults.missing(path + ".kind");
  }
}

void check_tier(const v1::Tier& tier, const ProgramNames& names, const std::string& path,
                ProgramFaults& faults) {
  faults.check_text(tier.title(), 100, Presence::kRequired, path + ".title");
  check_bars(tier, path + ".any_of", faults);
  if (tier.window_case() == v1::Tier::WINDOW_NOT_SET) faults.missing(path + ".window");
  if (tier.window_case() == v1::Tier::kRollingDays) {
    faults.check_number(tier.rolling_days(), 1, kMaxDays, path + ".rolling_days");
  }
  faults.check_number(tier.grace_days(), 0, kMaxWaitDays, path + ".grace_days");
  if (tier.has_entry_gift()) {
    check_entry_gift(tier.entry_gift(), names, path + ".entry_gift", faults);
  }
}

void check_offline(const v1::OfflineRules& offline, ProgramFaults& faults) {
  if (offline.has_cache_valid_hours()) {
    faults.check_number(offline.cache_valid_hours(), 0, kMaxCacheValidHours,
                        "offline.cache_valid_hours");
  }
  if (offline.has_seen()) {
    faults.check_number(offline.seen().last_days(), 1, kMaxSeenDays, "offline.seen.last_days");
  }
  faults.check_amount(offline.member_limit_minor(), 0, kMaxOfflineLimitMinor,
                      "offline.member_limit_minor");
  faults.check_amount(offline.register_limit_minor(), 0, kMaxOfflineLimitMinor,
                      "offline.register_limit_minor");
  faults.check_number(offline.points_share_bps(), 0, kFullBps, "offline.points_share_bps");
  if (!offline.has_leases()) return;
  faults.check_number(offline.leases().rights_per_register(), 1, kMaxRightsPerRegister,
                      "offline.leases.rights_per_register");
  faults.check_number(offline.leases().lease_hours(), 0, kMaxLeaseHours,
                      "offline.leases.lease_hours");
}

void check_parts(const v1::Program& program, ProgramFaults& faults) {
  const ProgramNames names(program);
  check_named(
      program.benefits(), kMaxBenefits, "benefits", "benefit_id", faults,
      [](const v1::Benefit& benefit) -> const std::string& { return benefit.benefit_id(); },
      [&](const v1::Benefit& benefit, const std::string& path) {
        check_benefit(benefit, names, path, faults);
      });
  check_named(
      program.rights(), kMaxRightKinds, "rights", "right_id", faults,
      [](const v1::RightKind& right) -> const std::string& { return right.right_id(); },
      [&](const v1::RightKind& right, const std::string& path) {
        check_right_kind(right, path, faults);
      });
  if (program.has_points()) check_points(program.points(), names, faults);
  check_named(
      program.tiers(), kMaxTiers, "tiers", "tier_id", faults,
      [](const v1::Tier& tier) -> const std::string& { return tier.tier_id(); },
      [&](const v1::Tier& tier, const std::string& path) {
        check_tier(tier, names, path, faults);
      });
}

}  // namespace

ProgramNames::ProgramNames(const v1::Program& program) {
  for (const v1::Tier& tier : program.tiers()) tiers.insert(tier.tier_id());
  for (const v1::RightKind& right : program.rights()) rights.try_emplace(right.right_id(), &right);
}

const v1::RightKind* check_right_id(const std::string& right_id, const ProgramNames& names,
                                    const std::string& path, ProgramFaults& faults) {
  if (!faults.check_id(right_id, path)) return nullptr;
  const auto found = names.rights.find(right_id);
  if (found != names.rights.end()) return found->second;
  faults.contradicts(
      path, {"names a right that the program does not have", "מפנה לזכאות שאינה קיימת בתוכנית"});
  return nullptr;
}

std::vector<ProgramFault> faults_of(const v1::Program& program, size_t at_most) {
  ProgramFaults faults(at_most);
  if (program.ByteSizeLong() > kMaxProgramBytes) {
    faults.too_large("", kMaxProgramBytes);
    return faults.faults();
  }
  check_head(program, faults);
  check_parts(program, faults);
  faults.check_amount(program.basket_cap_minor(), 0, kMaxSumMinor, "basket_cap_minor");
  faults.check_number(program.return_grace_days(), 0, kMaxWaitDays, "return_grace_days");
  check_offline(program.offline(), faults);
  return faults.faults();
}

}  // namespace moadon
