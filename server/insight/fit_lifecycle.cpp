#include "server/insight/fit_lifecycle.h"

#include <algorithm>
#include <cmath>
#include <utility>
#include <vector>

#include "rules/calendar.h"
#include "rules/program.h"
#include "rules/refusal.h"
#include "server/insight/churn_proposal.h"
#include "server/insight/fit_period.h"
#include "server/insight/leaver_score.h"
#include "server/insight/loyal_bar.h"
#include "server/insight/pareto_nbd_fit.h"
#include "server/insight/purchase_reader.h"

namespace moadon {
namespace {

v1::StageRules stage_rules(const StageNumbers& numbers) {
  v1::StageRules rules;
  rules.set_interest_days(static_cast<int32_t>(numbers.interest_days));
  rules.set_club_gap_days_milli(numbers.club_gap_days_milli);
  rules.set_prior_weight_milli(numbers.prior_weight_milli);
  rules.set_churn_factor_milli(numbers.churn_factor_milli);
  rules.set_loyal_window_days(static_cast<int32_t>(numbers.loyal_window_days));
  rules.set_loyal_purchase_days(static_cast<int32_t>(numbers.loyal_purchase_days));
  rules.set_loyal_spend_minor(numbers.loyal_spend_minor);
  return rules;
}

int64_t micro(double value) { return std::llround(value * 1e6); }

// The second reference, of every so many members that kMostFittedMembers are not exceeded.
void fill_pareto_nbd(const StandingDate& date, v1::FitLifecycleResponse& response) {
  const size_t count = date.members.size();
  const size_t stride = (count + kMostFittedMembers - 1) / kMostFittedMembers;
  std::vector<RepeatHistory> histories;
  for (size_t i = 0; i < count; i += stride) histories.push_back(repeat_history(date.members[i]));
  const ParetoNbdFit fit = fit_pareto_nbd(std::move(histories));
  v1::ParetoNbd& answer = *response.mutable_pareto_nbd();
  answer.set_r_micro(micro(fit.parameters.r));
  answer.set_alpha_micro(micro(fit.parameters.alpha));
  answer.set_s_micro(micro(fit.parameters.s));
  answer.set_beta_micro(micro(fit.parameters.beta));
  answer.set_log_likelihood_micro(micro(fit.log_likelihood));
  answer.set_member_count(fit.member_count);
  answer.set_is_degenerate(fit.is_degenerate);
  if (fit.is_degenerate) return;
  *response.mutable_pareto_nbd_score() = score_pareto_nbd(fit.parameters, date, stride);
}

// Members who were not churning by `numbers`. `sums` are of the members of the date.
std::vector<WindowMember> not_churning(const StageNumbers& numbers, const StandingDate& date,
                                       const std::vector<WindowSum>& sums) {
  std::vector<WindowMember> members;
  for (size_t i = 0; i < date.members.size(); ++i) {
    const StandingMember& member = date.members[i];
    if (is_churning(numbers, member)) continue;
    members.push_back(
        {sums[i].spend_minor, sums[i].purchase_days, member.purchase_days, member.is_back});
  }
  return members;
}

// A window longer than the history would ask of a year what a part of it showed. Without purchases
// before, sums over both windows are the same.
absl::Status fill_loyal(ClubScan& scan, const StandingDate& date, const StageNumbers& current,
                        const FitPeriod& period, StageNumbers& proposed,
                        v1::FitLifecycleResponse& response) {
  const auto sums = read_window_sums(scan, date.day, current.loyal_window_days);
  if (!sums.ok()) return sums.status();
  proposed.loyal_window_days = std::min(current.loyal_window_days, period.history_days() + 1);
  const std::vector<WindowMember> members = not_churning(proposed, date, *sums);
  propose_loyal_bar(members, proposed);
  *response.mutable_current_loyal() = score_loyal_bar(not_churning(current, date, *sums), current);
  *response.mutable_proposed_loyal() = score_loyal_bar(members, proposed);
  return absl::OkStatus();
}

void fill_scores(const StandingDate& date, const StageNumbers& current,
                 const ChurnProposal& proposal, v1::FitLifecycleResponse& response) {
  response.set_member_count(static_cast<int64_t>(date.members.size()));
  response.set_bought_again_count(date.back_count);
  response.set_purchase_day_count(date.later_purchase_days);
  *response.mutable_current_score() = score_stages(current, date);
  *response.mutable_proposed_score() = score_stages(proposal.numbers, date);
  response.set_last_weeks(static_cast<int32_t>(proposal.last_weeks));
  *response.mutable_last_weeks_score() = score_last_weeks(proposal.last_weeks, date);
  response.set_keep_current(!is_clearly_better(proposal.numbers, current, date));
}

// All but the second reference, which needs no reader. Fills `response`; the members as they stood.
absl::StatusOr<StandingDate> judge(ClubScan scan, const AskedPeriod& asked, int64_t today,
                                   const StageNumbers& current,
                                   v1::FitLifecycleResponse& response) {
  auto histories = read_histories(scan);
  if (!histories.ok()) return histories.status();
  const auto period = fit_period(*histories, asked, today);
  if (!period.ok()) return period.status();
  StandingDate date = stand_at(*histories, period->calibration_end_day, period->horizon_days);
  absl::Status enough = check_members(date);
  if (enough.ok()) enough = check_returns(date);
  if (!enough.ok()) return enough;
  const auto proposal = propose_churn(*histories, current, *period);
  if (!proposal.ok()) return proposal.status();
  histories->clear();  // the largest part of what is held
  response.set_calibration_end_date(format_day(day_of_number(period->calibration_end_day)));
  response.set_horizon_days(static_cast<int32_t>(period->horizon_days));
  fill_scores(date, current, *proposal, response);
  StageNumbers proposed = proposal->numbers;
  absl::Status loyal = fill_loyal(scan, date, current, *period, proposed, response);
  if (!loyal.ok()) return loyal;
  *response.mutable_current() = stage_rules(current);
  *response.mutable_proposed() = stage_rules(proposed);
  return date;
}

}  // namespace

absl::StatusOr<v1::FitLifecycleResponse> fit_lifecycle(Club& club,
                                                       const v1::FitLifecycleRequest& request) {
  const absl::StatusOr<AskedPeriod> asked = asked_period(request);
  if (!asked.ok()) return asked.status();
  const ClubViewPtr view = club.view();
  if (!view->has_program()) {
    return refuse(v1::REASON_PROGRAM_MISSING, "no program has been published yet");
  }
  const int64_t now_us = club.clock().now_us();
  const StageNumbers current = stage_numbers_of(view->program_at(now_us));
  absl::StatusOr<ClubScan> scan = ClubScan::open(club);
  if (!scan.ok()) return scan.status();
  v1::FitLifecycleResponse response;
  const auto date =
      judge(*std::move(scan), *asked, day_number(view->day_of(now_us)), current, response);
  if (!date.ok()) return date.status();
  fill_pareto_nbd(*date, response);
  return response;
}

}  // namespace moadon
