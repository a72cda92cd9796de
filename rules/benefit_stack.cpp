#include "rules/benefit_stack.h"

#include <algorithm>

#include "rules/offline.h"

namespace moadon {
namespace {

constexpr int64_t kMilliPerThousandPoints = 1'000'000;

}  // namespace

BenefitStack::BenefitStack(const ReadyProgram& program, const Circumstances& at,
                           absl::Span<const Candidate> candidates)
    : program_(program), at_(at), candidates_(candidates), is_idle_(candidates.size()) {
  link_groups();
  do {
    begin();
    for (size_t place = 0; place < candidates_.size(); ++place) let_act(place);
  } while (drop_idle_multipliers());
}

void BenefitStack::begin() {
  outcomes_.assign(candidates_.size(), {});
  left_minor_.clear();
  left_minor_.reserve(at_.lines.lines.size());
  for (const BasketLine& line : at_.lines.lines) left_minor_.push_back(line.charged_minor);
  const int64_t cap_minor = program_.program().basket_cap_minor();
  cap_left_minor_ = cap_minor == 0 ? kMaxSumMinor : cap_minor;
  offline_left_minor_ =
      at_.terms == nullptr ? kMaxSumMinor : std::max<int64_t>(0, at_.terms->amount_limit_minor());
  rights_ = at_.rights;
  is_group_decided_.assign(program_.group_count(), false);
  multipliers_.clear();
}

// Whether there was one: without it all begins anew, so that it uses no right and silences nobody.
bool BenefitStack::drop_idle_multipliers() {
  if (multipliers_.empty()) return false;
  std::vector<const ReadyBenefit*> acted;
  for (const size_t place : multipliers_) acted.push_back(&benefit(place));
  multiplied_ = multiplied_points(program_, at_.facts.tier_id(), earning_lines(), acted);
  bool is_any_idle = false;
  for (size_t i = 0; i < multipliers_.size(); ++i) {
    if (!multiplied_.is_idle[i]) continue;
    is_idle_[multipliers_[i]] = true;
    is_any_idle = true;
  }
  return is_any_idle;
}

void BenefitStack::link_groups() {
  if (program_.group_count() == 0) return;
  next_in_group_.assign(candidates_.size(), -1);
  std::vector<int> first(program_.group_count(), -1);
  for (size_t place = candidates_.size(); place-- > 0;) {
    const int group = benefit(place).group;
    if (group < 0) continue;
    next_in_group_[place] = first[static_cast<size_t>(group)];
    first[static_cast<size_t>(group)] = static_cast<int>(place);
  }
}

void BenefitStack::let_act(size_t place) {
  if (is_idle_[place]) outcomes_[place].fate = Fate::kChangesNothing;
  const int group = benefit(place).group;
  if (group >= 0 && outcomes_[place].fate == Fate::kOpen &&
      !is_group_decided_[static_cast<size_t>(group)]) {
    choose_in_group(place);
  }
  if (outcomes_[place].fate != Fate::kOpen) return;
  const Attempt tried = attempt(place);
  if (tried.fate != Fate::kApplied) {
    outcomes_[place].fate = tried.fate;
    return;
  }
  act(place, tried);
}

// A group is reached at the first of its benefits that would change something.
void BenefitStack::choose_in_group(size_t first) {
  int best = -1;
  Worth best_worth = 0;
  for (int next = static_cast<int>(first); next >= 0;
       next = next_in_group_[static_cast<size_t>(next)]) {
    const auto place = static_cast<size_t>(next);
    if (is_idle_[place]) continue;
    const Attempt tried = attempt(place);
    if (tried.fate != Fate::kApplied) {
      outcomes_[place].fate = tried.fate;
      if (place == first) return;
      continue;
    }
    const Worth worth = worth_of(discount_.total_minor, tried.points_milli);
    if (best < 0 || worth > best_worth ||
        (worth == best_worth && is_before(place, static_cast<size_t>(best)))) {
      best = next;
      best_worth = worth;
    }
  }
  is_group_decided_[static_cast<size_t>(benefit(first).group)] = true;
  for (int next = static_cast<int>(first); next >= 0;
       next = next_in_group_[static_cast<size_t>(next)]) {
    BenefitOutcome& outcome = outcomes_[static_cast<size_t>(next)];
    if (next == best || outcome.fate != Fate::kOpen) continue;
    outcome.fate = Fate::kBetterInGroup;
    outcome.because = candidates_[static_cast<size_t>(best)].number;
  }
}

bool BenefitStack::is_before(size_t a, size_t b) const {
  const v1::Benefit& first = *benefit(a).benefit;
  const v1::Benefit& second = *benefit(b).benefit;
  if (first.priority() != second.priority()) return first.priority() < second.priority();
  return first.benefit_id() < second.benefit_id();
}

BenefitStack::Attempt BenefitStack::attempt(size_t place) {
  const ReadyBenefit& ready = benefit(place);
  discount_.clear();
  Attempt result;
  if (ready.right != nullptr) {
    result.right = rights_.next_of(ready.right->right_id());
    if (result.right < 0) {
      result.fate = Fate::kRightGone;
      return result;
    }
  }
  work_out(place, result);
  if (candidates_[place].is_metered && result.fate == Fate::kApplied) {
    result.fate = meter(place, result);
  }
  return result;
}

void BenefitStack::work_out(size_t place, Attempt& attempt) {
  const ReadyBenefit& ready = benefit(place);
  if (ready.phase == BenefitPhase::kRest) {
    attempt.fate = work_out_points(ready, attempt);
    return;
  }
  attempt.fate = work_out_discount(ready, attempt);
  const int64_t cap_minor = ready.benefit->cap_minor();
  discount_.trim(
      std::min(cap_minor == 0 ? kMaxSumMinor : cap_minor, candidates_[place].budget_left_minor));
}

// What the terms make of a benefit that would act: money is trimmed, points are given whole or not
// at all, and what has no price is not given.
Fate BenefitStack::meter(size_t place, Attempt& attempt) {
  const ReadyBenefit& ready = benefit(place);
  if (candidates_[place].is_denied || ready.has_effect(v1::Effect::kGiftLine) ||
      ready.has_effect(v1::Effect::kGrantRight)) {
    return Fate::kServerNeeded;
  }
  if (ready.phase != BenefitPhase::kRest) {
    discount_.trim(offline_left_minor_);
    return discount_.total_minor > 0 ? Fate::kApplied : Fate::kServerNeeded;
  }
  const bool is_multiplier = ready.has_effect(v1::Effect::kPointsMultiplier);
  const int64_t points_milli = is_multiplier ? added_by(ready) : attempt.points_milli;
  attempt.points_worth_minor = worth_of_points_minor(program_.program().points(), points_milli);
  if (points_milli > 0 && attempt.points_worth_minor == 0) return Fate::kServerNeeded;
  return attempt.points_worth_minor <= offline_left_minor_ ? Fate::kApplied : Fate::kServerNeeded;
}

void BenefitStack::act(size_t place, const Attempt& attempt) {
  const ReadyBenefit& ready = benefit(place);
  BenefitOutcome& outcome = outcomes_[place];
  if (discount_.total_minor > 0 && cap_left_minor_ == 0) {
    outcome.fate = Fate::kCapReached;
    return;
  }
  discount_.trim(cap_left_minor_);
  cap_left_minor_ -= discount_.total_minor;
  if (candidates_[place].is_metered) {
    offline_left_minor_ -= discount_.total_minor + attempt.points_worth_minor;
  }
  for (const DiscountedLine& line : discount_.lines) left_minor_[line.line] -= line.amount_minor;
  outcome.fate = Fate::kApplied;
  outcome.lines = discount_.lines;
  outcome.saved_minor = discount_.total_minor;
  outcome.round_count = discount_.round_count;
  outcome.right = attempt.right;
  if (ready.has_effect(v1::Effect::kPointsMultiplier)) {
    multipliers_.push_back(place);
  } else {
    outcome.points_milli = attempt.points_milli;
  }
  if (outcome.right >= 0) use_right(ready, outcome);
}

void BenefitStack::use_right(const ReadyBenefit& ready, BenefitOutcome& outcome) {
  if (ready.has_effect(v1::Effect::kVoucherAmount)) {
    outcome.right_amount_minor = outcome.saved_minor;
  } else if (ready.right->has_voucher()) {
    // A voucher that pays for something else than an amount is given for it whole.
    outcome.right_amount_minor = rights_.amount_left_minor(outcome.right);
  }
  rights_.use(outcome.right, *ready.right, outcome.right_amount_minor);
}

EarningLines BenefitStack::earning_lines() const {
  return {at_.lines, at_.matches, left_minor_, at_.lines.articles.view()};
}

int64_t BenefitStack::added_by(const ReadyBenefit& ready) const {
  PointsEarned earned(program_, at_.facts.tier_id(), earning_lines());
  for (const size_t place : multipliers_) {
    earned.multiply(benefit(place).benefit->effect().points_multiplier(), benefit(place).filter);
  }
  return earned.multiply(ready.benefit->effect().points_multiplier(), ready.filter);
}

Worth BenefitStack::worth_of(int64_t saved_minor, int64_t points_milli) const {
  const int64_t value_minor = program_.program().points().spending().thousand_points_value_minor();
  return Worth(saved_minor) * kMilliPerThousandPoints + Worth(points_milli) * value_minor;
}

Worth BenefitStack::worth() const {
  Worth worth = 0;
  for (const BenefitOutcome& outcome : outcomes_) {
    if (outcome.fate == Fate::kApplied)
      worth += worth_of(outcome.saved_minor, outcome.points_milli);
  }
  for (size_t i = 0; i < multipliers_.size(); ++i) {
    worth += worth_of(0, multiplied_.added_milli[i]);
  }
  return worth;
}

}  // namespace moadon
