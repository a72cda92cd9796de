#include "server/insight/loyal_bar.h"

#include <algorithm>
#include <cmath>

namespace moadon {
namespace {

constexpr int64_t kLeastLoyalDays = 2;
constexpr int64_t kWhole = 100;  // minor units
constexpr int64_t kTwoDigits = 100;

int32_t bps_of(double part, double whole) {
  return whole <= 0 ? 0 : static_cast<int32_t>(std::llround(1e4 * part / whole));
}

// 12,345.67 -> 12,000.00: a bar that people remember.
int64_t round_bar(int64_t amount_minor) {
  int64_t step = kWhole;
  while (amount_minor / step >= kTwoDigits) step *= 10;
  return std::max<int64_t>(amount_minor, 0) / step * step;
}

bool is_loyal(const WindowMember& member, const StageNumbers& numbers) {
  return member.purchase_days > 1 && member.window_purchase_days >= numbers.loyal_purchase_days &&
         std::max<int64_t>(member.window_spend_minor, 0) >= numbers.loyal_spend_minor;
}

}  // namespace

void propose_loyal_bar(absl::Span<const WindowMember> members, StageNumbers& numbers) {
  if (members.empty()) return;
  std::vector<int32_t> days;
  std::vector<int64_t> spends_minor;
  for (const WindowMember& member : members) {
    days.push_back(member.window_purchase_days);
    spends_minor.push_back(member.window_spend_minor);
  }
  std::sort(days.begin(), days.end());
  std::sort(spends_minor.begin(), spends_minor.end());
  const double count = static_cast<double>(members.size());
  // So many have at most the days of the last of them; a bar one above that is reached by the rest.
  const auto below = static_cast<size_t>(std::ceil((1 - kMostLoyal) * count));
  numbers.loyal_purchase_days = std::max<int64_t>(days[below - 1] + 1, kLeastLoyalDays);
  const auto middle = static_cast<size_t>(std::ceil(kSpendMiddle * count));
  numbers.loyal_spend_minor = round_bar(spends_minor[middle - 1]);
}

v1::LoyalScore score_loyal_bar(absl::Span<const WindowMember> members,
                               const StageNumbers& numbers) {
  int64_t loyal = 0;
  int64_t back = 0;
  double loyal_spend = 0;
  double spend = 0;
  for (const WindowMember& member : members) {
    const auto spent = static_cast<double>(std::max<int64_t>(member.window_spend_minor, 0));
    spend += spent;
    if (!is_loyal(member, numbers)) continue;
    ++loyal;
    back += member.is_back ? 1 : 0;
    loyal_spend += spent;
  }
  v1::LoyalScore score;
  score.set_member_count(loyal);
  score.set_member_share_bps(
      bps_of(static_cast<double>(loyal), static_cast<double>(members.size())));
  score.set_spend_share_bps(bps_of(loyal_spend, spend));
  score.set_bought_again_bps(bps_of(static_cast<double>(back), static_cast<double>(loyal)));
  return score;
}

}  // namespace moadon
