#include "server/insight/club_value.h"

#include <algorithm>
#include <vector>

#include "absl/numeric/int128.h"
#include "rules/calendar.h"
#include "rules/money.h"
#include "rules/refusal.h"
#include "server/insight/checked_sum.h"
#include "server/insight/club_scan.h"
#include "server/storage/value_store.h"

namespace moadon {
namespace {

constexpr int kExpiringDays = 90;
constexpr int kMaxBps = 10'000;

struct Dates {
  absl::CivilDay from;
  absl::CivilDay until;
};

// A 29 February becomes a 28 February in other years.
absl::CivilDay year_before(absl::CivilDay day) {
  const absl::CivilDay normal(day.year() - 1, day.month(), day.day());
  return normal.month() == day.month() ? normal : normal - 1;
}

absl::StatusOr<Dates> dates_of(const v1::GetValueRequest& request, absl::CivilDay today) {
  Dates dates{today, today};
  if (!request.until_date().empty()) {
    const auto until = parse_day(request.until_date(), "until_date");
    if (!until.ok()) return until.status();
    dates.until = *until;
  }
  dates.from = std::max(year_before(dates.until) + 1, day_of_number(0));
  if (!request.from_date().empty()) {
    const auto from = parse_day(request.from_date(), "from_date");
    if (!from.ok()) return from.status();
    dates.from = *from;
  }
  if (dates.from > dates.until) {
    return refuse(v1::REASON_FIELD_INVALID, "from_date is after until_date",
                  {{"field", "from_date"}, {"limit", "not after until_date"}});
  }
  return dates;
}

struct Sums {
  absl::int128 members_minor = 0;
  absl::int128 others_minor = 0;
  absl::int128 available_milli = 0;
  absl::int128 pending_milli = 0;
  absl::int128 held_milli = 0;
  absl::int128 deficit_milli = 0;
  absl::int128 expiring_milli = 0;

  void add(const Sums& other) {
    members_minor += other.members_minor;
    others_minor += other.others_minor;
    available_milli += other.available_milli;
    pending_milli += other.pending_milli;
    held_milli += other.held_milli;
    deficit_milli += other.deficit_milli;
    expiring_milli += other.expiring_milli;
  }

  // What has ended is nobody's any more, whether the job that enters it came by or not.
  void add(const storage::LiveLot& lot, int64_t today) {
    held_milli += lot.held_milli;
    if (lot.expire_day && *lot.expire_day < today) return;
    if (lot.usable_day > today) {
      pending_milli += lot.left_milli;
      return;
    }
    available_milli += lot.left_milli;
    if (lot.expire_day && *lot.expire_day <= today + kExpiringDays) {
      expiring_milli += lot.left_milli;
    }
  }
};

absl::Status read_range(sqlite::Connection& connection, const IdRange& range,
                        const storage::DaySpan& days, int64_t today, Sums& sums) {
  absl::Status read =
      storage::scan_spend(connection, range.after_id, range.until_id, days,
                          [&](int64_t spend_minor) { sums.members_minor += spend_minor; });
  if (!read.ok()) return read;
  read = storage::scan_live_lots(connection, range.after_id, range.until_id,
                                 [&](const storage::LiveLot& lot) { sums.add(lot, today); });
  if (!read.ok()) return read;
  return storage::scan_deficits(connection, range.after_id, range.until_id,
                                [&](int64_t milli) { sums.deficit_milli += milli; });
}

absl::StatusOr<Sums> read_sums(Club& club, const storage::DaySpan& days, int64_t today) {
  absl::StatusOr<ClubScan> scan = ClubScan::open(club);
  if (!scan.ok()) return scan.status();
  std::vector<Sums> pieces(scan->ranges().size());
  const absl::Status read = scan->run([&](sqlite::Connection& connection, size_t i) {
    // Nobody's are in no range of members: whoever has the first reads them too.
    if (i == 0) {
      absl::Status of_nobody = storage::scan_spend_of_nobody(
          connection, days, [&](int64_t spend_minor) { pieces[i].others_minor += spend_minor; });
      if (!of_nobody.ok()) return of_nobody;
    }
    return read_range(connection, scan->ranges()[i], days, today, pieces[i]);
  });
  if (!read.ok()) return read;
  Sums all;
  for (const Sums& piece : pieces) all.add(piece);
  return all;
}

int share_bps(absl::int128 part, absl::int128 whole) {
  if (whole <= 0) return 0;
  return static_cast<int>(
      std::clamp<int64_t>(round_half_up(part * kMaxBps, whole).value_or(kMaxBps), 0, kMaxBps));
}

// Thousandths of a point at so many minor units per thousand points.
absl::StatusOr<int64_t> worth_minor(absl::int128 points_milli, const v1::PointSpending& spending) {
  constexpr int64_t kMilliInThousandPoints = 1000 * kMilli;
  const auto worth =
      round_half_up(points_milli * spending.thousand_points_value_minor(), kMilliInThousandPoints);
  return worth ? absl::StatusOr<int64_t>(*worth) : checked_sum(absl::Int128Max());
}

}  // namespace

absl::StatusOr<v1::GetValueResponse> get_value(Club& club, const v1::GetValueRequest& request) {
  const ClubViewPtr view = club.view();
  const int64_t now_us = club.clock().now_us();
  const absl::CivilDay today = view->day_of(now_us);
  const absl::StatusOr<Dates> dates = dates_of(request, today);
  if (!dates.ok()) return dates.status();
  if (!view->has_program()) {
    return refuse(v1::REASON_PROGRAM_MISSING, "no program has been published yet");
  }
  const absl::StatusOr<Sums> sums =
      read_sums(club, {day_number(dates->from), day_number(dates->until)}, day_number(today));
  if (!sums.ok()) return sums.status();
  v1::GetValueResponse response;
  response.set_from_date(format_day(dates->from));
  response.set_until_date(format_day(dates->until));
  absl::Status fits;
  const auto fitted = [&](absl::int128 sum) {
    const absl::StatusOr<int64_t> checked = checked_sum(sum);
    fits.Update(checked.status());
    return checked.value_or(0);
  };
  response.set_members_net_minor(fitted(sums->members_minor));
  response.set_others_net_minor(fitted(sums->others_minor));
  response.set_members_share_bps(
      share_bps(sums->members_minor, sums->members_minor + sums->others_minor));
  response.set_available_milli(fitted(sums->available_milli));
  response.set_pending_milli(fitted(sums->pending_milli));
  response.set_held_milli(fitted(sums->held_milli));
  response.set_deficit_milli(fitted(sums->deficit_milli));
  response.set_expiring_milli(fitted(sums->expiring_milli));
  if (!fits.ok()) return fits;
  const v1::PointRules& points = view->program_at(now_us).points();
  if (points.has_spending()) {
    const absl::StatusOr<int64_t> worth = worth_minor(
        sums->available_milli + sums->pending_milli + sums->held_milli, points.spending());
    if (!worth.ok()) return worth.status();
    response.set_liability_minor(*worth);
  }
  return response;
}

}  // namespace moadon
