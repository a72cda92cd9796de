#include "rules/competition.h"

#include <algorithm>

#include "rules/benefit_limits.h"
#include "rules/offline.h"

namespace moadon {
namespace {

// Candidates of both sides, and the outcome of those that are none.
struct Entries {
  std::vector<BenefitOutcome> outcomes;  // per benefit
  std::vector<Candidate> stack;
  std::vector<Candidate> exclusive;
  std::vector<Candidate> told;  // of the stack: messages and prompts
};

int first_unmet(const ReadyBenefit& ready, const Circumstances& at) {
  for (size_t i = 0; i < ready.conditions.size(); ++i) {
    if (!ready.conditions[i].holds(at)) return static_cast<int>(i);
  }
  return -1;
}

// What is known of the use of one benefit.
struct Usage {
  const v1::BenefitUses* uses = &v1::BenefitUses::default_instance();
  const v1::BudgetSlice* slice = &v1::BudgetSlice::default_instance();  // by the terms
};

std::vector<Usage> usage_of(const ReadyProgram& program, const Circumstances& at) {
  std::vector<Usage> usage(program.benefits().size());
  for (const v1::BenefitUses& used : at.facts.uses()) {
    const int number = program.benefit_number(used.benefit_id());
    if (number >= 0) usage[static_cast<size_t>(number)].uses = &used;
  }
  if (at.terms == nullptr) return usage;
  for (const v1::BudgetSlice& slice : at.terms->slices()) {
    const int number = program.benefit_number(slice.benefit_id());
    if (number >= 0) usage[static_cast<size_t>(number)].slice = &slice;
  }
  return usage;
}

// Under terms the club's limits are what the slices say.
bool is_limit_reached(const ReadyBenefit& ready, const Usage& usage, const Circumstances& at) {
  if (!ready.benefit->has_limits()) return false;
  const auto reached =
      limit_reached(ready.benefit->limits(), *usage.uses, at.occasion.business_day);
  return reached && (at.terms == nullptr || !is_of_club(*reached));
}

bool has_slice_for(const v1::Limits& limits, const v1::BudgetSlice& slice) {
  return (limits.club_count() == 0 || slice.use_count() > 0) &&
         (limits.club_budget_minor() == 0 || slice.amount_minor() > 0);
}

int64_t budget_of(const v1::Limits& limits, const Usage& usage, const Circumstances& at) {
  if (at.terms == nullptr) return budget_left_minor(limits, *usage.uses);
  return limits.club_budget_minor() == 0 ? kMaxSumMinor : usage.slice->amount_minor();
}

BenefitOutcome examine(const ReadyBenefit& ready, const Usage& usage, const Circumstances& at) {
  BenefitOutcome outcome;
  if (!at.is_known && !ready.benefit->for_anyone()) {
    outcome.fate = at.is_member ? Fate::kServerNeeded : Fate::kMemberNeeded;
    return outcome;
  }
  outcome.because = first_unmet(ready, at);
  if (outcome.because >= 0) {
    outcome.fate = Fate::kConditionUnmet;
  } else if (is_limit_reached(ready, usage, at)) {
    outcome.fate = Fate::kLimitReached;
  } else if (at.terms != nullptr && !has_slice_for(ready.benefit->limits(), *usage.slice)) {
    outcome.fate = Fate::kServerNeeded;
  }
  return outcome;
}

Entries enter(const ReadyProgram& program, const Circumstances& at, absl::Span<const int> denied) {
  const std::vector<ReadyBenefit>& benefits = program.benefits();
  const std::vector<Usage> usage = usage_of(program, at);
  Entries entries;
  entries.outcomes.reserve(benefits.size());
  entries.stack.reserve(benefits.size());
  for (size_t i = 0; i < benefits.size(); ++i) {
    const ReadyBenefit& ready = benefits[i];
    entries.outcomes.push_back(examine(ready, usage[i], at));
    if (entries.outcomes.back().fate != Fate::kOpen) continue;
    const auto number = static_cast<int>(i);
    const Candidate candidate{number, budget_of(ready.benefit->limits(), usage[i], at),
                              at.terms != nullptr && is_limited(*ready.benefit),
                              std::binary_search(denied.begin(), denied.end(), number)};
    (ready.is_exclusive() ? entries.exclusive : entries.stack).push_back(candidate);
    if (ready.is_told) entries.told.push_back(candidate);
  }
  return entries;
}

void settle(absl::Span<const Candidate> candidates, std::vector<BenefitOutcome> outcomes,
            CompetitionResult& result) {
  for (size_t i = 0; i < candidates.size(); ++i) {
    result.outcomes[static_cast<size_t>(candidates[i].number)] = std::move(outcomes[i]);
  }
}

// An exclusive benefit by itself.
struct Challenger {
  Candidate candidate;
  BenefitOutcome outcome;
  Worth worth = 0;
};

// Worth most, then priority, then id.
bool is_better(const Challenger& a, const Challenger& b, const ReadyProgram& program) {
  if (a.worth != b.worth) return a.worth > b.worth;
  const v1::Benefit& first = *program.benefits()[static_cast<size_t>(a.candidate.number)].benefit;
  const v1::Benefit& second = *program.benefits()[static_cast<size_t>(b.candidate.number)].benefit;
  if (first.priority() != second.priority()) return first.priority() < second.priority();
  return first.benefit_id() < second.benefit_id();
}

// The competitors that acted: how many, and the last of them.
struct Acted {
  int count = 0;
  int number = -1;
};

Acted acted_in(absl::Span<const Candidate> candidates, const std::vector<BenefitOutcome>& outcomes,
               const ReadyProgram& program) {
  Acted acted;
  for (size_t i = 0; i < candidates.size(); ++i) {
    const int number = candidates[i].number;
    if (outcomes[i].fate != Fate::kApplied ||
        program.benefits()[static_cast<size_t>(number)].is_told) {
      continue;
    }
    ++acted.count;
    acted.number = number;
  }
  return acted;
}

void silence(int winner, BenefitOutcome& outcome) {
  outcome = BenefitOutcome();
  outcome.fate = Fate::kSilenced;
  outcome.because = winner;
}

// The winner acts, and what is told beside it; whatever else would have acted is silent.
void let_win(int winner, const ReadyProgram& program, const Circumstances& at,
             const Entries& entries, CompetitionResult& result) {
  for (BenefitOutcome& outcome : result.outcomes) {
    if (outcome.fate == Fate::kApplied || outcome.fate == Fate::kCapReached) {
      silence(winner, outcome);
    }
  }
  std::vector<Candidate> acting = entries.told;
  for (const Candidate& candidate : entries.exclusive) {
    if (candidate.number == winner) acting.push_back(candidate);
  }
  std::sort(acting.begin(), acting.end(),
            [](const Candidate& a, const Candidate& b) { return a.number < b.number; });
  BenefitStack alone(program, at, acting);
  result.left_minor = alone.left_minor();
  result.offline_left_minor = alone.offline_left_minor();
  settle(acting, alone.take_outcomes(), result);
}

}  // namespace

const v1::BenefitUses& uses_of(const v1::MemberFacts& facts, const std::string& benefit_id) {
  for (const v1::BenefitUses& uses : facts.uses()) {
    if (uses.benefit_id() == benefit_id) return uses;
  }
  return v1::BenefitUses::default_instance();
}

CompetitionResult compete(const ReadyProgram& program, const Circumstances& at,
                          absl::Span<const int> denied) {
  Entries entries = enter(program, at, denied);
  CompetitionResult result{std::move(entries.outcomes), {}, 0};
  BenefitStack stack(program, at, entries.stack);
  const Worth stack_worth = entries.exclusive.empty() ? Worth(0) : stack.worth();
  const Acted acted = acted_in(entries.stack, stack.outcomes(), program);
  result.left_minor = stack.left_minor();
  result.offline_left_minor = stack.offline_left_minor();
  settle(entries.stack, stack.take_outcomes(), result);
  if (entries.exclusive.empty()) return result;

  Challenger best;
  for (const Candidate& candidate : entries.exclusive) {
    BenefitStack alone(program, at, absl::MakeConstSpan(&candidate, 1));
    const Challenger challenger{candidate, alone.outcomes()[0], alone.worth()};
    BenefitOutcome& outcome = result.outcomes[static_cast<size_t>(candidate.number)];
    outcome = challenger.outcome;
    if (outcome.fate != Fate::kApplied) continue;
    // Until the winner is known; nobody hears of it.
    silence(acted.count == 1 ? acted.number : -1, outcome);
    if (best.outcome.fate == Fate::kOpen || is_better(challenger, best, program)) {
      best = challenger;
    }
  }
  const bool is_there = best.outcome.fate == Fate::kApplied;
  if (is_there && (acted.count == 0 || best.worth > stack_worth)) {
    const int winner = best.candidate.number;
    for (const Candidate& candidate : entries.exclusive) {
      BenefitOutcome& outcome = result.outcomes[static_cast<size_t>(candidate.number)];
      if (outcome.fate == Fate::kSilenced) outcome.because = winner;
    }
    let_win(winner, program, at, entries, result);
  }
  return result;
}

}  // namespace moadon
