#include "server/operations/member_facts.h"

#include <algorithm>
#include <map>
#include <string>
#include <utility>

#include "rules/calendar.h"
#include "rules/points_account.h"
#include "rules/stage.h"
#include "server/operations/facts_seal.h"
#include "server/operations/member_id.h"
#include "server/operations/member_points.h"
#include "server/operations/member_rights.h"
#include "server/operations/member_timeline.h"
#include "server/operations/person_profile.h"
#include "server/operations/tier_upkeep.h"
#include "server/operations/whole_person.h"
#include "server/storage/points_store.h"
#include "server/storage/right_store.h"
#include "server/storage/slice_store.h"
#include "server/storage/use_store.h"

namespace moadon {
namespace {

constexpr size_t kYearAndDash = 5;  // of YYYY-MM-DD

absl::Status add_tier(sqlite::Connection& connection, const storage::MemberRow& row,
                      const Moment& moment, v1::MemberFacts& facts) {
  if (!moment.view.has_tiers()) return absl::OkStatus();
  const int64_t today = day_number(moment.view.day_of(moment.now_us));
  const absl::StatusOr<TierPath> path = tier_path_of(connection, moment.view, row, today);
  if (!path.ok()) return path.status();
  facts.set_tier_id(path->at_end);
  facts.mutable_next_tier_gaps()->Add(path->next_gaps.begin(), path->next_gaps.end());
  return absl::OkStatus();
}

absl::Status add_points(sqlite::Connection& connection, const storage::MemberRow& row,
                        const Moment& moment, v1::MemberFacts& facts) {
  if (!moment.view.program_at(moment.now_us).has_points()) return absl::OkStatus();
  v1::PointsStanding& standing = *facts.mutable_points();
  if (row.points_entry_number == 0) return absl::OkStatus();
  const auto rows = storage::list_live_lots(connection, row.member_id);
  if (!rows.ok()) return rows.status();
  std::vector<PointsLot> lots;
  for (const storage::PointsLotRow& lot : *rows) lots.push_back(lot_of(lot));
  PointsAccount account(std::move(lots), row.points_deficit_milli, row.points_entry_number);
  const absl::CivilDay today = moment.view.day_of(moment.now_us);
  account.pass_to(today);
  standing = account.standing(today);
  return absl::OkStatus();
}

absl::Status add_rights(sqlite::Connection& connection, const storage::MemberRow& row,
                        const Moment& moment, v1::MemberFacts& facts) {
  if (row.right_count == 0) return absl::OkStatus();
  const int64_t today = day_number(moment.view.day_of(moment.now_us));
  const auto rights = storage::list_live_rights(connection, row.member_id);
  if (!rights.ok()) return rights.status();
  for (const storage::RightRow& right : *rights) {
    if (right.until_day.value_or(today) < today) continue;
    *facts.add_rights() = right_message(right);
  }
  return absl::OkStatus();
}

// Adds a day, no earlier than those before, to the uses of a benefit.
void count_day(v1::BenefitUses& uses, const storage::DayOfUses& day) {
  const std::string date = format_day(day_of_number(day.day));
  const std::string& last = uses.last_use_date();
  const bool same_year = last.compare(0, 4, date, 0, 4) == 0;
  const bool same_month = last.compare(0, 7, date, 0, 7) == 0;
  uses.set_day_count(day.use_count);
  uses.set_month_count((same_month ? uses.month_count() : 0) + day.use_count);
  uses.set_year_count((same_year ? uses.year_count() : 0) + day.use_count);
  uses.set_total_count(uses.total_count() + day.use_count);
  uses.set_last_use_date(date);
}

absl::Status add_uses(sqlite::Connection& connection, const storage::MemberRow& row,
                      const Moment& moment, v1::MemberFacts& facts) {
  const LimitedBenefits& limited = moment.view.limited_benefits(moment.now_us);
  if (limited.benefit_ids.empty()) return absl::OkStatus();
  absl::StatusOr<std::vector<storage::MemberRow>> people = parts_of(connection, row);
  if (!people.ok()) return people.status();
  people->push_back(row);
  std::map<std::pair<std::string, int64_t>, int64_t> counts;  // by benefit and day
  for (const storage::MemberRow& each : *people) {
    if (each.use_count == 0) continue;
    const auto days = storage::list_days_of_uses(connection, each.member_id);
    if (!days.ok()) return days.status();
    for (const storage::DayOfUses& day : *days) counts[{day.benefit_id, day.day}] += day.use_count;
  }
  for (const auto& [of, count] : counts) {
    const auto& [benefit_id, day] = of;
    if (!limited.benefit_ids.contains(benefit_id)) continue;
    const bool is_new = facts.uses().empty() || facts.uses().rbegin()->benefit_id() != benefit_id;
    v1::BenefitUses& uses = is_new ? *facts.add_uses() : *facts.mutable_uses()->rbegin();
    uses.set_benefit_id(benefit_id);
    count_day(uses, {benefit_id, day, count});
  }
  return absl::OkStatus();
}

absl::Status add_tags(sqlite::Connection& connection, const storage::MemberRow& row,
                      v1::MemberFacts& facts) {
  const auto tags = tags_of_person(connection, row);
  if (!tags.ok()) return tags.status();
  for (const std::string& tag : *tags) facts.add_tags(tag);
  return absl::OkStatus();
}

std::string day_of_year(const std::string& date) {
  return date.size() > kYearAndDash ? date.substr(kYearAndDash) : std::string();
}

// The uses of a benefit, where it belongs by its id.
v1::BenefitUses& uses_of(v1::MemberFacts& facts, const std::string& benefit_id) {
  auto& all = *facts.mutable_uses();
  int place = 0;
  while (place < all.size() && all[place].benefit_id() < benefit_id) ++place;
  if (place < all.size() && all[place].benefit_id() == benefit_id) return all[place];
  all.Add()->set_benefit_id(benefit_id);
  for (int i = all.size() - 1; i > place; --i) all.SwapElements(i, i - 1);
  return all[place];
}

}  // namespace

bool is_due(const storage::MemberRow& row, const Moment& moment) {
  return row.next_stage_day && *row.next_stage_day <= day_number(moment.view.day_of(moment.now_us));
}

absl::StatusOr<StageNow> stage_now(sqlite::Connection& connection, const storage::MemberRow& row,
                                   const Moment& moment) {
  if (!is_due(row, moment)) {
    return StageNow{static_cast<v1::Stage>(row.stage), row.stage_since_day};
  }
  const absl::StatusOr<MemberLife> life = member_life(connection, Living(row));
  if (!life.ok()) return life.status();
  const absl::CivilDay today = moment.view.day_of(moment.now_us);
  const StagePath path =
      stage_path(timeline_of(Living(row), *life), moment.view.stage_versions(), today);
  StageNow now{path.at_end.stage, std::nullopt};
  if (!path.steps.empty()) now.since_day = day_number(path.steps.back().day);
  return now;
}

absl::StatusOr<v1::MemberFacts> lasting_facts(sqlite::Connection& connection,
                                              const storage::MemberRow& row,
                                              const storage::DetailsRow& details,
                                              const Moment& moment) {
  const absl::StatusOr<StageNow> now = stage_now(connection, row, moment);
  if (!now.ok()) return now.status();
  v1::MemberFacts facts;
  facts.set_member_id(member_id_text(row.member_id));
  facts.set_snapshot(row.snapshot);
  facts.set_stage(now->stage);
  facts.set_purchase_day_count(row.purchase_days);
  if (row.last_purchase_day) {
    facts.set_last_purchase_date(format_day(day_of_number(*row.last_purchase_day)));
  }
  facts.set_net_spend_minor(std::max<int64_t>(row.net_spend_sum_minor, 0));
  facts.set_birthday(day_of_year(details.birth_date));
  facts.set_anniversary(day_of_year(details.anniversary_date));
  absl::Status added = add_tier(connection, row, moment, facts);
  if (added.ok()) added = add_tags(connection, row, facts);
  if (added.ok()) added = add_points(connection, row, moment, facts);
  if (added.ok()) added = add_rights(connection, row, moment, facts);
  if (added.ok()) added = add_uses(connection, row, moment, facts);
  if (!added.ok()) return added;
  return facts;
}

bool needs_club_uses(const Moment& moment) {
  return !moment.view.limited_benefits(moment.now_us).club_benefit_ids.empty();
}

absl::Status issue_facts(sqlite::Connection* connection, const Moment& moment,
                         v1::MemberFacts& facts) {
  for (const std::string& benefit_id :
       moment.view.limited_benefits(moment.now_us).club_benefit_ids) {
    const auto club = storage::sum_club_claims(*connection, benefit_id);
    if (!club.ok()) return club.status();
    if (club->use_count == 0 && club->saved_minor == 0) continue;
    v1::BenefitUses& uses = uses_of(facts, benefit_id);
    uses.set_club_count(club->use_count);
    uses.set_club_saved_minor(club->saved_minor);
  }
  *facts.mutable_issued_at() = timestamp_of(moment.now_us);
  seal(facts, moment.view.digest_key());
  return absl::OkStatus();
}

}  // namespace moadon
