#include "rules/pricing.h"

#include <algorithm>
#include <utility>

#include "rules/check.h"
#include "rules/competition.h"
#include "rules/kept_rewards.h"
#include "rules/offline.h"
#include "rules/payment.h"
#include "rules/quote_writer.h"

namespace moadon {

struct Pricing::Ready {
  explicit Ready(v1::Program document) : program(std::move(document)) {}
  ReadyProgram program;
};

namespace {

// Lines that the register added for benefits that give their article, up to what they give; each
// costs nothing then.
std::vector<GivenLine> give_gifts(const ReadyProgram& program, const Circumstances& at,
                                  const std::vector<BenefitOutcome>& outcomes,
                                  std::vector<int64_t>& left_minor) {
  std::vector<GivenLine> given;
  for (size_t i = 0; i < outcomes.size(); ++i) {
    const ReadyBenefit& ready = program.benefits()[i];
    if (outcomes[i].fate != Fate::kApplied || !ready.has_effect(v1::Effect::kGiftLine)) continue;
    const v1::GiftLine& gift = ready.benefit->effect().gift_line();
    int64_t left_milli = gift.quantity_milli() == 0 ? kMilli : gift.quantity_milli();
    for (int line = 0; line < at.basket.lines_size(); ++line) {
      const v1::Line& offered = at.basket.lines(line);
      const auto number = static_cast<size_t>(line);
      if (at.lines.lines[number].role != LineRole::kGift || offered.sku() != gift.sku() ||
          offered.gift_benefit_id() != ready.benefit->benefit_id() ||
          offered.quantity_milli() > left_milli) {
        continue;
      }
      left_milli -= offered.quantity_milli();
      given.push_back({static_cast<int>(i), number, left_minor[number]});
      left_minor[number] = 0;
    }
  }
  return given;
}

// Sets the points of every benefit that applied and returns what the sale earns. A multiplier that
// adds nothing changes nothing.
int64_t earn(const ReadyProgram& program, const EarningLines& lines, const std::string& tier_id,
             std::vector<BenefitOutcome>& outcomes) {
  std::vector<const ReadyBenefit*> multipliers;
  std::vector<BenefitOutcome*> multiplying;
  for (size_t i = 0; i < outcomes.size(); ++i) {
    const ReadyBenefit& ready = program.benefits()[i];
    if (outcomes[i].fate != Fate::kApplied || !ready.has_effect(v1::Effect::kPointsMultiplier)) {
      continue;
    }
    multipliers.push_back(&ready);
    multiplying.push_back(&outcomes[i]);
  }
  const MultipliedPoints multiplied = multiplied_points(program, tier_id, lines, multipliers);
  for (size_t i = 0; i < multiplying.size(); ++i) {
    multiplying[i]->points_milli = multiplied.added_milli[i];
    if (multiplied.is_idle[i]) multiplying[i]->fate = Fate::kChangesNothing;
  }
  int64_t total_milli = multiplied.total_milli;
  for (size_t i = 0; i < outcomes.size(); ++i) {
    if (outcomes[i].fate != Fate::kApplied ||
        !program.benefits()[i].has_effect(v1::Effect::kBonusPoints)) {
      continue;
    }
    outcomes[i].points_milli = std::min(outcomes[i].points_milli, kMaxEarnedMilli - total_milli);
    total_milli += outcomes[i].points_milli;
  }
  return total_milli;
}

int64_t earn_of_paid(const ReadyProgram& program, const Circumstances& at, const Payment& payment,
                     std::vector<BenefitOutcome>& outcomes) {
  if (!at.is_member || !program.program().has_points()) return 0;
  const v1::PointRules& rules = program.program().points();
  std::vector<int64_t> earning(payment.lines.size());
  LineSet items(payment.lines.size());
  for (size_t i = 0; i < earning.size(); ++i) {
    earning[i] = earning_minor(rules, payment.lines[i]);
    if (units_earn(rules, payment.lines[i])) items.insert(i);
  }
  return earn(program, {at.lines, at.matches, earning, items.view()}, at.facts.tier_id(), outcomes);
}

Decision decide(const ReadyProgram& program, const Circumstances& at,
                absl::Span<const int> denied) {
  CompetitionResult result = compete(program, at, denied);
  Decision decision{program, at, std::move(result.outcomes), {}, {}, 0};
  decision.given = give_gifts(program, at, decision.outcomes, result.left_minor);
  decision.payment = pay(program.program(), at, {result.left_minor, result.offline_left_minor});
  decision.earned_milli = earn_of_paid(program, at, decision.payment, decision.outcomes);
  return decision;
}

// What multipliers add was metered before anything was paid. Rounding can make it more when points
// pay a part: then the number of the last of them, which the terms do not allow; else -1.
int beyond_terms(const Decision& decision) {
  absl::int128 used_minor = decision.payment.spent.worth_minor;
  int last = -1;
  for (size_t i = 0; i < decision.outcomes.size(); ++i) {
    const ReadyBenefit& ready = decision.program.benefits()[i];
    const BenefitOutcome& outcome = decision.outcomes[i];
    if (outcome.fate != Fate::kApplied || !is_limited(*ready.benefit)) continue;
    used_minor += outcome.saved_minor;
    const int64_t worth_minor =
        worth_of_points_minor(decision.program.program().points(), outcome.points_milli);
    used_minor += worth_minor;
    if (worth_minor > 0 && ready.has_effect(v1::Effect::kPointsMultiplier)) {
      last = static_cast<int>(i);
    }
  }
  return used_minor > decision.at.terms->amount_limit_minor() ? last : -1;
}

Decision decide_within_terms(const ReadyProgram& program, const Circumstances& at) {
  std::vector<int> denied;
  while (true) {
    Decision decision = decide(program, at, denied);
    const int last = beyond_terms(decision);
    if (last < 0) return decision;
    denied.insert(std::lower_bound(denied.begin(), denied.end(), last), last);
  }
}

}  // namespace

Pricing::Pricing(v1::Program program) : ready_(std::make_unique<const Ready>(std::move(program))) {}
Pricing::~Pricing() = default;
Pricing::Pricing(Pricing&&) noexcept = default;
Pricing& Pricing::operator=(Pricing&&) noexcept = default;

const v1::Program& Pricing::program() const { return ready_->program.program(); }

absl::StatusOr<v1::Quote> Pricing::quote(const v1::Basket& basket, const v1::MemberFacts& facts,
                                         const Occasion& occasion) const {
  v1::Quote quote;
  absl::Status priced = price(basket, facts, occasion, quote);
  if (!priced.ok()) return priced;
  return quote;
}

absl::StatusOr<const v1::Quote*> Pricing::quote(const v1::Basket& basket,
                                                const v1::MemberFacts& facts,
                                                const Occasion& occasion,
                                                google::protobuf::Arena& arena) const {
  auto* const quote = google::protobuf::Arena::CreateMessage<v1::Quote>(&arena);
  absl::Status priced = price(basket, facts, occasion, *quote);
  if (!priced.ok()) return priced;
  return quote;
}

absl::Status Pricing::price(const v1::Basket& basket, const v1::MemberFacts& facts,
                            const Occasion& occasion, v1::Quote& quote) const {
  if (absl::Status form = check_basket(basket); !form.ok()) return form;
  if (basket.without_rights() && !facts.rights().empty()) {
    v1::MemberFacts others = facts;
    others.clear_rights();
    return price(basket, others, occasion, quote);
  }
  const ReadyProgram& ready = ready_->program;
  const Circumstances at =
      look_at(ready, basket, facts, occasion,
              basket_lines(basket, ready.program().discounts_overridden_prices()));
  write_quote(at.terms == nullptr ? decide(ready, at, {}) : decide_within_terms(ready, at), quote);
  return absl::OkStatus();
}

KeptRewards Pricing::kept_rewards(const v1::Basket& basket, const v1::MemberFacts& facts,
                                  const Occasion& occasion, const v1::Quote& verdict,
                                  absl::Span<const int64_t> kept_milli) const {
  return moadon::kept_rewards(ready_->program, {basket, facts, occasion, verdict}, kept_milli);
}

v1::Basket basket_of(const v1::Sale& sale) {
  v1::Basket basket;
  *basket.mutable_lines() = sale.lines();
  for (v1::Line& line : *basket.mutable_lines()) line.clear_paid_net_minor();
  *basket.mutable_coupon_codes() = sale.coupon_codes();
  basket.set_spend_points_milli(sale.spend_points_milli());
  basket.set_without_rights(sale.without_rights());
  int64_t gift_balance_minor = 0;  // cannot overflow: 32 tenders of at most 10^13
  for (const v1::Tender& tender : sale.tenders()) {
    if (tender.kind() == v1::TENDER_KIND_GIFT_BALANCE) gift_balance_minor += tender.amount_minor();
  }
  basket.set_gift_balance_minor(std::min(gift_balance_minor, kMaxSumMinor));
  return basket;
}

}  // namespace moadon
