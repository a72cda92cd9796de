#include "rules/quote_writer.h"

#include "rules/calendar.h"
#include "rules/points_life.h"
#include "rules/price.h"
#include "rules/quote_parts.h"

namespace moadon {
namespace {

void write_lines(const Decision& decision, v1::Quote& quote) {
  const Circumstances& at = decision.at;
  quote.mutable_lines()->Reserve(at.basket.lines_size());
  int64_t value_minor = 0;
  int64_t total_minor = 0;
  for (int i = 0; i < at.basket.lines_size(); ++i) {
    const BasketLine& line = at.lines.lines[static_cast<size_t>(i)];
    const LinePayment& payment = decision.payment.lines[static_cast<size_t>(i)];
    v1::QuotedLine& quoted = *quote.add_lines();
    quoted.set_line_id(at.basket.lines(i).line_id());
    quoted.set_value_minor(line.value_minor);
    quoted.set_paid_net_minor(payment.paid_net_minor);
    quoted.set_unit_price_minor(line.unit_price_minor);
    quoted.set_points_spent_minor(payment.points_minor);
    quoted.set_points_spent_milli(payment.points_milli);
    quoted.set_gift_balance_minor(payment.gift_balance_minor);
    value_minor += line.value_minor;
    total_minor += payment.paid_net_minor;
  }
  quote.set_value_minor(value_minor);
  quote.set_total_minor(total_minor);
  quote.set_saved_minor(value_minor - total_minor);
  quote.set_gift_balance_minor(decision.payment.gift_balance_minor);
  quote.set_due_minor(total_minor - decision.payment.spent.worth_minor -
                      decision.payment.gift_balance_minor);
  quote.set_cash_total_minor(
      cash_total_minor(quote.due_minor(), decision.program.program().cash_rounding_minor()));
}

void write_points(const Decision& decision, v1::Quote& quote) {
  const v1::Program& program = decision.program.program();
  if (!decision.at.is_member || !program.has_points()) return;
  v1::QuotedPoints& points = *quote.mutable_points();
  points.set_earned_milli(decision.earned_milli);
  points.set_spent_milli(decision.payment.spent.points_milli);
  points.set_spent_minor(decision.payment.spent.worth_minor);
  points.set_available_milli(decision.payment.available_milli);
  points.set_spendable_milli(decision.payment.spendable.points_milli);
  points.set_spendable_minor(decision.payment.spendable.worth_minor);
  if (decision.earned_milli == 0) return;
  const PointsLife life = life_of(program.points(), decision.at.occasion.business_day);
  points.set_usable_date(format_day(life.usable_day));
  if (life.expire_day) points.set_expire_date(format_day(*life.expire_day));
}

// What the sale adds to a member's tier.
struct TierProgress {
  int64_t spend_minor = 0;
  int32_t purchase_days = 0;
};

TierProgress progress_of(const Decision& decision) {
  TierProgress progress;
  bool has_units = false;
  for (size_t i = 0; i < decision.payment.lines.size(); ++i) {
    if (!decision.at.lines.lines[i].is_spend()) continue;
    has_units = true;
    progress.spend_minor += decision.payment.lines[i].paid_net_minor;
  }
  const std::string today = format_day(decision.at.occasion.business_day);
  progress.purchase_days = has_units && decision.at.facts.last_purchase_date() != today ? 1 : 0;
  return progress;
}

void write_tier(const Decision& decision, v1::Quote& quote) {
  const auto& tiers = decision.program.program().tiers();
  if (!decision.at.is_known || tiers.empty()) return;
  const v1::MemberFacts& facts = decision.at.facts;
  v1::QuotedTier& quoted = *quote.mutable_tier();
  quoted.set_tier_id(facts.tier_id());
  int place = -1;
  for (int i = 0; i < tiers.size(); ++i) {
    if (tiers[i].tier_id() == facts.tier_id()) place = i;
  }
  if (place >= 0) quoted.set_title(tiers[place].title());
  const bool is_of_program = place >= 0 || facts.tier_id().empty();
  if (!is_of_program || facts.next_tier_gaps().empty() || place + 1 >= tiers.size()) return;
  quoted.set_next_tier_id(tiers[place + 1].tier_id());
  quoted.set_next_title(tiers[place + 1].title());
  const TierProgress progress = progress_of(decision);
  for (const v1::TierGap& gap : facts.next_tier_gaps()) {
    v1::TierGap& left = *quoted.add_gaps();
    left.set_spend_minor(std::max<int64_t>(0, gap.spend_minor() - progress.spend_minor));
    left.set_purchase_days(std::max(0, gap.purchase_days() - progress.purchase_days));
  }
}

}  // namespace

void write_quote(const Decision& decision, v1::Quote& quote) {
  quote.set_program_version(decision.program.program().version());
  quote.set_facts_snapshot(decision.at.facts.snapshot());
  write_lines(decision, quote);
  write_benefits(decision, quote);
  write_refused_codes(decision, quote);
  write_points(decision, quote);
  write_tier(decision, quote);
}

}  // namespace moadon
