#include "server/insight/stage_scan.h"

#include <algorithm>
#include <optional>
#include <utility>

#include "rules/calendar.h"
#include "rules/stage_decision.h"
#include "server/operations/member_timeline.h"
#include "server/storage/fact_store.h"
#include "server/storage/member_sign_store.h"

namespace moadon {
namespace {

// The business date of an instant in a branch is at most so many days before the club's: a day for
// the zone and a day for a business day that starts late.
constexpr int64_t kMaxBranchLagDays = 2;

bool is_before(const storage::MemberDay& kept, int64_t day) { return kept.day < day; }

StageStanding standing_of(const StageEvidence& evidence, const StageVersions& versions,
                          int64_t day) {
  return {decide_stage(evidence, stage_version_on(versions, day), day).stage,
          evidence.purchase_days, evidence.first_purchase_day, evidence.last_purchase_day};
}

}  // namespace

StageScan::StageScan(sqlite::Connection& connection, const IdRange& range, const ClubView& view,
                     std::vector<AsOf> moments)
    : connection_(connection),
      view_(view),
      moments_(std::move(moments)),
      members_(connection, range.after_id, range.until_id),
      day_reader_(connection, range.after_id, range.until_id) {
  standings_.resize(moments_.size());
}

absl::StatusOr<bool> StageScan::next() {
  absl::StatusOr<bool> more = members_.next(member_);
  if (!more.ok() || !*more) return more;
  days_.clear();
  facts_.clear();
  has_facts_ = false;
  absl::Status read = day_reader_.read_until(member_.member_id, days_);
  if (read.ok()) read = read_signs();
  if (!read.ok()) return read;
  has_plain_days_ = !member_.last_return_day && member_.merge_count == 0;
  for (size_t i = 0; i < moments_.size(); ++i) {
    const absl::StatusOr<StageStanding> standing = stand(moments_[i]);
    if (!standing.ok()) return standing.status();
    standings_[i] = *standing;
  }
  return true;
}

absl::Status StageScan::read_signs() {
  signs_.clear();
  if (member_.enrolled_day) {
    signs_.push_back({member_.enrolled_time_us.value_or(0), *member_.enrolled_day});
  }
  if (member_.sign_count == 0) return absl::OkStatus();
  const auto kept = storage::list_signs(connection_, member_.member_id);
  if (!kept.ok()) return kept.status();
  for (const storage::SignRow& sign : *kept) signs_.push_back({sign.sign_us, sign.sign_day});
  return absl::OkStatus();
}

absl::StatusOr<StageStanding> StageScan::stand(const AsOf& moment) {
  const bool is_met = moment.instant_us ? member_.met_time_us <= *moment.instant_us
                                        : member_.met_day <= day_number(moment.day);
  if (!is_met) return StageStanding();
  if (days_tell(moment)) return standing_by_days(moment);
  return standing_by_facts(moment);
}

bool StageScan::days_tell(const AsOf& moment) const {
  if (!has_plain_days_) return false;
  // Which purchases of the last days had occurred by an instant the days do not say.
  return !moment.instant_us || days_.empty() ||
         days_.back().day < day_number(moment.day) - kMaxBranchLagDays;
}

StageStanding StageScan::standing_by_days(const AsOf& moment) const {
  const int64_t day = day_number(moment.day);
  const auto end = std::lower_bound(days_.begin(), days_.end(), day + 1, is_before);
  StageEvidence evidence;
  evidence.purchase_days = end - days_.begin();
  if (evidence.purchase_days > 0) {
    evidence.first_purchase_day = days_.front().day;
    evidence.last_purchase_day = (end - 1)->day;
  }
  const StageVersion& version = stage_version_on(view_.stage_versions(), day);
  const int64_t window_start = day - version.numbers.loyal_window_days;
  for (auto it = end; it != days_.begin() && (it - 1)->day > window_start; --it) {
    ++evidence.window_purchase_days;
    evidence.window_spend_minor += (it - 1)->spend_minor;
  }
  for (const Sign& sign : signs_) {
    const bool has_occurred =
        moment.instant_us ? sign.time_us <= *moment.instant_us : sign.day <= day;
    if (!has_occurred) continue;
    // An instant sees no date later than its own.
    evidence.last_sign_day = std::max(evidence.last_sign_day.value_or(0), std::min(sign.day, day));
  }
  return standing_of(evidence, view_.stage_versions(), day);
}

absl::StatusOr<StageStanding> StageScan::standing_by_facts(const AsOf& moment) {
  if (!has_facts_) {
    auto facts = storage::list_facts(connection_, member_.member_id);
    if (!facts.ok()) return facts.status();
    facts_ = *std::move(facts);
    has_facts_ = true;
  }
  const auto then = member_as_of(connection_, Living(member_), facts_, moment);
  if (!then.ok()) return then.status();
  if (!*then) return StageStanding();
  const auto evidence = stage_evidence_at((*then)->timeline, view_.stage_versions(), moment.day);
  if (!evidence) return StageStanding();
  return standing_of(*evidence, view_.stage_versions(), day_number(moment.day));
}

}  // namespace moadon
