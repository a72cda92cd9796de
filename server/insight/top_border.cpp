#include "server/insight/top_border.h"

#include <algorithm>
#include <functional>
#include <limits>

#include "absl/numeric/int128.h"
#include "rules/calendar.h"
#include "server/insight/member_picture.h"
#include "server/storage/group_scan.h"

namespace moadon {
namespace {

constexpr int kAllBps = 10'000;

// Net spend of those members of a span who bought in the last days; 0: ever.
absl::StatusOr<std::vector<int64_t>> spends_of(sqlite::Connection& connection,
                                               storage::MemberSpan span, int last_days,
                                               int64_t today) {
  storage::StandingScan standings(connection, span.after_id, span.until_id);
  auto days = storage::days_of_members(connection, span, today - last_days);
  std::vector<int64_t> spends_minor;
  storage::StandingRow row;
  while (true) {
    const absl::StatusOr<bool> found = standings.next(row);
    if (!found.ok()) return found.status();
    if (!*found) return spends_minor;
    // Who did not buy lately has nothing to add, and need not be looked at.
    if (row.is_merged || row.purchase_days == 0) continue;
    if (last_days > 0 && *row.last_purchase_day <= today - last_days) continue;
    DaysSum sum{row.purchase_days, row.net_spend_sum_minor};
    if (last_days > 0) {
      sum = {};
      const absl::Status read = days.read(row.member_id, [&](const storage::MemberDay& day) {
        if (day.day > today) return;
        sum.day_count += day.units_milli > 0 ? 1 : 0;
        sum.spend_minor += day.spend_minor;
      });
      if (!read.ok()) return read;
    }
    if (sum.day_count > 0) spends_minor.push_back(std::max<int64_t>(sum.spend_minor, 0));
  }
}

}  // namespace

int64_t border_of(std::vector<int64_t> spends_minor, int share_bps) {
  if (spends_minor.empty()) return std::numeric_limits<int64_t>::max();
  const absl::int128 shares = absl::int128(spends_minor.size()) * share_bps;
  const auto count = static_cast<size_t>((shares + kAllBps - 1) / kAllBps);
  const auto border = spends_minor.begin() + static_cast<ptrdiff_t>(count) - 1;
  std::nth_element(spends_minor.begin(), border, spends_minor.end(), std::greater<>());
  return *border;
}

absl::StatusOr<int64_t> top_border(ClubScan& scan, const v1::TopQuestion& top,
                                   absl::CivilDay today) {
  std::vector<std::vector<int64_t>> pieces(scan.ranges().size());
  const absl::Status read = scan.run([&](sqlite::Connection& connection, size_t i) {
    const IdRange& range = scan.ranges()[i];
    auto spends =
        spends_of(connection, {range.after_id, range.until_id}, top.last_days(), day_number(today));
    if (spends.ok()) pieces[i] = *std::move(spends);
    return spends.status();
  });
  if (!read.ok()) return read;
  std::vector<int64_t> all;
  for (std::vector<int64_t>& piece : pieces) {
    all.insert(all.end(), piece.begin(), piece.end());
    piece = {};
  }
  return border_of(std::move(all), top.share_bps());
}

}  // namespace moadon
