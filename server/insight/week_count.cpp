#include "server/insight/week_count.h"

#include <algorithm>
#include <map>
#include <numeric>
#include <vector>

#include "rules/calendar.h"

namespace moadon {
namespace {

// Sources without a name, one of each kind at most.
constexpr size_t kMaxNamelessSources = 7;

bool is_in(int64_t day, const WeekDays& week) {
  return day_number(week.start) <= day && day <= day_number(week.end);
}

size_t place_of(const StageStanding& standing) {
  return static_cast<size_t>(standing.stage) - v1::STAGE_POTENTIAL;
}

template <typename Counts>
void add_counts(const Counts& other, Counts& counts) {
  for (size_t i = 0; i < counts.size(); ++i) counts[i] += other[i];
}

template <typename Counts>
int64_t sum(const Counts& counts) {
  return std::accumulate(counts.begin(), counts.end(), int64_t{0});
}

}  // namespace

WeekChange week_change(const WeekOfMember& member, const WeekDays& week) {
  WeekChange change;
  change.is_at_start = member.before.stage != v1::STAGE_UNSPECIFIED;
  change.is_at_end = member.after.stage != v1::STAGE_UNSPECIFIED;
  change.is_met = change.is_at_end && is_in(member.met_day, week);
  change.signed_up = change.is_at_end && member.enrolled_day && is_in(*member.enrolled_day, week);
  if (!change.is_at_end || member.after.purchase_days == 0) return change;
  const bool bought = is_in(member.after.last_purchase_day, week);
  const bool was_churning = member.before.stage == v1::STAGE_CHURNING;
  change.bought_first = is_in(member.after.first_purchase_day, week);
  change.is_won_back = was_churning && bought;
  change.is_lost = change.is_at_start && !was_churning && member.after.stage == v1::STAGE_CHURNING;
  return change;
}

void WeekTally::add(const WeekOfMember& member, const WeekChange& change) {
  if (change.is_at_start && change.is_at_end) {
    ++flows_[place_of(member.before)][place_of(member.after)];
  } else if (change.is_at_start) {
    ++merged_[place_of(member.before)];
  } else if (change.is_met) {
    ++met_[place_of(member.after)];
  } else if (change.is_at_end) {
    ++unmerged_[place_of(member.after)];
  }
  met_count_ += change.is_met;
  sign_up_count_ += change.signed_up;
  first_purchase_count_ += change.bought_first;
  won_back_count_ += change.is_won_back;
  lost_count_ += change.is_lost;
}

void WeekTally::add(const WeekTally& other) {
  for (size_t i = 0; i < flows_.size(); ++i) add_counts(other.flows_[i], flows_[i]);
  add_counts(other.met_, met_);
  add_counts(other.merged_, merged_);
  add_counts(other.unmerged_, unmerged_);
  met_count_ += other.met_count_;
  sign_up_count_ += other.sign_up_count_;
  first_purchase_count_ += other.first_purchase_count_;
  won_back_count_ += other.won_back_count_;
  lost_count_ += other.lost_count_;
}

int64_t WeekTally::end_count() const {
  int64_t count = sum(met_) + sum(unmerged_);
  for (const Counts& row : flows_) count += sum(row);
  return count;
}

void WeekTally::fill(v1::WeekTable& table) const {
  for (size_t from = 0; from < kStages; ++from) {
    v1::FlowRow& row = *table.add_flows();
    for (const int64_t count : flows_[from]) row.add_to_counts(count);
    table.add_start_counts(sum(flows_[from]) + merged_[from]);
    table.add_met_counts(met_[from]);
    table.add_merged_counts(merged_[from]);
    table.add_unmerged_counts(unmerged_[from]);
  }
  for (size_t to = 0; to < kStages; ++to) {
    int64_t count = met_[to] + unmerged_[to];
    for (const Counts& row : flows_) count += row[to];
    table.add_end_counts(count);
  }
  table.set_met_count(met_count_);
  table.set_sign_up_count(sign_up_count_);
  table.set_first_purchase_count(first_purchase_count_);
  table.set_won_back_count(won_back_count_);
  table.set_lost_count(lost_count_);
}

void WeekParts::add(const storage::ScannedOrigin& origin, const WeekChange& change) {
  if (!change.is_at_start && !change.is_at_end) return;
  add(change, branches_[origin.branch_id]);
  const bool is_said = origin.source_kind != v1::SOURCE_KIND_UNSPECIFIED;
  add(change, sources_[SourceKey(origin.source_kind, is_said ? origin.source_name : "")]);
}

void WeekParts::add(const WeekParts& other) {
  for (const auto& [branch_id, part] : other.branches_) add(part, branches_[branch_id]);
  for (const auto& [source, part] : other.sources_) add(part, sources_[source]);
}

void WeekParts::add(const WeekChange& change, Part& part) {
  part.start_count += change.is_at_start;
  part.end_count += change.is_at_end;
  part.met_count += change.is_met;
  part.first_purchase_count += change.bought_first;
  part.won_back_count += change.is_won_back;
  part.lost_count += change.is_lost;
}

void WeekParts::add(const Part& other, Part& part) {
  part.start_count += other.start_count;
  part.end_count += other.end_count;
  part.met_count += other.met_count;
  part.first_purchase_count += other.first_purchase_count;
  part.won_back_count += other.won_back_count;
  part.lost_count += other.lost_count;
}

void WeekParts::fill(const Part& part, v1::WeekPart& message) {
  message.set_start_count(part.start_count);
  message.set_end_count(part.end_count);
  message.set_met_count(part.met_count);
  message.set_first_purchase_count(part.first_purchase_count);
  message.set_won_back_count(part.won_back_count);
  message.set_lost_count(part.lost_count);
}

void WeekParts::fill(v1::GetWeekResponse& response) const {
  const std::map<std::string, Part> branches(branches_.begin(), branches_.end());
  for (const auto& [branch_id, part] : branches) {
    v1::WeekPart& message = *response.add_by_branch();
    message.set_branch_id(branch_id);
    fill(part, message);
  }
  std::vector<std::pair<SourceKey, Part>> by_size(sources_.begin(), sources_.end());
  std::sort(by_size.begin(), by_size.end(), [](const auto& a, const auto& b) {
    return std::make_pair(-a.second.end_count, a.first) <
           std::make_pair(-b.second.end_count, b.first);
  });
  const bool has_all = by_size.size() <= kMaxWeekSources;
  const size_t named = has_all ? by_size.size() : kMaxWeekSources - kMaxNamelessSources;
  std::map<SourceKey, Part> sources;
  for (size_t i = 0; i < by_size.size(); ++i) {
    SourceKey key = by_size[i].first;
    if (i >= named) key.second.clear();
    add(by_size[i].second, sources[key]);
  }
  for (const auto& [source, part] : sources) {
    v1::WeekPart& message = *response.add_by_source();
    if (source.first != v1::SOURCE_KIND_UNSPECIFIED) {
      message.mutable_source()->set_kind(static_cast<v1::SourceKind>(source.first));
      message.mutable_source()->set_name(source.second);
    }
    fill(part, message);
  }
}

}  // namespace moadon
