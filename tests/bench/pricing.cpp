// How long a basket of twenty lines takes to price, on one core, by the number of benefits that are
// in force. Prints one figure a line, as samples.h says. Arguments: rounds, quotes per round.
#include "rules/pricing.h"

#include <chrono>
#include <cstdlib>
#include <exception>
#include <iostream>
#include <stdexcept>
#include <string>
#include <vector>

#include "absl/strings/str_cat.h"
#include "rules/program.h"
#include "tests/bench/samples.h"

namespace moadon::bench {
namespace {

constexpr int kLines = 20;
constexpr int kCategories = 25;
constexpr int kBrands = 10;
constexpr int kArticles = 200;
const Occasion kOccasion{"haifa", absl::CivilDay(2026, 11, 22), 11 * 60};  // a Sunday

std::string article(int number) { return absl::StrCat("article-", number % kArticles); }
std::string category(int number) { return absl::StrCat("category-", number % kCategories); }
std::string brand(int number) { return absl::StrCat("brand-", number % kBrands); }

// One of ten kinds of benefit that shops have, each on articles of its own.
void set_effect(int number, v1::Effect& effect) {
  const int turn = number / 10;
  switch (number % 10) {
    case 0:
      effect.mutable_percent_off_lines()->set_percent_bps(500 + number);
      return effect.mutable_percent_off_lines()->mutable_filter()->add_categories(category(turn));
    case 1:
      effect.mutable_amount_off_lines()->set_amount_minor(10 + turn);
      return effect.mutable_amount_off_lines()->mutable_filter()->add_skus(article(turn));
    case 2:
      effect.mutable_fixed_price()->set_unit_price_minor(990);
      return effect.mutable_fixed_price()->mutable_filter()->add_skus(article(turn + 3));
    case 3:
      effect.mutable_set_price()->set_unit_count(3);
      effect.mutable_set_price()->set_price_minor(1000);
      return effect.mutable_set_price()->mutable_filter()->add_categories(category(turn + 1));
    case 4:
      effect.mutable_buy_get()->set_buy_count(2);
      effect.mutable_buy_get()->set_get_count(1);
      return effect.mutable_buy_get()->mutable_filter()->add_brands(brand(turn));
    case 5:
      effect.mutable_cheapest_off()->set_percent_bps(5000);
      return effect.mutable_cheapest_off()->mutable_filter()->add_tags(
          absl::StrCat("tag", turn % 8));
    case 6:
      effect.mutable_percent_off_basket()->set_percent_bps(100 + turn % 50);
      return effect.mutable_percent_off_basket()->mutable_filter()->add_excluded_brands(
          brand(turn));
    case 7:
      effect.mutable_points_multiplier()->set_factor_bps(11'000);
      return effect.mutable_points_multiplier()->mutable_filter()->add_categories(
          category(turn + 2));
    case 8:
      return effect.mutable_bonus_points()->set_points_milli(1000);
    default:
      return effect.mutable_receipt_message()->set_text("Thank you for shopping with us");
  }
}

// All hold on kOccasion for the member, most of them also for the basket.
void add_conditions(int number, v1::Benefit& benefit) {
  if (number % 3 == 0) benefit.add_conditions()->mutable_tiers()->add_tier_ids("gold");
  if (number % 4 == 0) {
    benefit.add_conditions()->mutable_weekdays()->add_weekdays(v1::WEEKDAY_SUNDAY);
    v1::HoursCondition& hours = *benefit.add_conditions()->mutable_hours();
    hours.set_from_time("08:00");
    hours.set_until_time("22:00");
  }
  if (number % 5 == 0) {
    v1::MinimumBasketCondition& minimum = *benefit.add_conditions()->mutable_minimum_basket();
    minimum.set_amount_minor(1000 * (number % 60 + 1));
    minimum.mutable_filter()->add_excluded_categories(category(number));
  }
  if (number % 7 == 0) benefit.add_conditions()->mutable_dates()->set_from_date("2026-01-01");
}

v1::Program program_of(int benefit_count) {
  v1::Program program;
  program.set_version(1);
  program.set_currency_code("ILS");
  program.set_time_zone("Asia/Jerusalem");
  program.set_country_code("IL");
  v1::Tier& gold = *program.add_tiers();
  gold.set_tier_id("gold");
  gold.set_title("Gold");
  gold.add_any_of()->set_spend_minor(100'000);
  gold.mutable_lifetime();
  v1::EarnRule& earn = *program.mutable_points()->add_earn_rules();
  earn.set_rule_id("all");
  earn.mutable_per_amount()->set_points_milli(1000);
  earn.mutable_per_amount()->set_amount_minor(100);
  for (int i = 0; i < benefit_count; ++i) {
    v1::Benefit& benefit = *program.add_benefits();
    benefit.set_benefit_id(absl::StrCat("benefit-", i));
    benefit.set_title(absl::StrCat("Benefit ", i));
    benefit.set_priority(i % 5);
    if (i % 6 == 0) benefit.set_group(absl::StrCat("group-", i % 18));
    if (i % 9 == 0) benefit.mutable_limits()->set_per_member_month_count(3);
    if (i % 8 == 0) benefit.set_cap_minor(5000);
    add_conditions(i, benefit);
    set_effect(i, *benefit.mutable_effect());
  }
  if (!check_program(program).ok()) {
    throw std::logic_error(std::string(check_program(program).message()));
  }
  return program;
}

v1::Basket basket() {
  v1::Basket basket;
  basket.set_member_id("0123456789abcdef");
  for (int i = 0; i < kLines; ++i) {
    v1::Line& line = *basket.add_lines();
    line.set_line_id(std::to_string(i + 1));
    line.set_sku(article(i * 3));
    line.set_category(category(i));
    line.set_brand(brand(i));
    line.add_tags(absl::StrCat("tag", i % 8));
    line.set_quantity_milli(i % 5 == 4 ? 347 : 1000 * (i % 4 + 1));
    line.set_unit_price_minor(490 + 137 * i);
  }
  return basket;
}

v1::MemberFacts member() {
  v1::MemberFacts facts;
  facts.set_member_id("0123456789abcdef");
  facts.set_snapshot(7);
  facts.set_stage(v1::STAGE_LOYAL);
  facts.set_tier_id("gold");
  facts.set_purchase_day_count(40);
  facts.set_last_purchase_date("2026-11-20");
  facts.mutable_points()->set_available_milli(500'000);
  return facts;
}

class Bench final {
 public:
  explicit Bench(int benefit_count) : pricing_(program_of(benefit_count)) {}

  void round(int quotes) {
    Samples samples;
    const auto start = std::chrono::steady_clock::now();
    for (int i = 0; i < quotes; ++i) {
      const auto before = std::chrono::steady_clock::now();
      const absl::StatusOr<v1::Quote> quote = pricing_.quote(basket_, member_, kOccasion);
      samples.latencies_us.push_back(microseconds(std::chrono::steady_clock::now() - before));
      if (!quote.ok() || quote->total_minor() <= 0) throw std::logic_error("not priced");
    }
    samples.seconds = microseconds(std::chrono::steady_clock::now() - start) / 1e6;
    series_.add(std::move(samples));
  }
  const Series& series() const { return series_; }

 private:
  const Pricing pricing_;
  const v1::Basket basket_ = basket();
  const v1::MemberFacts member_ = member();
  Series series_;
};

void measure(int rounds, int quotes) {
  Bench none(0);
  Bench two_hundred(200);
  Bench thousand(1000);
  for (int round = 0; round < rounds; ++round) {
    for (Bench* bench : {&none, &two_hundred, &thousand}) bench->round(quotes);
  }
  report_series("pricing_none", "", none.series(), nullptr);
  report_series("pricing_200", "", two_hundred.series(), &none.series());
  report_series("pricing_1000", "", thousand.series(), &none.series());
}

}  // namespace
}  // namespace moadon::bench

int main(int argc, char** argv) {
  try {
    if (argc != 3) throw std::invalid_argument("usage: bench_pricing ROUNDS QUOTES");
    moadon::bench::measure(std::atoi(argv[1]), std::atoi(argv[2]));
    return 0;
  } catch (const std::exception& failure) {
    std::cerr << "bench_pricing: " << failure.what() << std::endl;
    return 1;
  }
}
