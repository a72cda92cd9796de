// The verdict of the server is the quote of the agent, whatever the program, the member and the
// basket: what goes over the wire between the two is all that the server needs.
#include <cstdlib>
#include <string>
#include <utility>

#include "absl/strings/str_cat.h"
#include "rules/durations.h"
#include "rules/test_random_case.h"
#include "server/operations/club_view_builder.h"
#include "server/operations/facts_seal.h"
#include "server/operations/prepared_document.h"
#include "server/operations/verdict.h"
#include "tests/catch.h"

namespace moadon {
namespace {

constexpr int kShortCases = 2'000;
constexpr int kLongCases = 100'000;
constexpr char kDigestKey[] = "the club's own secret";

bool is_long() {
  const char* asked = std::getenv("MOADON_LONG");
  return asked != nullptr && std::string(asked) == "1";
}

// A club with one program, which its agents have fetched, and a register in the branch.
struct Shop {
  ClubViewPtr view;
  RegisterView at;
  Pricing agent;
};

Shop open(v1::Program program, const std::string& branch_id) {
  program.set_version(1);
  ClubViewBuilder builder;
  storage::ClubRow secrets;
  secrets.digest_key = kDigestKey;
  builder.set_secrets(secrets);
  REQUIRE(builder.add_program(program).ok());
  const ClubViewPtr view = builder.build();
  v1::Program fetched;
  REQUIRE(fetched.ParseFromString(view->programs().front().SerializeAsString()));
  RegisterView at;
  at.register_id = "r1";
  at.branch_id = branch_id;
  at.zone = view->zone();
  return {view, at, Pricing(std::move(fetched))};
}

// The basket as the register commits it: paid as quoted, at the till's own time.
v1::Sale sale_of(const v1::Basket& basket, int64_t sold_us) {
  v1::Sale sale;
  sale.set_receipt("1");
  *sale.mutable_occurred_at() = timestamp_of(sold_us);
  sale.mutable_key()->set_card("c1");
  *sale.mutable_lines() = basket.lines();
  *sale.mutable_coupon_codes() = basket.coupon_codes();
  sale.set_spend_points_milli(basket.spend_points_milli());
  sale.set_without_rights(basket.without_rights());
  if (basket.gift_balance_minor() > 0) {
    v1::Tender& tender = *sale.add_tenders();
    tender.set_kind(v1::TENDER_KIND_GIFT_BALANCE);
    tender.set_amount_minor(basket.gift_balance_minor());
  }
  return sale;
}

// What an agent of the shop sends for a basket that it priced for the case's moment.
std::string wire_entry(const RandomCase& made, const Shop& shop, int64_t priced_us,
                       int64_t sold_us) {
  v1::RecordEntry entry;
  entry.set_sequence(1);
  entry.set_sale(sale_of(made.basket, sold_us).SerializeAsString());
  v1::RecordContext& context = *entry.mutable_context();
  context.set_member_id(made.facts.member_id());
  context.set_program_version(1);
  if (made.facts.snapshot() > 0) {
    *context.mutable_facts() = made.facts;
    seal(*context.mutable_facts(), shop.view->digest_key());
  }
  *context.mutable_corrected_at() = timestamp_of(sold_us);
  *context.mutable_priced_at() = timestamp_of(priced_us);
  return entry.SerializeAsString();
}

// The server's word on it, through the row in which it is kept.
v1::Quote verdict_on_wire(const std::string& wire, const Shop& shop, const std::string& member_id,
                          int64_t now_us) {
  v1::RecordEntry entry;
  REQUIRE(entry.ParseFromString(wire));
  const auto document = prepare_document(entry, {*shop.view, shop.at, now_us});
  INFO(document.status());
  REQUIRE(document.ok());
  const storage::SaleRow& row = std::get<PreparedSale>(*document).row;
  v1::Sale content;
  REQUIRE(content.ParseFromString(row.content));
  const SaleCase by = case_of(content, entry.context(), row, *shop.view, shop.at);
  CHECK(by.differences.empty());
  CHECK_FALSE(lacks_facts(by, member_id));
  const Verdict verdict = judge(content, by, member_id, *shop.view);
  const auto kept = verdict_of(row_of(verdict, row), row.branch_id);
  REQUIRE(kept.ok());
  return kept->quote;
}

// What a verdict repeats of a quote.
v1::Quote without_words(v1::Quote quote) {
  quote.clear_not_applied();
  quote.clear_refused_codes();
  quote.clear_receipt_messages();
  quote.clear_cashier_prompts();
  return quote;
}

void check_agreement(uint64_t seed) {
  RandomCase made = random_case(seed);
  if (made.basket.lines().empty()) return;  // nothing was sold
  const Shop shop = open(made.program, made.occasion.branch_id);
  const absl::CivilMinute local =
      absl::CivilMinute(made.occasion.business_day) + made.occasion.minute_of_day;
  const int64_t priced_us = absl::ToUnixMicros(absl::FromCivil(local, shop.at.zone));
  const int64_t sold_us = priced_us + static_cast<int64_t>(seed % 4) * kHourUs / 3;
  v1::MemberFacts facts;
  REQUIRE(facts.ParseFromString(made.facts.SerializeAsString()));
  const absl::StatusOr<v1::Quote> quote = shop.agent.quote(made.basket, facts, made.occasion);
  CAPTURE(seed, quote.status());
  REQUIRE(quote.ok());
  const std::string wire = wire_entry(made, shop, priced_us, sold_us);
  const v1::Quote verdict = verdict_on_wire(wire, shop, facts.member_id(), sold_us);
  // A club that promises nothing keeps no verdict: prices are what is charged anyway.
  if (verdict.lines().empty()) {
    CHECK_FALSE(has_promises(*quote));
  } else {
    CHECK(verdict.SerializeAsString() == without_words(*quote).SerializeAsString());
  }
}

TEST_CASE("the server's verdict is the agent's quote, whatever the case") {
  const uint64_t first = Catch::rngSeed();
  const int cases = is_long() ? kLongCases : kShortCases;
  for (int i = 0; i < cases; ++i) check_agreement(first + static_cast<uint64_t>(i));
}

}  // namespace
}  // namespace moadon
