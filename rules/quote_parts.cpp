#include "rules/quote_parts.h"

#include <algorithm>

#include "absl/container/flat_hash_map.h"
#include "rules/benefit_limits.h"
#include "rules/calendar.h"
#include "rules/unit_pool.h"

namespace moadon {
namespace {

const ReadyBenefit& benefit_at(const Decision& decision, size_t number) {
  return decision.program.benefits()[number];
}

void write_discount(const v1::Benefit& benefit, size_t line, int64_t amount_minor, v1::Quote& quote,
                    v1::AppliedBenefit& applied) {
  v1::QuotedLine& quoted = *quote.mutable_lines(static_cast<int>(line));
  v1::DiscountPart& part = *quoted.add_discounts();
  part.set_benefit_id(benefit.benefit_id());
  part.set_amount_minor(amount_minor);
  applied.add_line_ids(quoted.line_id());
}

void write_right_use(const Decision& decision, const BenefitOutcome& outcome, v1::Quote& quote,
                     v1::AppliedBenefit& applied) {
  if (outcome.right < 0) return;
  const std::string& grant_id = decision.at.rights.grant_id(outcome.right);
  applied.set_grant_id(grant_id);
  v1::RightUse& use = *quote.add_rights_used();
  use.set_grant_id(grant_id);
  use.set_amount_minor(outcome.right_amount_minor);
}

void write_grant(const Decision& decision, const v1::Benefit& benefit, v1::Quote& quote) {
  const v1::GrantRight& effect = benefit.effect().grant_right();
  const v1::RightKind& kind = *decision.program.right_kind(effect.right_id());
  v1::QuotedGrant& grant = *quote.add_rights_granted();
  grant.set_benefit_id(benefit.benefit_id());
  grant.set_right_id(kind.right_id());
  grant.set_title(kind.title());
  grant.set_right_count(std::max(1, effect.right_count()));
  const absl::CivilDay from = decision.at.occasion.business_day + kind.valid_after_days();
  grant.set_valid_from_date(format_day(from));
  if (kind.valid_days() > 0) grant.set_valid_until_date(format_day(from + kind.valid_days() - 1));
}

void write_gift(const v1::Benefit& benefit, v1::Quote& quote) {
  v1::QuotedGift& gift = *quote.add_gifts();
  gift.set_benefit_id(benefit.benefit_id());
  *gift.mutable_gift() = benefit.effect().gift_line();
  if (gift.gift().quantity_milli() == 0) gift.mutable_gift()->set_quantity_milli(kMilli);
}

// What an applied benefit brings beside a discount.
void write_more(const Decision& decision, const ReadyBenefit& ready, v1::Quote& quote,
                v1::AppliedBenefit& applied) {
  const v1::Effect& effect = ready.benefit->effect();
  switch (effect.kind_case()) {
    case v1::Effect::kPointsMultiplier:
      decision.at.matches.lines_of(ready.filter).for_each([&](size_t line) {
        applied.add_line_ids(quote.lines(static_cast<int>(line)).line_id());
      });
      return;
    case v1::Effect::kGiftLine:
      return write_gift(*ready.benefit, quote);
    case v1::Effect::kGrantRight:
      return write_grant(decision, *ready.benefit, quote);
    case v1::Effect::kReceiptMessage:
      quote.add_receipt_messages(effect.receipt_message().text());
      return;
    case v1::Effect::kCashierPrompt:
      quote.add_cashier_prompts(effect.cashier_prompt().text());
      return;
    default:
      return;
  }
}

void write_applied(const Decision& decision, size_t number, v1::Quote& quote) {
  const ReadyBenefit& ready = benefit_at(decision, number);
  const BenefitOutcome& outcome = decision.outcomes[number];
  v1::AppliedBenefit& applied = *quote.add_applied();
  applied.set_benefit_id(ready.benefit->benefit_id());
  applied.set_title(ready.benefit->title());
  applied.set_points_milli(outcome.points_milli);
  applied.set_use_count(static_cast<int32_t>(std::min<int64_t>(outcome.round_count, INT32_MAX)));
  applied.mutable_line_ids()->Reserve(static_cast<int>(outcome.lines.size()));
  for (const DiscountedLine& line : outcome.lines) {
    write_discount(*ready.benefit, line.line, line.amount_minor, quote, applied);
  }
  int64_t saved_minor = outcome.saved_minor;
  for (const GivenLine& given : decision.given) {
    if (given.benefit != static_cast<int>(number)) continue;
    saved_minor += given.amount_minor;
    if (given.amount_minor == 0) {
      applied.add_line_ids(quote.lines(static_cast<int>(given.line)).line_id());
    } else {
      write_discount(*ready.benefit, given.line, given.amount_minor, quote, applied);
    }
  }
  applied.set_saved_minor(saved_minor);
  write_right_use(decision, outcome, quote, applied);
  if (ready.code != nullptr) {
    applied.set_code(decision.at.basket.coupon_codes(ready.code->entered_code(decision.at)));
  }
  write_more(decision, ready, quote, applied);
}

void explain_other(const Decision& decision, int other, v1::ReasonBenefit& reason) {
  if (other < 0) return;
  const v1::Benefit& benefit = *benefit_at(decision, static_cast<size_t>(other)).benefit;
  reason.set_benefit_id(benefit.benefit_id());
  reason.set_title(benefit.title());
}

// Units that an effect which counts them still asks for its first round; 0: enough, or none asked.
int64_t missing_units(const ReadyBenefit& ready, const Circumstances& at) {
  const LineSetView filter = at.matches.lines_of(ready.filter);
  const LinesLeft lines{at.lines, {}};
  const v1::Effect& effect = ready.benefit->effect();
  if (effect.has_set_price()) return effect.set_price().unit_count() - count_units(filter, lines);
  if (!effect.has_buy_get()) return 0;
  const int64_t buy_count = effect.buy_get().buy_count();
  if (ready.get_filter < 0) return buy_count + 1 - count_units(filter, lines);
  return buy_count - count_units_not_in(filter, at.matches.lines_of(ready.get_filter), lines);
}

// Why a benefit of which all conditions hold has nothing to do.
void explain_idle(const ReadyBenefit& ready, const Circumstances& at,
                  v1::UnappliedBenefit& unapplied) {
  const bool is_filtered = ready.filter >= 0;
  if (is_filtered && at.matches.lines_of(ready.filter).empty()) {
    unapplied.mutable_products_missing();
  } else if (const int64_t missing = is_filtered ? missing_units(ready, at) : 0; missing > 0) {
    unapplied.mutable_quantity_missing()->set_quantity_milli(missing * kMilli);
  } else if (ready.get_filter >= 0 && at.matches.lines_of(ready.get_filter).empty()) {
    unapplied.mutable_products_missing();
  } else {
    unapplied.mutable_changes_nothing();
  }
}

void explain(const Decision& decision, size_t number, v1::UnappliedBenefit& unapplied) {
  const ReadyBenefit& ready = benefit_at(decision, number);
  const BenefitOutcome& outcome = decision.outcomes[number];
  unapplied.set_benefit_id(ready.benefit->benefit_id());
  unapplied.set_title(ready.benefit->title());
  switch (outcome.fate) {
    case Fate::kMemberNeeded:
      unapplied.mutable_member_needed();
      return;
    case Fate::kConditionUnmet:
      return ready.conditions[static_cast<size_t>(outcome.because)].explain(
          decision.at, decision.program.program(), unapplied);
    case Fate::kLimitReached:
      *unapplied.mutable_limit_reached() =
          limit_reached(ready.benefit->limits(),
                        uses_of(decision.at.facts, ready.benefit->benefit_id()),
                        decision.at.occasion.business_day)
              .value();
      return;
    case Fate::kRightGone:
      if (decision.at.rights.is_held_unleased(ready.right->right_id())) {
        unapplied.mutable_server_needed();
        return;
      }
      unapplied.mutable_right_missing()->set_right_id(ready.right->right_id());
      unapplied.mutable_right_missing()->set_title(ready.right->title());
      return;
    case Fate::kBetterInGroup:
      return explain_other(decision, outcome.because, *unapplied.mutable_better_in_group());
    case Fate::kSilenced:
      return explain_other(decision, outcome.because, *unapplied.mutable_silenced());
    case Fate::kCapReached:
      unapplied.mutable_basket_cap_reached()->set_amount_minor(
          decision.program.program().basket_cap_minor());
      return;
    case Fate::kServerNeeded:
      unapplied.mutable_server_needed();
      return;
    case Fate::kChangesNothing:
      return explain_idle(ready, decision.at, unapplied);
    case Fate::kOpen:
    case Fate::kApplied:
      unapplied.mutable_changes_nothing();
  }
}

}  // namespace

void write_benefits(const Decision& decision, v1::Quote& quote) {
  for (size_t i = 0; i < decision.outcomes.size(); ++i) {
    if (decision.outcomes[i].fate == Fate::kApplied) {
      write_applied(decision, i, quote);
    } else {
      explain(decision, i, *quote.add_not_applied());
    }
  }
}

void write_refused_codes(const Decision& decision, v1::Quote& quote) {
  if (decision.at.codes.empty()) return;
  std::vector<bool> is_used(decision.at.codes.size());
  std::vector<int> owner(decision.at.codes.size(), -1);
  for (size_t number = 0; number < decision.outcomes.size(); ++number) {
    const ReadyCondition* const code = benefit_at(decision, number).code;
    if (code == nullptr) continue;
    const int used =
        decision.outcomes[number].fate == Fate::kApplied ? code->entered_code(decision.at) : -1;
    for (size_t i = 0; i < is_used.size(); ++i) {
      if (static_cast<int>(i) == used) is_used[i] = true;
      if (owner[i] < 0 && code->is_code(decision.at.codes[i])) owner[i] = static_cast<int>(number);
    }
  }
  for (size_t i = 0; i < is_used.size(); ++i) {
    if (is_used[i]) continue;
    // The same code again is no other code.
    const auto first =
        std::find(decision.at.codes.begin(), decision.at.codes.end(), decision.at.codes[i]);
    if (first != decision.at.codes.begin() + static_cast<ptrdiff_t>(i)) continue;
    v1::RefusedCode& refused = *quote.add_refused_codes();
    refused.set_code(decision.at.basket.coupon_codes(static_cast<int>(i)));
    if (owner[i] >= 0) {
      explain(decision, static_cast<size_t>(owner[i]), *refused.mutable_benefit());
    }
  }
}

}  // namespace moadon
