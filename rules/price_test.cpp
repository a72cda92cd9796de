#include "rules/price.h"

#include "google/protobuf/text_format.h"
#include "rules/pricing.h"
#include "rules/program.h"
#include "rules/refusal.h"
#include "tests/catch.h"

namespace moadon {
namespace {

template <typename Message>
Message parse(const char* text) {
  Message message;
  REQUIRE(google::protobuf::TextFormat::ParseFromString(text, &message));
  return message;
}

TEST_CASE("a quote prices each line once and the parts sum to the whole") {
  const auto basket = parse<v1::Basket>(R"(
    lines { line_id: "1" quantity_milli: 347 sku: "A" unit_price_minor: 1290 }
    lines { line_id: "2" quantity_milli: 3000 sku: "B" unit_price_minor: 500 register_discount_minor: 100 }
    lines { line_id: "3" quantity_milli: 1000 sku: "C" unit_price_minor: 900
            price_override { unit_price_minor: 750 } })");
  auto program = parse<v1::Program>("version: 4 cash_rounding_minor: 10");
  v1::MemberFacts facts;
  facts.set_member_id("m");
  facts.set_snapshot(9);
  const Occasion occasion{"B1", absl::CivilDay(2026, 11, 21), 0};
  const Pricing pricing(program);
  const v1::Quote priced = pricing.quote(basket, facts, occasion).value();
  CHECK(priced.lines(0).paid_net_minor() == 448);
  CHECK(priced.lines(1).paid_net_minor() == 1400);
  CHECK(priced.lines(2).paid_net_minor() == 750);
  CHECK(priced.lines(2).value_minor() == 900);
  CHECK(priced.total_minor() == 2598);
  CHECK(priced.value_minor() == 2848);
  CHECK(priced.saved_minor() == 250);
  CHECK(priced.cash_total_minor() == 2600);
  CHECK(priced.program_version() == 4);
  CHECK(priced.facts_snapshot() == 9);
  CHECK(pricing.quote(basket, facts, occasion)->SerializeAsString() == priced.SerializeAsString());
}

TEST_CASE("cash totals round half up to the club's step") {
  CHECK(cash_total_minor(1704, 10) == 1700);
  CHECK(cash_total_minor(1705, 10) == 1710);
  CHECK(cash_total_minor(1703, 1) == 1703);
  CHECK(cash_total_minor(1703, 0) == 1703);
  CHECK(cash_total_minor(2, 5) == 0);
  CHECK(cash_total_minor(3, 5) == 5);
}

TEST_CASE("a program's fields are checked in their order") {
  const auto good = parse<v1::Program>(
      R"(currency_code: "ILS" time_zone: "Asia/Jerusalem" country_code: "IL" stages {})");
  CHECK(check_program(good).ok());
  CHECK(language_of(good) == "he");
  const struct {
    const char* change;
    v1::Reason reason;
    const char* field;
  } cases[] = {
      {R"(currency_code: "")", v1::REASON_FIELD_MISSING, "program.currency_code"},
      {R"(currency_code: "ils")", v1::REASON_FIELD_INVALID, "program.currency_code"},
      {R"(time_zone: "")", v1::REASON_FIELD_MISSING, "program.time_zone"},
      {R"(country_code: "ISR")", v1::REASON_FIELD_INVALID, "program.country_code"},
      {R"(language_code: "fr")", v1::REASON_FIELD_INVALID, "program.language_code"},
      {R"(start_time { seconds: -5 })", v1::REASON_TIME_OUT_OF_RANGE, "program.start_time"},
      {R"(stages { churn_factor_milli: 0 })", v1::REASON_FIELD_INVALID,
       "program.stages.churn_factor_milli"},
      {R"(stages { club_gap_days_milli: 999 })", v1::REASON_FIELD_INVALID,
       "program.stages.club_gap_days_milli"},
      {R"(stages { prior_weight_milli: -1 })", v1::REASON_FIELD_INVALID,
       "program.stages.prior_weight_milli"},
      {R"(stages { loyal_window_days: 0 })", v1::REASON_FIELD_INVALID,
       "program.stages.loyal_window_days"},
      {R"(stages { loyal_purchase_days: 0 })", v1::REASON_FIELD_INVALID,
       "program.stages.loyal_purchase_days"},
      {R"(stages { loyal_spend_minor: -1 })", v1::REASON_FIELD_INVALID,
       "program.stages.loyal_spend_minor"},
      {R"(stages { interest_days: -1 })", v1::REASON_FIELD_INVALID, "program.stages.interest_days"},
      {R"(cash_rounding_minor: 101)", v1::REASON_FIELD_INVALID, "program.cash_rounding_minor"},
  };
  for (const auto& c : cases) {
    CAPTURE(c.change);
    v1::Program bad = good;
    REQUIRE(google::protobuf::TextFormat::MergeFromString(c.change, &bad));
    const v1::ErrorDetail detail = detail_of(check_program(bad));
    CHECK(detail.reason() == c.reason);
    CHECK(detail.values().at("field") == c.field);
  }
}

TEST_CASE("a program with parts of a newer kind is not used") {
  v1::Program program = parse<v1::Program>(
      R"(currency_code: "ILS" time_zone: "UTC" country_code: "IL" stages { interest_days: 1 })");
  CHECK_FALSE(has_unknown_parts(program));
  program.mutable_stages()
      ->GetReflection()
      ->MutableUnknownFields(program.mutable_stages())
      ->AddVarint(900, 1);
  CHECK(has_unknown_parts(program));
  CHECK(reason_of(check_program(program)) == v1::REASON_PROGRAM_NOT_UNDERSTOOD);
}

TEST_CASE("every reason has a code of its own choosing and reads back") {
  const google::protobuf::EnumDescriptor& reasons = *v1::Reason_descriptor();
  for (int i = 0; i < reasons.value_count(); ++i) {
    const auto reason = static_cast<v1::Reason>(reasons.value(i)->number());
    if (reason == v1::REASON_UNSPECIFIED) continue;
    CAPTURE(v1::Reason_Name(reason));
    const absl::Status status = refuse(reason, "why", {{"field", "א"}});
    CHECK_FALSE(status.ok());
    CHECK(reason_of(status) == reason);
    CHECK(detail_of(status).values().at("field") == "א");
    if (reason != v1::REASON_INTERNAL) CHECK(status.code() != absl::StatusCode::kInternal);
  }
}

}  // namespace
}  // namespace moadon
