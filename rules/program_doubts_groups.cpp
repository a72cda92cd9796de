// Benefits that another one of their group always beats.
#include <algorithm>
#include <map>
#include <set>

#include "absl/strings/str_cat.h"
#include "rules/program_doubts.h"

namespace moadon {
namespace {

constexpr size_t kMaxCompared = 200;  // benefits of one group with like effects

// An effect without its number, and the number: more is better for the customer.
struct Strength {
  v1::Effect likeness;
  int64_t strength = 0;
};

absl::optional<Strength> strength_of(const v1::Effect& effect) {
  Strength made{effect, 0};
  v1::Effect& like = made.likeness;
  switch (effect.kind_case()) {
    case v1::Effect::kPercentOffLines:
      made.strength = effect.percent_off_lines().percent_bps();
      like.mutable_percent_off_lines()->clear_percent_bps();
      return made;
    case v1::Effect::kPercentOffBasket:
      made.strength = effect.percent_off_basket().percent_bps();
      like.mutable_percent_off_basket()->clear_percent_bps();
      return made;
    case v1::Effect::kAmountOffLines:
      made.strength = effect.amount_off_lines().amount_minor();
      like.mutable_amount_off_lines()->clear_amount_minor();
      return made;
    case v1::Effect::kAmountOffBasket:
      made.strength = effect.amount_off_basket().amount_minor();
      like.mutable_amount_off_basket()->clear_amount_minor();
      return made;
    case v1::Effect::kFixedPrice:
      made.strength = -effect.fixed_price().unit_price_minor();
      like.mutable_fixed_price()->clear_unit_price_minor();
      return made;
    case v1::Effect::kSetPrice:
      made.strength = -effect.set_price().price_minor();
      like.mutable_set_price()->clear_price_minor();
      return made;
    case v1::Effect::kCheapestOff:
      made.strength = effect.cheapest_off().percent_bps();
      like.mutable_cheapest_off()->clear_percent_bps();
      return made;
    case v1::Effect::kPointsMultiplier:
      made.strength = effect.points_multiplier().factor_bps();
      like.mutable_points_multiplier()->clear_factor_bps();
      return made;
    case v1::Effect::kBonusPoints:
      made.strength = effect.bonus_points().points_milli();
      like.mutable_bonus_points()->clear_points_milli();
      return made;
    default:
      return absl::nullopt;
  }
}

struct Rival {
  int index = 0;
  int64_t strength = 0;
  std::set<std::string> conditions;  // serialized
};

bool is_free(const v1::Benefit& benefit) {
  return v1::Limits().SerializeAsString() == benefit.limits().SerializeAsString() &&
         benefit.cap_minor() == 0 && !benefit.exclusive();
}

// Whether `strong` always applies where `weak` does, and is worth as much or more.
bool beats(const v1::Program& program, const Rival& strong, const Rival& weak) {
  const v1::Benefit& a = program.benefits(strong.index);
  const v1::Benefit& b = program.benefits(weak.index);
  if (!is_free(a) || (b.for_anyone() && !a.for_anyone())) return false;
  if (!std::includes(weak.conditions.begin(), weak.conditions.end(), strong.conditions.begin(),
                     strong.conditions.end())) {
    return false;
  }
  if (strong.strength != weak.strength) return strong.strength > weak.strength;
  return std::make_pair(a.priority(), a.benefit_id()) <
         std::make_pair(b.priority(), b.benefit_id());
}

}  // namespace

ProgramDoubts shadowed_benefits(const v1::Program& program) {
  std::map<std::string, std::vector<Rival>> rivals_by_likeness;
  for (int i = 0; i < program.benefits_size(); ++i) {
    const v1::Benefit& benefit = program.benefits(i);
    const auto strength = strength_of(benefit.effect());
    if (benefit.group().empty() || !strength) continue;
    std::vector<Rival>& rivals = rivals_by_likeness[absl::StrCat(
        benefit.group(), "\n", strength->likeness.SerializeAsString())];
    if (rivals.size() >= kMaxCompared) continue;
    Rival rival{i, strength->strength, {}};
    for (const v1::Condition& condition : benefit.conditions()) {
      rival.conditions.insert(condition.SerializeAsString());
    }
    rivals.push_back(std::move(rival));
  }
  std::map<int, ProgramDoubt> by_index;
  for (const auto& [likeness, rivals] : rivals_by_likeness) {
    for (const Rival& weak : rivals) {
      const auto strong = std::find_if(rivals.begin(), rivals.end(), [&](const Rival& rival) {
        return rival.index != weak.index && beats(program, rival, weak);
      });
      if (strong == rivals.end()) continue;
      const std::string& title = program.benefits(weak.index).title();
      const std::string& winner = program.benefits(strong->index).title();
      by_index[weak.index] = {absl::StrCat("benefits[", weak.index, "].group"),
                              {absl::StrCat("\"", title, "\" can never apply: \"", winner,
                                            "\" of its group is always worth as much or more"),
                               absl::StrCat("ההטבה \"", title, "\" לא תחול לעולם: \"", winner,
                                            "\" שבקבוצתה שווה תמיד כמוה או יותר")}};
    }
  }
  ProgramDoubts doubts;
  for (auto& [index, doubt] : by_index) doubts.push_back(std::move(doubt));
  return doubts;
}

}  // namespace moadon
