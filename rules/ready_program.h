// A program made ready for pricing: benefits in the order in which they act, names turned into
// numbers, filters turned around. Immutable; safe from any thread; owns its copy of the program.
#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "absl/container/flat_hash_map.h"
#include "moadon/v1/program.pb.h"
#include "rules/condition.h"
#include "rules/product_filter.h"

namespace moadon {

// In the order in which benefits act; points as payment come after all of them.
enum class BenefitPhase { kLines, kBasketPercent, kBasketAmount, kRest };

struct ReadyBenefit {
  const v1::Benefit* benefit = nullptr;
  BenefitPhase phase = BenefitPhase::kRest;
  bool is_told = false;                    // a message or prompt: it competes with nothing
  int group = -1;                          // number, -1: none
  int filter = -1;                         // of its effect
  int get_filter = -1;                     // of buy-and-get from another pool
  std::vector<ReadyCondition> conditions;  // the one to tell first comes first
  const ReadyCondition* code = nullptr;    // its coupon_code condition
  const v1::RightKind* right = nullptr;    // what its right_held condition asks for

  bool is_exclusive() const { return benefit->exclusive() && !is_told; }
  bool has_effect(v1::Effect::KindCase kind) const { return benefit->effect().kind_case() == kind; }
};

struct ReadyEarnRule {
  const v1::EarnRule* rule = nullptr;
  int filter = -1;
  // Whether members with this tier (empty: none) earn by it.
  bool is_for(const std::string& tier_id) const;
};

// The articles that an effect is about, of buy-and-get those bought; null when it is not about
// articles.
const v1::ProductFilter* filter_of(const v1::Effect& effect);

class ReadyProgram final {
 public:
  explicit ReadyProgram(v1::Program program);
  ReadyProgram(const ReadyProgram&) = delete;
  ReadyProgram& operator=(const ReadyProgram&) = delete;

  const v1::Program& program() const { return program_; }
  const FilterIndex& filters() const { return filters_; }
  // In the order in which they act. Benefits are numbered by their place here.
  const std::vector<ReadyBenefit>& benefits() const { return benefits_; }
  const std::vector<ReadyEarnRule>& earn_rules() const { return earn_rules_; }
  size_t group_count() const { return group_count_; }
  // -1: no such benefit.
  int benefit_number(const std::string& benefit_id) const;
  const v1::RightKind* right_kind(const std::string& right_id) const;  // null: no such kind

 private:
  ReadyBenefit ready(const v1::Benefit& benefit);
  void number_groups();

  v1::Program program_;
  FilterIndex filters_;
  std::vector<ReadyBenefit> benefits_;
  std::vector<ReadyEarnRule> earn_rules_;
  size_t group_count_ = 0;
  absl::flat_hash_map<std::string, int> benefit_numbers_;
  absl::flat_hash_map<std::string, const v1::RightKind*> rights_;
};

}  // namespace moadon
