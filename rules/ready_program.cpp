#include "rules/ready_program.h"

#include <algorithm>
#include <tuple>
#include <utility>

namespace moadon {
namespace {

BenefitPhase phase_of(const v1::Effect& effect) {
  switch (effect.kind_case()) {
    case v1::Effect::kPercentOffLines:
    case v1::Effect::kAmountOffLines:
    case v1::Effect::kFixedPrice:
    case v1::Effect::kSetPrice:
    case v1::Effect::kBuyGet:
    case v1::Effect::kCheapestOff:
      return BenefitPhase::kLines;
    case v1::Effect::kPercentOffBasket:
      return BenefitPhase::kBasketPercent;
    case v1::Effect::kAmountOffBasket:
    case v1::Effect::kVoucherAmount:
      return BenefitPhase::kBasketAmount;
    default:
      return BenefitPhase::kRest;
  }
}

auto place_of(const ReadyBenefit& ready) {
  return std::tuple(ready.phase, ready.benefit->priority(),
                    absl::string_view(ready.benefit->benefit_id()));
}

}  // namespace

const v1::ProductFilter* filter_of(const v1::Effect& effect) {
  switch (effect.kind_case()) {
    case v1::Effect::kPercentOffLines:
      return &effect.percent_off_lines().filter();
    case v1::Effect::kPercentOffBasket:
      return &effect.percent_off_basket().filter();
    case v1::Effect::kAmountOffLines:
      return &effect.amount_off_lines().filter();
    case v1::Effect::kAmountOffBasket:
      return &effect.amount_off_basket().filter();
    case v1::Effect::kFixedPrice:
      return &effect.fixed_price().filter();
    case v1::Effect::kSetPrice:
      return &effect.set_price().filter();
    case v1::Effect::kBuyGet:
      return &effect.buy_get().filter();
    case v1::Effect::kCheapestOff:
      return &effect.cheapest_off().filter();
    case v1::Effect::kVoucherAmount:
      return &effect.voucher_amount().filter();
    case v1::Effect::kPointsMultiplier:
      return &effect.points_multiplier().filter();
    default:
      return nullptr;
  }
}

bool ReadyEarnRule::is_for(const std::string& tier_id) const {
  if (rule->tier_ids().empty() && !rule->no_tier()) return true;
  if (tier_id.empty()) return rule->no_tier();
  return std::find(rule->tier_ids().begin(), rule->tier_ids().end(), tier_id) !=
         rule->tier_ids().end();
}

ReadyProgram::ReadyProgram(v1::Program program) : program_(std::move(program)) {
  for (const v1::RightKind& kind : program_.rights()) rights_.emplace(kind.right_id(), &kind);
  benefits_.reserve(static_cast<size_t>(program_.benefits_size()));
  for (const v1::Benefit& benefit : program_.benefits()) benefits_.push_back(ready(benefit));
  std::sort(benefits_.begin(), benefits_.end(),
            [](const ReadyBenefit& a, const ReadyBenefit& b) { return place_of(a) < place_of(b); });
  for (size_t i = 0; i < benefits_.size(); ++i) {
    benefit_numbers_.emplace(benefits_[i].benefit->benefit_id(), static_cast<int>(i));
  }
  number_groups();
  for (const v1::EarnRule& rule : program_.points().earn_rules()) {
    earn_rules_.push_back({&rule, filters_.add(rule.filter())});
  }
}

ReadyBenefit ReadyProgram::ready(const v1::Benefit& benefit) {
  ReadyBenefit result;
  result.benefit = &benefit;
  const v1::Effect& effect = benefit.effect();
  result.phase = phase_of(effect);
  result.is_told = effect.has_receipt_message() || effect.has_cashier_prompt();
  if (const v1::ProductFilter* filter = filter_of(effect); filter != nullptr) {
    result.filter = filters_.add(*filter);
  }
  if (effect.buy_get().has_get_filter()) {
    result.get_filter = filters_.add(effect.buy_get().get_filter());
  }
  result.conditions.reserve(static_cast<size_t>(benefit.conditions_size()));
  for (const v1::Condition& condition : benefit.conditions()) {
    result.conditions.emplace_back(condition, filters_);
    if (condition.has_right_held()) result.right = right_kind(condition.right_held().right_id());
  }
  std::stable_sort(
      result.conditions.begin(), result.conditions.end(),
      [](const ReadyCondition& a, const ReadyCondition& b) { return a.kind() < b.kind(); });
  for (const ReadyCondition& condition : result.conditions) {
    if (condition.kind() == v1::Condition::kCouponCode) result.code = &condition;
  }
  return result;
}

void ReadyProgram::number_groups() {
  absl::flat_hash_map<std::string, int> numbers;
  for (ReadyBenefit& ready : benefits_) {
    const std::string& group = ready.benefit->group();
    if (group.empty()) continue;
    ready.group = numbers.try_emplace(group, static_cast<int>(numbers.size())).first->second;
  }
  group_count_ = numbers.size();
}

int ReadyProgram::benefit_number(const std::string& benefit_id) const {
  const auto found = benefit_numbers_.find(benefit_id);
  return found == benefit_numbers_.end() ? -1 : found->second;
}

const v1::RightKind* ReadyProgram::right_kind(const std::string& right_id) const {
  const auto found = rights_.find(right_id);
  return found == rights_.end() ? nullptr : found->second;
}

}  // namespace moadon
