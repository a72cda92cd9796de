// Random baskets, member facts and occasions for random programs (rules/test_random_program.h).
// Baskets pass check_basket.
#pragma once

#include <string>

#include "rules/calendar.h"
#include "rules/pricing.h"
#include "rules/test_random_program.h"

namespace moadon {

struct RandomCase {
  v1::Program program;
  v1::Basket basket;
  v1::MemberFacts facts;  // of nobody, of a member not known, mostly of a known one
  Occasion occasion;
};

class CaseMaker final {
 public:
  explicit CaseMaker(Dice& dice) : dice_(dice) {}

  RandomCase make() {
    RandomCase made;
    made.program = ProgramMaker(dice_).make(static_cast<int>(dice_.below(9)));
    made.occasion = {ProgramMaker::branch(dice_.below(2)),
                     absl::CivilDay(2026, 11, 21) + dice_.between(-2, 3),
                     static_cast<int>(dice_.below(24 * 60))};
    for (int64_t i = 0, count = dice_.below(7); i < count; ++i) {
      add_line(i, made.program, *made.basket.add_lines());
    }
    for (int64_t i = 0, count = dice_.below(3); i < count; ++i) {
      made.basket.add_coupon_codes(absl::StrCat(dice_.one_in(2) ? "code" : "CODE", dice_.below(4)));
    }
    if (dice_.one_in(2)) made.basket.set_spend_points_milli(dice_.below(2'000'000));
    if (dice_.one_in(4)) made.basket.set_gift_balance_minor(dice_.below(600));
    if (!dice_.one_in(6)) set_facts(made);
    return made;
  }

