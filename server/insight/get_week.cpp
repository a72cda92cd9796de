#include "server/insight/get_week.h"

#include <algorithm>
#include <array>
#include <utility>
#include <vector>

#include "rules/calendar.h"
#include "rules/refusal.h"
#include "server/insight/club_scan.h"
#include "server/insight/stage_scan.h"
#include "server/insight/week_calendar.h"
#include "server/insight/week_count.h"
#include "server/storage/late_fact_store.h"

namespace moadon {
namespace {

constexpr int kWeeksPerYear = 52;
constexpr size_t kTables = 3;  // the week, the week before, the same week last year

// Ends of weeks, as places in the list of moments that a scan stands at.
struct WeekEnds {
  WeekDays days;
  size_t before = 0;
  size_t after = 0;
};

// What is asked: the weeks, and the moments that their tables need, each once.
struct WeekPlan {
  absl::CivilDay last_day;  // of the week asked for, whether it is over or not
  bool is_running = false;
  std::array<WeekEnds, kTables> weeks;
  std::vector<AsOf> moments;

  size_t moment(absl::CivilDay day) {
    const auto same = [day](const AsOf& moment) { return moment.day == day; };
    const auto known = std::find_if(moments.begin(), moments.end(), same);
    const size_t place = known - moments.begin();
    if (known == moments.end()) moments.push_back({day, std::nullopt});
    return place;
  }
};

// People in the calendar month of the last day that is counted, up to it.
struct MonthTally {
  int64_t met_count = 0;
  int64_t first_purchase_count = 0;

  void add(const MonthTally& other) {
    met_count += other.met_count;
    first_purchase_count += other.first_purchase_count;
  }
};

struct Tallies {
  std::array<WeekTally, kTables> weeks;
  WeekParts parts;
  MonthTally month;

