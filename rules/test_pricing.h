// Scenes for tests of pricing: a program, a basket, facts and an occasion as pieces of protobuf's
// text format, priced in one call.
#pragma once

#include <map>
#include <string>

#include "google/protobuf/text_format.h"
#include "rules/pricing.h"
#include "rules/program.h"
#include "rules/test_program.h"
#include "tests/catch.h"

namespace moadon {

template <typename Message>
Message from_text(const std::string& text) {
  Message message;
  INFO(text);
  REQUIRE(google::protobuf::TextFormat::ParseFromString(text, &message));
  return message;
}

// A line of a basket. `more` may set further fields.
inline std::string line(const std::string& id, int64_t unit_price_minor,
                        int64_t quantity_milli = 1000, const std::string& more = "") {
  const bool has_sku = more.find("sku:") != std::string::npos;
  return "lines { line_id: \"" + id + "\" unit_price_minor: " + std::to_string(unit_price_minor) +
         " quantity_milli: " + std::to_string(quantity_milli) + " " +
         (has_sku ? "" : "sku: \"S" + id + "\" ") + more + " }\n";
}

// A benefit of the members.
inline std::string benefit(const std::string& id, const std::string& more) {
  return "benefits { benefit_id: \"" + id + "\" title: \"" + id + "\" " + more + " }\n";
}

// Known, on Saturday 2026-11-21 at noon, facts of that day.
inline const char* const kMember =
    "member_id: \"m\" snapshot: 1 issued_at { seconds: 1795219200 } ";

struct Scene {
  std::string program;
  std::string basket;
  std::string facts = kMember;
  absl::CivilDay day = absl::CivilDay(2026, 11, 21);
  int minute_of_day = 12 * 60;
  std::string branch_id = "B1";
};

inline Occasion occasion_of(const Scene& scene) {
  return {scene.branch_id, scene.day, scene.minute_of_day};
}

inline v1::Program program_of(const Scene& scene) {
  v1::Program program = program_with(scene.program);
  INFO(scene.program);
  const absl::Status form = check_program(program);
  INFO(form.message());
  REQUIRE(form.ok());
  return program;
}

inline v1::Quote quote_of(const Scene& scene) {
  const absl::StatusOr<v1::Quote> quote =
      Pricing(program_of(scene))
          .quote(from_text<v1::Basket>(scene.basket), from_text<v1::MemberFacts>(scene.facts),
                 occasion_of(scene));
  INFO(quote.status().message());
  REQUIRE(quote.ok());
  return *quote;
}

// Paid net of every line, in order.
inline std::vector<int64_t> paid_nets(const v1::Quote& quote) {
  std::vector<int64_t> result;
  for (const v1::QuotedLine& quoted : quote.lines()) result.push_back(quoted.paid_net_minor());
  return result;
}

// Ids of the benefits that applied, in the order in which they acted: "a b".
inline std::string applied_in(const v1::Quote& quote) {
  std::string result;
  for (const v1::AppliedBenefit& applied : quote.applied()) {
    result += (result.empty() ? "" : " ") + applied.benefit_id();
  }
  return result;
}

// Why a benefit did not apply, as text format; empty when it did.
inline std::string reason_for(const v1::Quote& quote, const std::string& benefit_id) {
  for (const v1::UnappliedBenefit& unapplied : quote.not_applied()) {
    if (unapplied.benefit_id() != benefit_id) continue;
    v1::UnappliedBenefit reason = unapplied;
    reason.clear_benefit_id();
    reason.clear_title();
    std::string text = reason.ShortDebugString();
    return text;
  }
  return "";
}

}  // namespace moadon
