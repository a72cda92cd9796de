#include "server/operations/benefit_use_counts.h"

#include <algorithm>

#include "absl/container/flat_hash_map.h"
#include "absl/time/civil_time.h"
#include "rules/calendar.h"
#include "server/operations/whole_person.h"
#include "server/storage/member_store.h"

namespace moadon {
namespace {

constexpr int64_t kFirstDay = -1;  // of all that can be recorded
constexpr int64_t kLastDay = 2'932'896;

storage::BenefitUseRow row_of(const storage::SaleRow& sale, const v1::AppliedBenefit& applied) {
  return {sale.member_id, applied.benefit_id(),  sale.business_day,
          sale.sale_id,   applied.saved_minor(), true};
}

// A limit of one member's sales in a span of days.
struct MemberLimit {
  v1::LimitPeriod period = v1::LIMIT_PERIOD_UNSPECIFIED;
  int64_t limit = 0;  // 0: none
  int64_t from_day = 0;
  int64_t until_day = 0;
};

std::vector<MemberLimit> member_limits(const v1::Limits& limits, int64_t business_day) {
  const absl::CivilDay day = day_of_number(business_day);
  const absl::CivilDay month(day.year(), day.month(), 1);
  const absl::CivilDay year(day.year(), 1, 1);
  const absl::CivilDay next_month(absl::CivilMonth(day) + 1);
  const absl::CivilDay next_year(day.year() + 1, 1, 1);
  return {{v1::LIMIT_PERIOD_DAY, limits.per_member_day_count(), business_day, business_day},
          {v1::LIMIT_PERIOD_MONTH, limits.per_member_month_count(), day_number(month),
           day_number(next_month) - 1},
          {v1::LIMIT_PERIOD_YEAR, limits.per_member_year_count(), day_number(year),
           day_number(next_year) - 1},
          {v1::LIMIT_PERIOD_EVER, limits.per_member_count(), kFirstDay, kLastDay}};
}

void exceeded(const std::string& benefit_id, v1::LimitPeriod period,
              std::vector<v1::Difference>& differences) {
  v1::LimitExceeded& limit = *differences.emplace_back().mutable_limit_exceeded();
  limit.set_benefit_id(benefit_id);
  limit.set_period(period);
}

// By all who are one person.
absl::StatusOr<int64_t> count_of_person(sqlite::Connection& connection, int64_t member_id,
                                        const std::string& benefit_id, const MemberLimit& limit) {
  const auto member = storage::find_member(connection, member_id);
  if (!member.ok()) return member.status();
  std::vector<storage::MemberRow> people;
  if (*member) {  // a new one has used nothing
    auto parts = parts_of(connection, **member);
    if (!parts.ok()) return parts.status();
    people = *std::move(parts);
    people.push_back(**member);
  }
  int64_t count = 0;
  for (const storage::MemberRow& each : people) {
    const auto used = storage::count_benefit_uses(connection, each.member_id, benefit_id,
                                                  limit.from_day, limit.until_day);
    if (!used.ok()) return used.status();
    count += *used;
  }
  return count;
}

absl::StatusOr<LimitExcess> check_limits(sqlite::Connection& connection,
                                         const storage::SaleRow& sale,
                                         const v1::AppliedBenefit& applied,
                                         const v1::Limits& limits,
                                         std::vector<v1::Difference>& differences) {
  LimitExcess excess{&applied};
  const auto is_used_up = [&](v1::LimitPeriod period) {
    exceeded(applied.benefit_id(), period, differences);
    excess.is_whole = true;
  };
  for (const MemberLimit& each : member_limits(limits, sale.business_day)) {
    if (each.limit == 0 || sale.member_id == 0) continue;
    const auto used = count_of_person(connection, sale.member_id, applied.benefit_id(), each);
    if (!used.ok()) return used.status();
    if (*used >= each.limit) is_used_up(each.period);
  }
  if (limits.club_count() == 0 && limits.club_budget_minor() == 0) return excess;
  const auto club = storage::sum_club_uses(connection, applied.benefit_id());
  if (!club.ok()) return club.status();
  if (limits.club_count() > 0 && club->use_count >= limits.club_count()) {
    is_used_up(v1::LIMIT_PERIOD_CLUB);
  }
  const int64_t over_minor = club->saved_minor + applied.saved_minor() - limits.club_budget_minor();
  if (limits.club_budget_minor() > 0 && over_minor > 0) {
    exceeded(applied.benefit_id(), v1::LIMIT_PERIOD_CLUB_BUDGET, differences);
    excess.beyond_minor = std::min(over_minor, applied.saved_minor());
  }
  return excess;
}

absl::Status add_club_use(sqlite::Connection& connection, const storage::SaleRow& sale,
                          const v1::AppliedBenefit& applied, int sign) {
  return storage::add_club_use(
      connection, {applied.benefit_id(), sale.register_id, sign, sign * applied.saved_minor()});
}

}  // namespace

absl::StatusOr<std::vector<LimitExcess>> count_uses(sqlite::Connection& connection,
                                                    const storage::SaleRow& sale,
                                                    const v1::Quote& verdict,
                                                    const v1::Program& program,
                                                    std::vector<v1::Difference>& differences) {
  std::vector<LimitExcess> beyond;
  if (verdict.applied().empty()) return beyond;
  absl::flat_hash_map<absl::string_view, const v1::Limits*> limits;
  for (const v1::Benefit& benefit : program.benefits()) {
    if (benefit.has_limits()) limits[benefit.benefit_id()] = &benefit.limits();
  }
  for (const v1::AppliedBenefit& applied : verdict.applied()) {
    if (const auto found = limits.find(applied.benefit_id()); found != limits.end()) {
      const auto excess = check_limits(connection, sale, applied, *found->second, differences);
      if (!excess.ok()) return excess.status();
      if (excess->is_whole || excess->beyond_minor > 0) beyond.push_back(*excess);
    }
    absl::Status counted = storage::insert_benefit_use(connection, row_of(sale, applied));
    if (counted.ok()) counted = add_club_use(connection, sale, applied, 1);
    if (!counted.ok()) return counted;
  }
  return beyond;
}

absl::StatusOr<bool> keep_standing_uses(sqlite::Connection& connection,
                                        const storage::SaleRow& sale, const v1::Quote& verdict,
                                        const std::vector<bool>& stands) {
  bool changed = false;
  for (int i = 0; i < verdict.applied_size(); ++i) {
    const v1::AppliedBenefit& applied = verdict.applied(i);
    storage::BenefitUseRow row = row_of(sale, applied);
    row.is_standing = stands[i];
    const auto before = storage::find_use_standing(connection, row);
    if (!before.ok()) return before.status();
    if (!*before || **before == row.is_standing) continue;
    absl::Status kept = storage::set_use_standing(connection, row);
    if (kept.ok()) kept = add_club_use(connection, sale, applied, row.is_standing ? 1 : -1);
    if (!kept.ok()) return kept;
    changed = true;
  }
  return changed;
}

absl::Status give_uses(sqlite::Connection& connection, const storage::SaleRow& sale,
                       const v1::Quote& verdict) {
  for (const v1::AppliedBenefit& applied : verdict.applied()) {
    const absl::Status given =
        storage::give_benefit_use(connection, row_of(sale, applied), sale.member_id);
    if (!given.ok()) return given;
  }
  return absl::OkStatus();
}

}  // namespace moadon
