#include "server/insight/leaver_score.h"

#include <algorithm>
#include <cmath>

#include "rules/churn.h"
#include "server/insight/ranking.h"

namespace moadon {
namespace {

constexpr double kDaysPerWeek = 7;
constexpr double kAlive = 0.5;
// Nobody is told to be gone later than this.
constexpr int64_t kMostNoticeDays = 36500;
constexpr double kTellingDeviations = 2;

int32_t bps_of(int64_t part, int64_t whole) {
  return whole == 0 ? 0
                    : static_cast<int32_t>(std::llround(1e4 * static_cast<double>(part) /
                                                        static_cast<double>(whole)));
}

int32_t bps_of(double share) { return static_cast<int32_t>(std::llround(1e4 * share)); }

RepeatHistory repeat_history(const StandingMember& member, int64_t silent_days) {
  RepeatHistory history;
  history.repeats = member.purchase_days - 1;
  history.last_repeat = member.gaps_days / kDaysPerWeek;
  history.observed = static_cast<double>(member.gaps_days + silent_days) / kDaysPerWeek;
  return history;
}

int32_t notice_of(int64_t days) { return static_cast<int32_t>(std::min(days, kMostNoticeDays)); }

// The smallest silence at which the member's chance to be alive is below one half.
int32_t notice_days(const ParetoNbdParameters& parameters, const StandingMember& member,
                    int64_t called_at) {
  int64_t alive = 0;  // never called at no silence: then the chance is one
  int64_t called = called_at;
  while (called - alive > 1) {
    const int64_t middle = (alive + called) / 2;
    const bool is_alive = alive_probability(parameters, repeat_history(member, middle)) >= kAlive;
    (is_alive ? alive : called) = middle;
  }
  return notice_of(called);
}

}  // namespace

v1::FitScore score_calls(absl::Span<const LeaverCall> calls) {
  int64_t right = 0;
  int64_t back = 0;
  int64_t false_alarms = 0;
  std::vector<int32_t> notices;  // of the leavers found
  for (const LeaverCall& call : calls) {
    right += call.is_back != call.is_called ? 1 : 0;
    back += call.is_back ? 1 : 0;
    false_alarms += call.is_back && call.is_called ? 1 : 0;
    if (!call.is_back && call.is_called) notices.push_back(call.notice_days);
  }
  const auto all = static_cast<int64_t>(calls.size());
  v1::FitScore score;
  score.set_accuracy_bps(bps_of(right, all));
  score.set_false_alarm_bps(bps_of(false_alarms, back));
  score.set_found_bps(bps_of(static_cast<int64_t>(notices.size()), all - back));
  score.set_notice_days(-1);
  if (!notices.empty()) {
    const auto middle = notices.begin() + static_cast<int64_t>((notices.size() - 1) / 2);
    std::nth_element(notices.begin(), middle, notices.end());
    score.set_notice_days(*middle);
  }
  score.set_auc_bps(-1);
  score.set_expected_days_milli(-1);
  return score;
}

v1::FitScore score_stages(const StageNumbers& numbers, const StandingDate& date) {
  std::vector<LeaverCall> calls;
  std::vector<Ranked> ranked;
  calls.reserve(date.members.size());
  ranked.reserve(date.members.size());
  for (const StandingMember& member : date.members) {
    const int64_t notice = churn_silence_days(numbers, {member.purchase_days, member.gaps_days});
    calls.push_back({member.is_back, member.silent_days >= notice, notice_of(notice)});
    ranked.push_back({silence_ratio(numbers, member), member.is_back});
  }
  v1::FitScore score = score_calls(calls);
  score.set_auc_bps(bps_of(ranking_area(ranked)));
  return score;
}

v1::FitScore score_last_weeks(int64_t weeks, const StandingDate& date) {
  std::vector<LeaverCall> calls;
  std::vector<Ranked> ranked;
  calls.reserve(date.members.size());
  ranked.reserve(date.members.size());
  const int64_t notice = weeks * static_cast<int64_t>(kDaysPerWeek);
  for (const StandingMember& member : date.members) {
    calls.push_back({member.is_back, member.silent_days >= notice, notice_of(notice)});
    ranked.push_back({static_cast<double>(member.silent_days), member.is_back});
  }
  v1::FitScore score = score_calls(calls);
  score.set_auc_bps(bps_of(ranking_area(ranked)));
  return score;
}

v1::FitScore score_pareto_nbd(const ParetoNbdParameters& parameters, const StandingDate& date,
                              size_t stride) {
  std::vector<LeaverCall> calls;
  std::vector<Ranked> ranked;
  const double horizon_weeks = static_cast<double>(date.observed_days) / kDaysPerWeek;
  double expected = 0;
  for (size_t i = 0; i < date.members.size(); i += stride) {
    const StandingMember& member = date.members[i];
    const RepeatHistory history = repeat_history(member);
    const double alive = alive_probability(parameters, history);
    expected += expected_purchases(parameters, history, horizon_weeks);
    const bool is_called = alive < kAlive;
    const bool is_found = is_called && !member.is_back;
    calls.push_back({member.is_back, is_called,
                     is_found ? notice_days(parameters, member, member.silent_days) : 0});
    ranked.push_back({1 - alive, member.is_back});
  }
  v1::FitScore score = score_calls(calls);
  score.set_auc_bps(bps_of(ranking_area(ranked)));
  if (!calls.empty()) {
    expected *= static_cast<double>(date.members.size()) / static_cast<double>(calls.size());
  }
  score.set_expected_days_milli(std::llround(expected * 1000));
  return score;
}

bool is_clearly_better(const StageNumbers& proposed, const StageNumbers& current,
                       const StandingDate& date) {
  int64_t won = 0;
  int64_t lost = 0;
  for (const StandingMember& member : date.members) {
    const bool proposed_right = is_churning(proposed, member) != member.is_back;
    const bool current_right = is_churning(current, member) != member.is_back;
    won += proposed_right && !current_right ? 1 : 0;
    lost += current_right && !proposed_right ? 1 : 0;
  }
  return static_cast<double>(won - lost) >
         kTellingDeviations * std::sqrt(static_cast<double>(won + lost));
}

RepeatHistory repeat_history(const StandingMember& member) {
  return repeat_history(member, member.silent_days);
}

}  // namespace moadon
