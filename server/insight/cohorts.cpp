#include "server/insight/cohorts.h"

#include <algorithm>
#include <map>
#include <utility>
#include <vector>

#include "absl/numeric/int128.h"
#include "absl/types/optional.h"
#include "rules/calendar.h"
#include "rules/refusal.h"
#include "server/insight/checked_sum.h"
#include "server/insight/club_scan.h"
#include "server/insight/cohort_quarters.h"
#include "server/storage/member_scan.h"

namespace moadon {
namespace {

// One quarter of their own of all members of a cohort.
struct QuarterSum {
  absl::int128 spend_minor = 0;
  int64_t buyer_count = 0;
};

struct CohortSum {
  int64_t member_count = 0;
  absl::CivilDay last_joined = absl::CivilDay::min();
  std::vector<QuarterSum> quarters;  // as far as somebody has any row

  void add(const CohortSum& other) {
    member_count += other.member_count;
    last_joined = std::max(last_joined, other.last_joined);
    quarters.resize(std::max(quarters.size(), other.quarters.size()));
    for (size_t i = 0; i < other.quarters.size(); ++i) {
      quarters[i].spend_minor += other.quarters[i].spend_minor;
      quarters[i].buyer_count += other.quarters[i].buyer_count;
    }
  }
};
using Cohorts = std::map<absl::CivilDay, CohortSum>;  // by first day of the calendar's quarter

absl::optional<absl::CivilDay> joining_day(const storage::ScannedMember& member) {
  if (member.merged_into) return absl::nullopt;
  if (member.enrolled_day) return day_of_number(*member.enrolled_day);
  if (member.first_purchase_day) return day_of_number(*member.first_purchase_day);
  return absl::nullopt;
}

// `days` are the member's, oldest first; those after `today` are not looked at.
void add_member(absl::CivilDay joined, const std::vector<storage::MemberDay>& days,
                absl::CivilDay today, CohortSum& cohort) {
  ++cohort.member_count;
  cohort.last_joined = std::max(cohort.last_joined, joined);
  int64_t last_bought = -1;
  for (const storage::MemberDay& day : days) {
    const absl::CivilDay date = day_of_number(day.day);
    if (date < joined || date > today) continue;
    const int64_t index = own_quarter_of(joined, date);
    if (index >= static_cast<int64_t>(cohort.quarters.size())) cohort.quarters.resize(index + 1);
    QuarterSum& quarter = cohort.quarters[index];
    quarter.spend_minor += day.spend_minor;
    if (day.units_milli > 0 && index != last_bought) {
      ++quarter.buyer_count;
      last_bought = index;
    }
  }
}

absl::Status read_range(sqlite::Connection& connection, const IdRange& range, absl::CivilDay today,
                        Cohorts& cohorts) {
  storage::MemberScan members(connection, range.after_id, range.until_id);
  storage::DayReader reader(connection, range.after_id, range.until_id);
  storage::ScannedMember member;
  std::vector<storage::MemberDay> days;
  while (true) {
    const absl::StatusOr<bool> more = members.next(member);
    if (!more.ok()) return more.status();
    if (!*more) return absl::OkStatus();
    const auto joined = joining_day(member);
    if (!joined) continue;
    days.clear();
    const absl::Status read = reader.read_until(member.member_id, days);
    if (!read.ok()) return read;
    add_member(*joined, days, today, cohorts[calendar_quarter(*joined)]);
  }
}

absl::StatusOr<v1::Cohort> cohort_message(absl::CivilDay quarter, const CohortSum& cohort,
                                          absl::CivilDay today) {
  v1::Cohort message;
  message.set_quarter_date(format_day(quarter));
  message.set_member_count(cohort.member_count);
  // Who joined last begins each quarter last.
  int complete = 0;
  for (size_t i = 0; own_quarter_start(cohort.last_joined, i) <= today; ++i) {
    const QuarterSum sum = i < cohort.quarters.size() ? cohort.quarters[i] : QuarterSum();
    const absl::StatusOr<int64_t> spend_minor = checked_sum(sum.spend_minor);
    if (!spend_minor.ok()) return spend_minor.status();
    message.add_net_spend_minor(*spend_minor);
    message.add_buyer_count(sum.buyer_count);
    if (own_quarter_start(cohort.last_joined, i + 1) <= today) ++complete;
  }
  message.set_complete_quarter_count(complete);
  return message;
}

}  // namespace

absl::StatusOr<v1::GetCohortsResponse> get_cohorts(Club& club) {
  const ClubViewPtr view = club.view();
  if (!view->has_program()) {
    return refuse(v1::REASON_PROGRAM_MISSING, "no program has been published yet");
  }
  const absl::CivilDay today = view->day_of(club.clock().now_us());
  absl::StatusOr<ClubScan> scan = ClubScan::open(club);
  if (!scan.ok()) return scan.status();
  std::vector<Cohorts> pieces(scan->ranges().size());
  const absl::Status read = scan->run([&](sqlite::Connection& connection, size_t i) {
    return read_range(connection, scan->ranges()[i], today, pieces[i]);
  });
  if (!read.ok()) return read;
  Cohorts cohorts;
  for (const Cohorts& piece : pieces) {
    for (const auto& [quarter, sum] : piece) cohorts[quarter].add(sum);
  }
  v1::GetCohortsResponse response;
  for (const auto& [quarter, sum] : cohorts) {
    absl::StatusOr<v1::Cohort> message = cohort_message(quarter, sum, today);
    if (!message.ok()) return message.status();
    *response.add_cohorts() = *std::move(message);
  }
  return response;
}

}  // namespace moadon
