// Benefits acting on one basket one after the other: design.md section 6 ("Order") and rules.md
// ("Choosing benefits"): groups, caps, rights. Used by one thread for one basket.
#pragma once

#include <cstdint>
#include <vector>

#include "absl/numeric/int128.h"
#include "absl/types/span.h"
#include "rules/circumstances.h"
#include "rules/discount.h"
#include "rules/points_earned.h"
#include "rules/ready_program.h"

namespace moadon {

enum class Fate {
  kOpen,
  kApplied,
  kMemberNeeded,
  kConditionUnmet,  // `because`: the condition's number in the ready benefit
  kLimitReached,
  kRightGone,  // an earlier benefit of this basket used it up
  kChangesNothing,
  kBetterInGroup,  // `because`: the benefit
  kSilenced,       // `because`: the benefit, -1: the stack of several
  kCapReached,
  kServerNeeded,  // not under the terms, or not of a member whose facts are unknown
};

// What became of one benefit.
struct BenefitOutcome {
  Fate fate = Fate::kOpen;
  int because = -1;
  std::vector<DiscountedLine> lines;  // what it took off
  int64_t saved_minor = 0;            // their sum
  int64_t points_milli = 0;           // bonus
  int64_t round_count = 1;
  int right = -1;  // number in HeldRights
  int64_t right_amount_minor = 0;
};

// A benefit whose conditions hold and whose limits are not reached.
struct Candidate {
  int number = 0;  // in the ready program
  int64_t budget_left_minor = 0;
  bool is_metered = false;  // terms are in force, and it takes of their amount
  bool is_denied = false;   // it would take more of it than is there
};

// Money and points on one scale: millionths of a minor unit.
using Worth = absl::int128;

class BenefitStack final {
 public:
  // Lets the candidates act; they come in the order in which they act. All arguments must outlive
  // this.
  BenefitStack(const ReadyProgram& program, const Circumstances& at,
               absl::Span<const Candidate> candidates);

  // Per candidate.
  const std::vector<BenefitOutcome>& outcomes() const { return outcomes_; }
  std::vector<BenefitOutcome> take_outcomes() { return std::move(outcomes_); }
  const std::vector<int64_t>& left_minor() const { return left_minor_; }
  // Of the terms' amount; kMaxSumMinor without terms.
  int64_t offline_left_minor() const { return offline_left_minor_; }
  // Of everything that acted, points counted before any payment.
  Worth worth() const;

 private:
  // What a candidate would do now.
  struct Attempt {
    Fate fate = Fate::kChangesNothing;
    int64_t points_milli = 0;
    int right = -1;
    int64_t points_worth_minor = 0;  // of a metered one
  };

  const ReadyBenefit& benefit(size_t place) const {
    return program_.benefits()[static_cast<size_t>(candidates_[place].number)];
  }
  void link_groups();
  void begin();
  void let_act(size_t place);
  bool drop_idle_multipliers();
  void choose_in_group(size_t first);
  bool is_before(size_t a, size_t b) const;
  Attempt attempt(size_t place);
  void work_out(size_t place, Attempt& attempt);
  Fate meter(size_t place, Attempt& attempt);
  Fate work_out_discount(const ReadyBenefit& ready, const Attempt& attempt);
  Fate work_out_points(const ReadyBenefit& ready, Attempt& attempt) const;
  void act(size_t place, const Attempt& attempt);
  void use_right(const ReadyBenefit& ready, BenefitOutcome& outcome);
  int64_t added_by(const ReadyBenefit& ready) const;
  Worth worth_of(int64_t saved_minor, int64_t points_milli) const;
  EarningLines earning_lines() const;
  LinesLeft lines_left() const { return {at_.lines, left_minor_}; }

  const ReadyProgram& program_;
  const Circumstances& at_;
  const absl::Span<const Candidate> candidates_;
  std::vector<BenefitOutcome> outcomes_;
  std::vector<int64_t> left_minor_;
  int64_t cap_left_minor_ = 0;
  int64_t offline_left_minor_ = 0;
  HeldRights rights_;
  std::vector<int> next_in_group_;      // place of the next candidate of the same group, -1: none
  std::vector<bool> is_group_decided_;  // per group
  std::vector<size_t> multipliers_;     // places of those that acted
  MultipliedPoints multiplied_;         // by them, before any payment
  std::vector<bool> is_idle_;           // per candidate: a multiplier that would add nothing
  Discount discount_;                   // of the latest attempt
};

}  // namespace moadon
