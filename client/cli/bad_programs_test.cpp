// Good programs with something broken in them: each is refused, or prices sanely.
#include <map>

#include "absl/strings/str_cat.h"
#include "client/cli/program_templates.h"
#include "rules/pricing.h"
#include "rules/program.h"
#include "rules/program_findings.h"
#include "rules/program_takeaway.h"
#include "rules/refusal.h"
#include "tests/catch.h"

namespace moadon::cli {
namespace {

using google::protobuf::FieldDescriptor;
using google::protobuf::Message;

constexpr int kMutations = 500;
constexpr std::int64_t kMaxEarnedMilli = 1'000'000'000'000'000;

// The same numbers in every run.
class Dice final {
 public:
  explicit Dice(std::uint64_t seed) : state_(seed) {}
  std::size_t below(std::size_t count) {
    state_ = state_ * 6364136223846793005u + 1442695040888963407u;
    return static_cast<std::size_t>((state_ >> 33) % count);
  }
  template <typename List>
  auto one_of(const List& list) {
    return *(std::begin(list) + static_cast<std::ptrdiff_t>(below(std::size(list))));
  }

 private:
  std::uint64_t state_;
};

struct Place {
  Message* message;
  const FieldDescriptor* field;
};

// Every field that is set, anywhere.
void collect(Message& message, std::vector<Place>& places) {
  const auto& reflection = *message.GetReflection();
  std::vector<const FieldDescriptor*> fields;
  reflection.ListFields(message, &fields);
  for (const FieldDescriptor* field : fields) {
    places.push_back({&message, field});
    if (field->cpp_type() != FieldDescriptor::CPPTYPE_MESSAGE) continue;
    if (!field->is_repeated()) {
      collect(*reflection.MutableMessage(&message, field), places);
      continue;
    }
    for (int i = 0; i < reflection.FieldSize(message, field); ++i) {
      collect(*reflection.MutableRepeatedMessage(&message, field, i), places);
    }
  }
}

std::string broken_text(Dice& dice) {
  const std::vector<std::string> texts = {
      "",           "\xff\xfe",   "a\nb",       "\u202Ex",     "gold",   "coffee",
      "9999-99-99", "2026-02-30", "25:61",      "24:00",       "*",      std::string(70, 'x'),
      "x y",        "voucher-30", "milk-three", "STAGE_LOYAL", "silver", std::string(70'000, 'x')};
  return dice.one_of(texts);
}

std::int64_t broken_number(Dice& dice, bool is_wide) {
  const std::vector<std::int64_t> small = {
      -2147483648LL, -1, 0, 1, 2, 3, 100, 9999, 10'000, 10'001, 100'000, 1'000'000, 2147483647LL};
  const std::vector<std::int64_t> wide = {INT64_MIN,         INT64_MAX,          1'000'000'000'000,
                                          1'000'000'000'001, 10'000'000'000'000, 999'999'999};
  return is_wide && dice.below(2) == 0 ? dice.one_of(wide) : dice.one_of(small);
}

void break_single(Message& message, const FieldDescriptor* field, Dice& dice) {
  const auto& reflection = *message.GetReflection();
  switch (field->cpp_type()) {
    case FieldDescriptor::CPPTYPE_STRING:
      return reflection.SetString(&message, field, broken_text(dice));
    case FieldDescriptor::CPPTYPE_INT32:
      return reflection.SetInt32(&message, field,
                                 static_cast<std::int32_t>(broken_number(dice, false)));
    case FieldDescriptor::CPPTYPE_INT64:
      return reflection.SetInt64(&message, field, broken_number(dice, true));
    case FieldDescriptor::CPPTYPE_BOOL:
      return reflection.SetBool(&message, field, !reflection.GetBool(message, field));
    case FieldDescriptor::CPPTYPE_MESSAGE:
      return reflection.MutableMessage(&message, field)->Clear();
    default:
      return reflection.ClearField(&message, field);
  }
}

void break_list(Message& message, const FieldDescriptor* field, Dice& dice) {
  const auto& reflection = *message.GetReflection();
  const int size = reflection.FieldSize(message, field);
  const int copies = dice.below(4) == 0 ? 1500 : 1;
  const int index = static_cast<int>(dice.below(static_cast<std::size_t>(size)));
  for (int i = 0; i < copies; ++i) {
    switch (field->cpp_type()) {
      case FieldDescriptor::CPPTYPE_STRING:
        reflection.AddString(&message, field, broken_text(dice).substr(0, 100));
        break;
      case FieldDescriptor::CPPTYPE_ENUM:
        reflection.AddEnumValue(&message, field, static_cast<int>(dice.below(12)));
        break;
      default: {
        Message& added = *reflection.AddMessage(&message, field);
        added.CopyFrom(reflection.GetRepeatedMessage(message, field, index));
        if (dice.below(3) == 0) break;
        std::vector<Place> places;
        collect(added, places);
        if (!places.empty() && !places.front().field->is_repeated() && copies == 1) {
          break_single(*places.front().message, places.front().field, dice);
        }
      }
    }
  }
}

// One thing broken: missing, negative, overflowing, contradictory, huge, unknown, or in a circle
// (names are swapped for others that exist).
v1::Program broken(const v1::Program& good, Dice& dice) {
  v1::Program program = good;
  std::vector<Place> places;
  collect(program, places);
  const Place place = dice.one_of(places);
  const auto& reflection = *place.message->GetReflection();
  switch (dice.below(8)) {
    case 0:
      reflection.ClearField(place.message, place.field);
      break;
    case 1:
      if (dice.below(4) == 0) {
        reflection.MutableUnknownFields(place.message)->AddVarint(1000, 1);
        break;
      }
      [[fallthrough]];
    default:
      place.field->is_repeated() ? break_list(*place.message, place.field, dice)
                                 : break_single(*place.message, place.field, dice);
  }
  return program;
}

v1::Line line(const std::string& id, const std::string& category, std::int64_t price_minor,
              std::int64_t quantity_milli) {
  v1::Line made;
  made.set_line_id(id);
  made.set_sku("instant-coffee-200");
  made.set_category(category);
  made.add_tags("basics");
  made.set_unit_price_minor(price_minor);
  made.set_quantity_milli(quantity_milli);
  return made;
}

std::vector<v1::Basket> baskets() {
  v1::Basket usual;
  int number = 0;
  for (const char* category : {"milk", "milk", "coffee", "pastries", "treatments", "cleaning",
                               "wine", "cheese", "socks", "sandwiches"}) {
    ++number;
    *usual.add_lines() = line(std::to_string(number), category, 1999 + number, 3000);
  }
  *usual.add_lines() = line("weighed", "fruit", 1290, 347);
  usual.add_coupon_codes("paper10");
  usual.set_spend_points_milli(1'000'000);
  v1::Basket largest;
  for (int i = 0; i < 10; ++i) {
    *largest.add_lines() = line(std::to_string(i), "milk", 100'000'000, 10'000'000);
  }
  largest.set_spend_points_milli(kMaxEarnedMilli);
  return {v1::Basket(), usual, largest};
}

v1::MemberFacts member() {
  v1::MemberFacts facts;
  facts.set_member_id("member");
  facts.set_snapshot(1);
  facts.set_stage(v1::STAGE_LOYAL);
  facts.set_purchase_day_count(9);
  facts.set_tier_id("gold");
  facts.set_birthday("06-16");
  facts.mutable_points()->set_available_milli(kMaxEarnedMilli);
  for (const char* right_id : {"coffee", "voucher-30", "voucher-50", "short-treatment"}) {
    v1::HeldRight& right = *facts.add_rights();
    right.set_grant_id(right_id);
    right.set_right_id(right_id);
    right.set_valid_from_date("2026-01-01");
    right.set_uses_left(1);
    right.set_amount_left_minor(3000);
  }
  return facts;
}

void check_sane(const v1::Basket& basket, const v1::Quote& quote) {
  REQUIRE(quote.lines_size() == basket.lines_size());
  std::int64_t total = 0, spent_minor = 0, spent_milli = 0;
  for (const v1::QuotedLine& quoted : quote.lines()) {
    std::int64_t discounts = 0;
    for (const v1::DiscountPart& part : quoted.discounts()) {
      REQUIRE(part.amount_minor() > 0);
      discounts += part.amount_minor();
    }
    REQUIRE(quoted.paid_net_minor() >= 0);
    REQUIRE(quoted.value_minor() - discounts == quoted.paid_net_minor());
    REQUIRE(quoted.points_spent_minor() <= quoted.paid_net_minor());
    total += quoted.paid_net_minor();
    spent_minor += quoted.points_spent_minor();
    spent_milli += quoted.points_spent_milli();
  }
  REQUIRE(total == quote.total_minor());
  REQUIRE(spent_minor == quote.points().spent_minor());
  REQUIRE(spent_milli == quote.points().spent_milli());
  REQUIRE(quote.due_minor() == total - spent_minor);
  REQUIRE(quote.due_minor() >= 0);
  REQUIRE(quote.points().earned_milli() >= 0);
  REQUIRE(quote.points().earned_milli() <= kMaxEarnedMilli);
}

void check_prices(const v1::Program& program) {
  const Pricing pricing(program);
  const Occasion occasion{"main", absl::CivilDay(2026, 6, 16), 16 * 60};
  for (const v1::Basket& basket : baskets()) {
    for (const v1::MemberFacts& facts : {v1::MemberFacts(), member()}) {
      const auto quote = pricing.quote(basket, facts, occasion);
      REQUIRE(quote.ok());
      check_sane(basket, *quote);
    }
  }
}

TEST_CASE("a broken program is refused or prices sanely") {
  Dice dice(20260615);
  std::map<v1::Reason, int> outcomes;
  for (int i = 0; i < kMutations; ++i) {
    const v1::Program good = program_template(
        {.shop = std::string(kShops[static_cast<std::size_t>(i) % kShops.size()])});
    const v1::Program program = broken(good, dice);
    INFO("mutation " << i);
    const absl::Status status = check_program(program);
    ++outcomes[reason_of(status)];
    const auto findings = findings_of(program, absl::CivilDay(2026, 6, 16));
    REQUIRE(findings.size() <= kMaxFindings);
    const bool has_error = !findings.empty() && findings.front().is_error();
    REQUIRE(has_error == !status.ok());
    if (!status.ok()) {
      REQUIRE(reason_of(status) != v1::REASON_UNSPECIFIED);
      continue;
    }
    takes_away(good, program);
    takes_away(program, good);
    check_prices(program);
  }
  // The test is worth something only when both happen, for many reasons.
  CHECK(outcomes[v1::REASON_UNSPECIFIED] > kMutations / 10);
  CHECK(outcomes[v1::REASON_UNSPECIFIED] < kMutations * 9 / 10);
  for (const v1::Reason reason :
       {v1::REASON_FIELD_MISSING, v1::REASON_FIELD_INVALID, v1::REASON_TEXT_INVALID,
        v1::REASON_AMOUNT_OUT_OF_RANGE, v1::REASON_PROGRAM_CONTRADICTS, v1::REASON_TOO_LARGE,
        v1::REASON_PROGRAM_NOT_UNDERSTOOD}) {
    INFO(v1::Reason_Name(reason));
    CHECK(outcomes[reason] > 0);
  }
}

TEST_CASE("the good programs themselves price sanely") {
  for (const std::string_view shop : kShops) {
    check_prices(program_template({.shop = std::string(shop)}));
  }
}

}  // namespace
}  // namespace moadon::cli