  void add(const Tallies& other) {
    for (size_t i = 0; i < kTables; ++i) weeks[i].add(other.weeks[i]);
    parts.add(other.parts);
    month.add(other.month);
  }
};

absl::StatusOr<absl::CivilDay> asked_start(const v1::GetWeekRequest& request, const ClubView& view,
                                           absl::CivilDay today) {
  const int first = week_start_day(view.settings(), view.country_code());
  if (request.date().empty()) return week_start(today, first) - kDaysPerWeek;
  const absl::StatusOr<absl::CivilDay> day = parse_day(request.date(), "date");
  if (!day.ok()) return day.status();
  const absl::CivilDay start = week_start(*day, first);
  if (start <= today) return start;
  return refuse(v1::REASON_FIELD_INVALID, "date must be in a week that has begun",
                {{"field", "date"}, {"limit", "in a week that has begun"}});
}

WeekPlan plan_of(absl::CivilDay start, absl::CivilDay today) {
  WeekPlan plan;
  plan.last_day = start + (kDaysPerWeek - 1);
  plan.is_running = plan.last_day >= today;
  const std::array<absl::CivilDay, kTables> starts = {start, start - kDaysPerWeek,
                                                      start - kWeeksPerYear * kDaysPerWeek};
  for (size_t i = 0; i < kTables; ++i) {
    WeekEnds& week = plan.weeks[i];
    week.days = {starts[i], std::min(starts[i] + (kDaysPerWeek - 1), today)};
    week.before = plan.moment(starts[i] - 1);
    week.after = plan.moment(week.days.end);
  }
  return plan;
}

absl::Status count_range(sqlite::Connection& connection, const IdRange& range, const ClubView& view,
                         const WeekPlan& plan, const std::string& branch_id, Tallies& tallies) {
  StageScan members(connection, range, view, plan.moments);
  storage::OriginReader origins(connection, range.after_id, range.until_id);
  const WeekDays& asked = plan.weeks[0].days;
  const WeekDays month{absl::CivilDay(absl::CivilMonth(asked.end)), asked.end};
  while (true) {
    const absl::StatusOr<bool> more = members.next();
    if (!more.ok()) return more.status();
    if (!*more) return absl::OkStatus();
    const auto origin = origins.read_until(members.member().member_id);
    if (!origin.ok()) return origin.status();
    if (!branch_id.empty() && origin->branch_id != branch_id) continue;
    for (size_t i = 0; i < kTables; ++i) {
      const WeekEnds& week = plan.weeks[i];
      const WeekOfMember member{members.member().met_day, members.member().enrolled_day,
                                members.standing(week.before), members.standing(week.after)};
      const WeekChange change = week_change(member, week.days);
      tallies.weeks[i].add(member, change);
      if (i > 0) continue;
      tallies.parts.add(*origin, change);
      const WeekChange in_month = week_change(member, month);
      tallies.month.add({in_month.is_met, in_month.bought_first});
    }
  }
}

absl::StatusOr<Tallies> count_all(ClubScan& scan, const ClubView& view, const WeekPlan& plan,
                                  const std::string& branch_id) {
  std::vector<Tallies> of_ranges(scan.ranges().size());
  const absl::Status counted = scan.run([&](sqlite::Connection& connection, size_t i) {
    return count_range(connection, scan.ranges()[i], view, plan, branch_id, of_ranges[i]);
  });
  if (!counted.ok()) return counted;
  Tallies all;
  for (const Tallies& of_range : of_ranges) all.add(of_range);
  return all;
}

void fill_table(const WeekTally& tally, const WeekDays& days, v1::WeekTable& table) {
  table.set_start_date(format_day(days.start));
  table.set_end_date(format_day(days.start + (kDaysPerWeek - 1)));
  tally.fill(table);
}

void fill_targets(const v1::Targets& targets, const Tallies& tallies,
                  v1::GetWeekResponse& response) {
  const WeekTally& week = tallies.weeks[0];
  const auto add = [&](v1::TargetKind kind, int64_t target, int64_t reached) {
    if (target == 0) return;
    v1::TargetStanding& standing = *response.add_targets();
    standing.set_kind(kind);
    standing.set_target(target);
    standing.set_reached(reached);
  };
  add(v1::TARGET_KIND_LIST_SIZE, targets.list_size(), week.end_count());
  add(v1::TARGET_KIND_MET_PER_WEEK, targets.met_per_week(), week.met_count());
  add(v1::TARGET_KIND_MET_PER_MONTH, targets.met_per_month(), tallies.month.met_count);
  add(v1::TARGET_KIND_FIRST_PURCHASES_PER_WEEK, targets.first_purchases_per_week(),
      week.first_purchase_count());
  add(v1::TARGET_KIND_FIRST_PURCHASES_PER_MONTH, targets.first_purchases_per_month(),
      tallies.month.first_purchase_count);
}

}  // namespace

absl::StatusOr<v1::GetWeekResponse> get_week(Club& club, const v1::GetWeekRequest& request) {
  const ClubViewPtr view = club.view();
  const absl::CivilDay today = view->day_of(club.clock().now_us());
  const absl::StatusOr<absl::CivilDay> start = asked_start(request, *view, today);
  if (!start.ok()) return start.status();
  if (!request.branch_id().empty() && view->branch(request.branch_id()) == nullptr) {
    return refuse(v1::REASON_BRANCH_UNKNOWN, "no such branch",
                  {{"branch_id", request.branch_id()}});
  }
  if (!view->has_program()) {
    return refuse(v1::REASON_PROGRAM_MISSING, "no program has been published yet");
  }
  const WeekPlan plan = plan_of(*start, today);
  absl::StatusOr<ClubScan> scan = ClubScan::open(club);
  if (!scan.ok()) return scan.status();
  const absl::StatusOr<Tallies> tallies = count_all(*scan, *view, plan, request.branch_id());
  if (!tallies.ok()) return tallies.status();
  const auto late = storage::late_facts_until(scan->connection(), day_number(plan.last_day));
  if (!late.ok()) return late.status();

  v1::GetWeekResponse response;
  fill_table(tallies->weeks[0], plan.weeks[0].days, *response.mutable_week());
  fill_table(tallies->weeks[1], plan.weeks[1].days, *response.mutable_week_before());
  fill_table(tallies->weeks[2], plan.weeks[2].days, *response.mutable_year_before());
  tallies->parts.fill(response);
  if (request.branch_id().empty()) fill_targets(view->settings().targets(), *tallies, response);
  response.set_is_running(plan.is_running);
  response.set_late_fact_count(late->count);
  if (late->last_receive_us) {
    *response.mutable_last_late_time() = timestamp_of(*late->last_receive_us);
  }
  return response;
}

}  // namespace moadon
