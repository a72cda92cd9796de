// Pricing at the ends of what may come in: nothing overflows, nothing leaves its limits.
#include <rapidcheck.h>

#include <limits>

#include "rules/check.h"
#include "rules/money.h"
#include "rules/points_earned.h"
#include "rules/program.h"
#include "rules/test_random_case.h"
#include "tests/catch.h"

namespace moadon {
namespace {

// Makes every number of a message one of the ends of some range, now and then.
void stretch(google::protobuf::Message& message, Dice& dice) {
  const google::protobuf::Reflection& reflection = *message.GetReflection();
  std::vector<const google::protobuf::FieldDescriptor*> fields;
  reflection.ListFields(message, &fields);
  for (const google::protobuf::FieldDescriptor* field : fields) {
    using Field = google::protobuf::FieldDescriptor;
    if (field->cpp_type() == Field::CPPTYPE_MESSAGE) {
      const int count = field->is_repeated() ? reflection.FieldSize(message, field) : 1;
      for (int i = 0; i < count; ++i) {
        stretch(field->is_repeated() ? *reflection.MutableRepeatedMessage(&message, field, i)
                                     : *reflection.MutableMessage(&message, field),
                dice);
      }
    } else if (field->is_repeated() || !dice.one_in(3)) {
      continue;
    } else if (field->cpp_type() == Field::CPPTYPE_INT64) {
      reflection.SetInt64(
          &message, field,
          dice.any_of<int64_t>({0, 1, 999, 1000, 1'000'000'000, 10'000'000'000, kMaxAmountMinor,
                                kMaxAmountMinor - 1, kMaxSumMinor, kMaxSpendPointsMilli}));
    } else if (field->cpp_type() == Field::CPPTYPE_INT32) {
      reflection.SetInt32(&message, field,
                          static_cast<int32_t>(dice.any_of<int64_t>(
                              {0, 1, 2, 999, 1000, 9999, 10'000, 1'000'000, 2'147'483'647})));
    }
  }
}

// Stretches each part that still passes its check afterwards.
RandomCase stretched(uint64_t seed) {
  RandomCase c = random_case(seed);
  Dice dice(seed + 1);
  for (int i = 0; i < c.program.benefits_size(); ++i) {
    v1::Program tried = c.program;
    stretch(*tried.mutable_benefits(i), dice);
    if (check_program(tried).ok()) c.program = tried;
  }
  v1::Program tried = c.program;
  stretch(*tried.mutable_points(), dice);
  if (check_program(tried).ok()) c.program = tried;
  for (int i = 0; i < c.basket.lines_size(); ++i) {
    v1::Basket basket = c.basket;
    stretch(*basket.mutable_lines(i), dice);
    if (check_basket(basket).ok()) c.basket = basket;
  }
  c.basket.set_spend_points_milli(dice.any_of<int64_t>({0, 1, kMaxSpendPointsMilli}));
  c.basket.set_gift_balance_minor(dice.any_of<int64_t>({0, 1, kMaxSumMinor}));
  // Facts are the server's, yet nothing they say may break the till.
  stretch(c.facts, dice);
  return c;
}

TEST_CASE("whatever passes the checks is priced within its limits") {
  CHECK(rc::check("any stretched case", [] {
    const RandomCase c = stretched(*rc::gen::noShrink(rc::gen::arbitrary<uint64_t>()));
    const Pricing pricing(c.program);
    const v1::Quote quote = pricing.quote(c.basket, c.facts, c.occasion).value();
    int64_t total = 0;
    for (const v1::QuotedLine& line : quote.lines()) {
      RC_ASSERT(line.paid_net_minor() >= 0);
      RC_ASSERT(line.paid_net_minor() <= kMaxAmountMinor);
      RC_ASSERT(line.points_spent_minor() >= 0);
      RC_ASSERT(line.points_spent_milli() >= 0);
      RC_ASSERT(line.gift_balance_minor() >= 0);
      total += line.paid_net_minor();
    }
    RC_ASSERT(quote.total_minor() == total);
    RC_ASSERT(quote.total_minor() <= kMaxSumMinor);
    RC_ASSERT(quote.due_minor() >= 0);
    RC_ASSERT(quote.points().earned_milli() >= 0);
    RC_ASSERT(quote.points().earned_milli() <= kMaxEarnedMilli);
    RC_ASSERT(quote.points().spent_milli() <= kMaxSpendPointsMilli);
    std::vector<int64_t> half;
    for (const v1::Line& line : c.basket.lines()) half.push_back(line.quantity_milli() / 2);
    const int64_t kept =
        pricing.kept_rewards(c.basket, c.facts, c.occasion, quote, half).earned_milli;
    RC_ASSERT(kept >= 0);
    RC_ASSERT(kept <= quote.points().earned_milli());
  }));
}

}  // namespace
}  // namespace moadon