 private:
  void add_line(int64_t number, const v1::Program& program, v1::Line& line) {
    line.set_line_id(absl::StrCat("l", number));
    const int64_t article = dice_.below(6);
    line.set_sku(ProgramMaker::sku(article));
    line.set_category(ProgramMaker::category(article % 2));
    line.set_brand(ProgramMaker::brand(dice_.below(2)));
    if (dice_.one_in(2)) line.add_tags(ProgramMaker::tag(dice_.below(3)));
    line.set_quantity_milli(dice_.one_in(4) ? dice_.between(1, 3000) : dice_.between(1, 4) * 1000);
    line.set_unit_price_minor(dice_.one_in(6) ? dice_.below(5) : dice_.between(10, 200));
    if (dice_.one_in(100)) line.set_unit_price_minor(dice_.between(1, 100'000'000'000));
    if (dice_.one_in(8)) {
      line.mutable_price_override()->set_unit_price_minor(dice_.below(150));
    } else if (dice_.one_in(8)) {
      line.set_register_discount_minor(
          dice_.below(line.unit_price_minor() * line.quantity_milli() / 1000 + 1));
    }
    switch (dice_.below(12)) {
      case 0:
        return line.set_is_deposit(true);
      case 1:
        return line.set_is_gift_balance(true);
      case 2:
        if (program.benefits().empty()) return;
        line.set_sku("GIFT");
        return line.set_gift_benefit_id(
            program.benefits(static_cast<int>(dice_.below(program.benefits_size()))).benefit_id());
      default:
        return;
    }
  }

  std::string some_date() {
    return format_day(absl::CivilDay(2026, 11, 21) + dice_.between(-4, 4));
  }

  void set_facts(RandomCase& made) {
    v1::MemberFacts& facts = made.facts;
    facts.set_member_id("0123456789abcdef");
    made.basket.set_member_id(facts.member_id());
    if (dice_.one_in(8)) return;
    facts.set_snapshot(dice_.between(1, 100));
    *facts.mutable_issued_at() =
        timestamp_of(day_number(made.occasion.business_day) * int64_t{86'400'000'000});
    facts.set_stage(static_cast<v1::Stage>(dice_.between(1, 6)));
    facts.set_purchase_day_count(dice_.below(5));
    if (facts.purchase_day_count() > 0) facts.set_last_purchase_date(some_date());
    if (dice_.one_in(2)) facts.set_tier_id(ProgramMaker::tier(dice_.below(2)));
    if (facts.tier_id() != ProgramMaker::tier(1)) {
      facts.add_next_tier_gaps()->set_spend_minor(dice_.between(1, 1500));
    }
    if (dice_.one_in(2)) facts.set_birthday(dice_.any_of({"11-21", "02-29", "01-01", "12-24"}));
    if (dice_.one_in(2)) facts.set_anniversary(dice_.any_of({"11-20", "06-15"}));
    if (dice_.one_in(2)) facts.add_tags(ProgramMaker::tag(dice_.below(3)));
    set_points(*facts.mutable_points());
    add_rights(facts);
    for (const v1::Benefit& benefit : made.program.benefits()) {
      if (benefit.has_limits()) add_uses(benefit.benefit_id(), *facts.add_uses());
    }
  }

  void set_points(v1::PointsStanding& points) {
    points.set_available_milli(dice_.below(1'500'000));
    if (!dice_.one_in(3)) return;
    v1::ExpiringPoints& part = *points.add_expiring();
    part.set_expire_date(some_date());
    part.set_points_milli(dice_.below(points.available_milli() + 1));
  }

  void add_rights(v1::MemberFacts& facts) {
    for (int64_t i = 0, count = dice_.below(4); i < count; ++i) {
      v1::HeldRight& right = *facts.add_rights();
      right.set_grant_id(absl::StrCat("grant", i));
      right.set_right_id(dice_.any_of({"coupon", "voucher"}));
      right.set_valid_from_date("2026-11-20");
      if (dice_.one_in(2)) right.set_valid_until_date(some_date());
      right.set_uses_left(static_cast<int32_t>(dice_.between(0, 2)));
      if (right.right_id() == "voucher") {
        right.set_uses_left(1);
        right.set_amount_left_minor(dice_.between(1, 400));
      }
    }
  }

  void add_uses(const std::string& benefit_id, v1::BenefitUses& uses) {
    uses.set_benefit_id(benefit_id);
    uses.set_last_use_date(some_date());
    uses.set_day_count(dice_.below(2));
    uses.set_month_count(uses.day_count() + dice_.below(2));
    uses.set_year_count(uses.month_count() + dice_.below(2));
    uses.set_total_count(uses.year_count() + dice_.below(2));
    uses.set_club_count(uses.total_count() + dice_.below(4));
    uses.set_club_saved_minor(dice_.below(300));
  }

  Dice& dice_;
};

// What an agent without its server may give: often too little, sometimes enough.
class TermsMaker final {
 public:
  explicit TermsMaker(Dice& dice) : dice_(dice) {}

  v1::OfflineTerms make(const RandomCase& c) {
    v1::OfflineTerms terms;
    terms.set_amount_limit_minor(dice_.any_of<int64_t>(
        {0, dice_.between(1, 20), dice_.between(1, 300), dice_.between(1, 10'000)}));
    terms.set_points_limit_milli(dice_.one_in(4) ? 0 : dice_.below(2'000'000));
    for (const v1::HeldRight& right : c.facts.rights()) {
      if (dice_.one_in(2)) terms.add_leased_grant_ids(right.grant_id());
    }
    for (const v1::Benefit& benefit : c.program.benefits()) {
      if (dice_.one_in(3)) continue;
      v1::BudgetSlice& slice = *terms.add_slices();
      slice.set_benefit_id(benefit.benefit_id());
      slice.set_amount_minor(dice_.any_of<int64_t>({0, 1, dice_.between(1, 300)}));
      slice.set_use_count(dice_.between(0, 2));
    }
    if (dice_.one_in(2)) {
      terms.set_latest_date(format_day(c.occasion.business_day + dice_.between(-3, 3)));
    }
    return terms;
  }

 private:
  Dice& dice_;
};

inline RandomCase random_case(uint64_t seed) {
  Dice dice(seed);
  return CaseMaker(dice).make();
}

}  // namespace moadon
