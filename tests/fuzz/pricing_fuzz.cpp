// Any bytes as a program, a basket and a member: refused or priced, never a crash, never nonsense.
// The first byte says how the others are read: as choices of the random cases of the unit tests, as
// such a case priced without the server, as one whose serialized program and basket are then
// damaged, or as raw messages.
#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <cstdio>
#include <cstdlib>
#include <numeric>
#include <string>
#include <vector>

#include "google/protobuf/stubs/logging.h"
#include "rules/check.h"
#include "rules/money.h"
#include "rules/offline.h"
#include "rules/price.h"
#include "rules/program.h"
#include "rules/test_random_case.h"

namespace moadon {
namespace {

#define MOADON_REQUIRE(holds) require((holds), #holds, __LINE__)

void require(bool holds, const char* what, int line) {
  if (holds) return;
  std::fprintf(stderr, "pricing_fuzz.cpp:%d: not true: %s\n", line, what);
  std::abort();
}

void require_sums(const v1::Basket& basket, const v1::Quote& quote) {
  int64_t value = 0, total = 0, points_minor = 0, points_milli = 0, gift_balance = 0;
  MOADON_REQUIRE(quote.lines_size() == basket.lines_size());
  for (int i = 0; i < quote.lines_size(); ++i) {
    const v1::QuotedLine& line = quote.lines(i);
    int64_t discounts = 0;
    for (const v1::DiscountPart& part : line.discounts()) {
      MOADON_REQUIRE(part.amount_minor() > 0);
      discounts += part.amount_minor();
    }
    MOADON_REQUIRE(line.paid_net_minor() == charged_minor(basket.lines(i)) - discounts);
    MOADON_REQUIRE(line.paid_net_minor() >= 0);
    MOADON_REQUIRE(line.points_spent_minor() >= 0 && line.points_spent_milli() >= 0);
    MOADON_REQUIRE(line.gift_balance_minor() >= 0);
    MOADON_REQUIRE(line.points_spent_minor() + line.gift_balance_minor() <= line.paid_net_minor());
    value += line.value_minor();
    total += line.paid_net_minor();
    points_minor += line.points_spent_minor();
    points_milli += line.points_spent_milli();
    gift_balance += line.gift_balance_minor();
  }
  MOADON_REQUIRE(quote.value_minor() == value);
  MOADON_REQUIRE(quote.total_minor() == total && total <= kMaxSumMinor);
  MOADON_REQUIRE(quote.saved_minor() == value - total);
  MOADON_REQUIRE(quote.points().spent_minor() == points_minor);
  MOADON_REQUIRE(quote.points().spent_milli() == points_milli);
  MOADON_REQUIRE(quote.gift_balance_minor() == gift_balance);
  MOADON_REQUIRE(quote.due_minor() == total - points_minor - gift_balance);
}

void require_promises(const RandomCase& c, const v1::Quote& quote) {
  MOADON_REQUIRE(quote.points().earned_milli() >= 0);
  MOADON_REQUIRE(quote.points().spent_milli() <= c.basket.spend_points_milli());
  MOADON_REQUIRE(quote.applied_size() + quote.not_applied_size() == c.program.benefits_size());
  for (const v1::AppliedBenefit& applied : quote.applied()) {
    MOADON_REQUIRE(applied.saved_minor() >= 0);
    MOADON_REQUIRE(applied.points_milli() >= 0 || c.program.has_points());
    MOADON_REQUIRE(applied.use_count() >= 1);
  }
  for (const v1::UnappliedBenefit& benefit : quote.not_applied()) {
    MOADON_REQUIRE(benefit.reason_case() != v1::UnappliedBenefit::REASON_NOT_SET);
  }
  for (const v1::RightUse& use : quote.rights_used()) MOADON_REQUIRE(use.amount_minor() >= 0);
}

// What an agent without its server gives stays within its terms.
void require_terms(const RandomCase& c, const v1::Quote& quote) {
  if (!c.facts.has_offline()) return;
  const v1::OfflineTerms& terms = c.facts.offline();
  const OfflineUse use = offline_use_of(quote, c.program);
  MOADON_REQUIRE(use.amount_minor <= terms.amount_limit_minor());
  MOADON_REQUIRE(quote.points().spent_milli() <= terms.points_limit_milli());
  for (const std::string& grant_id : use.grant_ids) {
    MOADON_REQUIRE(
        std::count(terms.leased_grant_ids().begin(), terms.leased_grant_ids().end(), grant_id) > 0);
  }
}

void require_kept(const RandomCase& c, const Pricing& pricing, const v1::Quote& verdict,
                  Dice& dice) {
  std::vector<int64_t> none(c.basket.lines_size(), 0);
  std::vector<int64_t> some;
  for (const v1::Line& line : c.basket.lines())
    some.push_back(dice.below(line.quantity_milli() + 1));
  const KeptRewards part = pricing.kept_rewards(c.basket, c.facts, c.occasion, verdict, some);
  MOADON_REQUIRE(part.earned_milli >= 0);
  MOADON_REQUIRE(part.earned_milli <= verdict.points().earned_milli());
  for (int i = 0; i < verdict.rights_granted_size(); ++i) {
    MOADON_REQUIRE(part.kept_grants.at(i) >= 0);
    MOADON_REQUIRE(part.kept_grants.at(i) <= verdict.rights_granted(i).right_count());
  }
  const KeptRewards empty = pricing.kept_rewards(c.basket, c.facts, c.occasion, verdict, none);
  MOADON_REQUIRE(empty.earned_milli == 0);
  MOADON_REQUIRE(std::accumulate(empty.kept_grants.begin(), empty.kept_grants.end(), 0) == 0);
}

void try_case(const RandomCase& c, Dice& dice) {
  if (!check_program(c.program).ok() || !check_basket(c.basket).ok()) return;
  const Pricing pricing(c.program);
  const absl::StatusOr<v1::Quote> quote = pricing.quote(c.basket, c.facts, c.occasion);
  if (!quote.ok()) return;
  require_sums(c.basket, *quote);
  require_promises(c, *quote);
  require_terms(c, *quote);
  const std::string again =
      Pricing(c.program).quote(c.basket, c.facts, c.occasion)->SerializeAsString();
  MOADON_REQUIRE(quote->SerializeAsString() == again);
  require_kept(c, pricing, *quote, dice);
}

template <typename Message>
bool damage(Message& message, Dice& dice) {
  std::string bytes = message.SerializeAsString();
  for (int64_t edits = dice.below(6); edits > 0 && !bytes.empty(); --edits) {
    const auto at = static_cast<size_t>(dice.below(static_cast<int64_t>(bytes.size())));
    switch (dice.below(4)) {
      case 0:
        bytes.erase(at, 1);
        break;
      case 1:
        bytes.insert(at, 1, static_cast<char>(dice.below(256)));
        break;
      default:
        bytes[at] = static_cast<char>(dice.below(256));
    }
  }
  return message.ParseFromString(bytes);
}

void try_damaged(Dice& dice) {
  RandomCase c = CaseMaker(dice).make();
  if (damage(c.program, dice) && damage(c.basket, dice)) try_case(c, dice);
}

void try_raw(const uint8_t* data, size_t size) {
  if (size < 2) return;
  const size_t program_size = std::min<size_t>(data[0] << 8 | data[1], size - 2);
  const uint8_t* const basket = data + 2 + program_size;
  const size_t basket_size = size - 2 - program_size;
  Dice dice(size);
  RandomCase c = CaseMaker(dice).make();
  if (!c.program.ParseFromArray(data + 2, static_cast<int>(program_size))) return;
  if (!c.basket.ParseFromArray(basket, static_cast<int>(basket_size))) return;
  try_case(c, dice);
}

}  // namespace
}  // namespace moadon

// Says nothing of texts that are no texts: most of them are not.
extern "C" int LLVMFuzzerInitialize(int*, char***) {
  google::protobuf::SetLogHandler(nullptr);
  return 0;
}

extern "C" int LLVMFuzzerTestOneInput(const uint8_t* data, size_t size) {
  using namespace moadon;
  if (size == 0) return 0;
  Dice dice(absl::MakeConstSpan(data + 1, size - 1));
  switch (data[0] % 4) {
    case 0:
    case 1: {
      RandomCase c = CaseMaker(dice).make();
      if (data[0] % 4 == 1) *c.facts.mutable_offline() = TermsMaker(dice).make(c);
      try_case(c, dice);
      break;
    }
    case 2:
      try_damaged(dice);
      break;
    default:
      try_raw(data + 1, size - 1);
  }
  return 0;
}
