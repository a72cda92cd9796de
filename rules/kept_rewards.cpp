#include "rules/kept_rewards.h"

#include <algorithm>
#include <utility>

#include "absl/container/flat_hash_map.h"
#include "rules/circumstances.h"
#include "rules/payment.h"
#include "rules/points_earned.h"

namespace moadon {
namespace {

// What stays of an amount of a line: the refund formula's other half.
int64_t kept_part(int64_t amount, int64_t kept_milli, int64_t sold_milli) {
  return amount - refund_of(amount, sold_milli - kept_milli, sold_milli);
}

class KeptSale {
 public:
  KeptSale(const ReadyProgram& program, const JudgedSale& sale,
           absl::Span<const int64_t> kept_milli)
      : program_(program),
        sale_(sale),
        kept_milli_(kept_milli),
        at_(look_at(program, sale.basket, sale.facts, sale.occasion,
                    kept_basket_lines(sale.basket, program.program().discounts_overridden_prices(),
                                      kept_milli))) {
    for (int i = 0; i < sale.verdict.lines_size(); ++i) {
      line_numbers_.emplace(sale.verdict.lines(i).line_id(), static_cast<size_t>(i));
    }
  }

  KeptRewards rewards() const {
    KeptRewards result;
    result.earned_milli = earned_milli();
    for (const v1::QuotedGrant& grant : sale_.verdict.rights_granted()) {
      const ReadyBenefit* const ready = benefit(grant.benefit_id());
      const bool stands = ready != nullptr && still_promises(*ready);
      result.kept_grants.push_back(stands ? grant.right_count() : 0);
    }
    for (const v1::AppliedBenefit& applied : sale_.verdict.applied()) {
      const bool stands = is_carried(applied);
      result.benefit_stands.push_back(stands);
      if (!applied.grant_id().empty()) result.right_use_stands.push_back(stands);
    }
    return result;
  }

 private:
  const ReadyBenefit* benefit(const std::string& benefit_id) const {
    const int number = program_.benefit_number(benefit_id);
    return number < 0 ? nullptr : &program_.benefits()[static_cast<size_t>(number)];
  }

  // Nothing kept, nothing given; and its conditions on the basket hold for what was kept.
  bool still_promises(const ReadyBenefit& ready) const {
    if (at_.lines.articles.view().empty()) return false;
    return std::all_of(ready.conditions.begin(), ready.conditions.end(),
                       [&](const ReadyCondition& condition) {
                         return !condition.is_about_lines() || condition.holds(at_);
                       });
  }

  bool is_kept(size_t line) const { return kept_milli_[line] > 0; }

  // Some unit of a line that carried the benefit is kept; of any line when none carried it.
  bool is_carried(const v1::AppliedBenefit& applied) const {
    if (applied.line_ids().empty()) {
      for (size_t i = 0; i < kept_milli_.size(); ++i) {
        if (at_.lines.lines[i].is_spend() && is_kept(i)) return true;
      }
      return false;
    }
    return std::any_of(applied.line_ids().begin(), applied.line_ids().end(),
                       [&](const std::string& line_id) {
                         const auto line = line_numbers_.find(line_id);
                         return line != line_numbers_.end() && is_kept(line->second);
                       });
  }

  // How the kept units of a line were paid.
  LinePayment kept_payment(size_t line) const {
    const v1::QuotedLine& quoted = sale_.verdict.lines(static_cast<int>(line));
    const int64_t sold_milli = sale_.basket.lines(static_cast<int>(line)).quantity_milli();
    const auto kept = [&](int64_t amount) {
      return kept_part(amount, kept_milli_[line], sold_milli);
    };
    LinePayment payment;
    payment.points_minor = kept(quoted.points_spent_minor());
    payment.gift_balance_minor = kept(quoted.gift_balance_minor());
    payment.paid_net_minor =
        payment.points_minor + payment.gift_balance_minor +
        kept(quoted.paid_net_minor() - quoted.points_spent_minor() - quoted.gift_balance_minor());
    return payment;
  }

  int64_t earned_milli() const {
    if (!sale_.verdict.has_points()) return 0;
    const v1::PointRules& rules = program_.program().points();
    std::vector<int64_t> earning(kept_milli_.size());
    LineSet items(kept_milli_.size());
    for (size_t i = 0; i < earning.size(); ++i) {
      const LinePayment payment = kept_payment(i);
      earning[i] = earning_minor(rules, payment);
      if (units_earn(rules, payment)) items.insert(i);
    }
    PointsEarned earned(program_, at_.facts.tier_id(),
                        {at_.lines, at_.matches, earning, items.view()});
    int64_t bonus_milli = 0;  // cannot overflow: parts of what was earned
    for (const v1::AppliedBenefit& applied : sale_.verdict.applied()) {
      const ReadyBenefit* const ready = benefit(applied.benefit_id());
      if (ready == nullptr || !still_promises(*ready)) continue;
      const v1::Effect& effect = ready->benefit->effect();
      if (effect.has_points_multiplier()) {
        earned.multiply(effect.points_multiplier(), ready->filter);
      } else if (effect.has_bonus_points()) {
        bonus_milli += applied.points_milli();
      }
    }
    return std::min(earned.total_milli() + bonus_milli, sale_.verdict.points().earned_milli());
  }

  const ReadyProgram& program_;
  const JudgedSale& sale_;
  const absl::Span<const int64_t> kept_milli_;
  const Circumstances at_;
  absl::flat_hash_map<std::string, size_t> line_numbers_;
};

}  // namespace

KeptRewards kept_rewards(const ReadyProgram& program, const JudgedSale& sale,
                         absl::Span<const int64_t> kept_milli) {
  return KeptSale(program, sale, kept_milli).rewards();
}

}  // namespace moadon
