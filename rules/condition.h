// The conditions of a benefit: whether they hold, and what the cashier is told of the first that
// does not. benefit.proto, Condition. Prepared once for a program, then safe from any thread.
#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "absl/container/flat_hash_set.h"
#include "moadon/v1/benefit.pb.h"
#include "moadon/v1/program.pb.h"
#include "moadon/v1/quote.pb.h"
#include "rules/circumstances.h"

namespace moadon {

class ReadyCondition final {
 public:
  // Registers its filter with `filters`. The condition must outlive this.
  ReadyCondition(const v1::Condition& condition, FilterIndex& filters);

  v1::Condition::KindCase kind() const { return condition_->kind_case(); }
  // Asks what is in the basket: asked again when units came back.
  bool is_about_lines() const { return filter_ >= 0; }

  bool holds(const Circumstances& at) const;

  // Why it does not hold, with the numbers.
  void explain(const Circumstances& at, const v1::Program& program,
               v1::UnappliedBenefit& unapplied) const;

  // Of a coupon_code condition: the number of the first code entered that fits, -1 when none does.
  int entered_code(const Circumstances& at) const;
  // Of the same: whether it is one of its codes, in the letters that codes are compared in.
  bool is_code(const std::string& code) const { return texts_.contains(code); }

 private:
  bool is_date(const OccasionDays& days) const;
  bool is_tier(const std::string& tier_id) const;
  bool is_nth_day(const Circumstances& at) const;
  bool names_any(const google::protobuf::RepeatedPtrField<std::string>& texts) const;
  bool is_met_by_lines(const Circumstances& at) const;
  void explain_time(const Circumstances& at, v1::UnappliedBenefit& unapplied) const;
  void explain_lines(const Circumstances& at, v1::UnappliedBenefit& unapplied) const;

  const v1::Condition* condition_;
  int filter_ = -1;
  uint32_t choices_ = 0;                    // weekdays or stages, a bit each
  int from_ = 0;                            // minutes of the day
  int until_ = 0;                           // the same
  absl::CivilDay from_day_;                 // of dates
  absl::CivilDay until_day_;                // of dates
  absl::flat_hash_set<std::string> texts_;  // branches, tiers, tags or codes
};

}  // namespace moadon
