#include "server/insight/standing_date.h"

#include <algorithm>

#include "rules/churn.h"
#include "rules/money.h"

namespace moadon {
namespace {

// Both whole and below 2^53, so that a double holds them exactly.
double rhythm_numerator(const StageNumbers& numbers, const StandingMember& member) {
  return static_cast<double>(numbers.prior_weight_milli * numbers.club_gap_days_milli +
                             int64_t{member.gaps_days} * kMilli * kMilli);
}

int64_t rhythm_denominator(const StageNumbers& numbers, const StandingMember& member) {
  return numbers.prior_weight_milli + (int64_t{member.purchase_days} - 1) * kMilli;
}

void stand(const MemberDays& history, std::vector<ShortDay>& scratch, StandingDate& date) {
  StandingMember member;
  {
    const absl::Span<const ShortDay> before = history.as_of(date.day, scratch);
    if (before.empty()) return;
    member.purchase_days = static_cast<uint16_t>(before.size());
    member.gaps_days = before.back() - before.front();
    member.silent_days = static_cast<uint16_t>(date.day - before.back());
  }
  const absl::Span<const ShortDay> after = history.as_of(date.day + date.observed_days, scratch);
  const auto later = std::upper_bound(after.begin(), after.end(), date.day);
  member.is_back = later != after.end();
  date.back_count += member.is_back ? 1 : 0;
  date.later_purchase_days += after.end() - later;
  date.members.push_back(member);
}

}  // namespace

StandingDate stand_at(absl::Span<const PurchaseHistories> histories, int64_t day,
                      int64_t observed_days) {
  StandingDate date;
  date.day = day;
  date.observed_days = observed_days;
  size_t count = 0;
  for (const PurchaseHistories& some : histories) count += some.size();
  date.members.reserve(count);
  std::vector<ShortDay> scratch;
  for (const PurchaseHistories& some : histories) {
    for (size_t i = 0; i < some.size(); ++i) stand(some[i], scratch, date);
  }
  return date;
}

bool is_churning(const StageNumbers& numbers, const StandingMember& member) {
  return member.silent_days >=
         churn_silence_days(numbers, {member.purchase_days, member.gaps_days});
}

double silence_ratio(const StageNumbers& numbers, const StandingMember& member) {
  const int64_t denominator = rhythm_denominator(numbers, member);
  return static_cast<double>(int64_t{member.silent_days} * denominator * kMilli) /
         rhythm_numerator(numbers, member);
}

double rhythm_days(const StageNumbers& numbers, const StandingMember& member) {
  return rhythm_numerator(numbers, member) /
         (static_cast<double>(rhythm_denominator(numbers, member)) * kMilli);
}

}  // namespace moadon
