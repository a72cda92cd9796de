// Parts of club-wide limits: what registers may give, and what is left for those who ask.
#include <map>
#include <string>
#include <vector>

#include "absl/strings/str_cat.h"
#include "rules/refusal.h"
#include "server/operations/read_members.h"
#include "server/operations/test_leases.h"
#include "tests/catch.h"

namespace moadon {
namespace {

using Texts = std::vector<std::string>;

// "benefit amount count; ..." as answered.
std::string text_of(const v1::TakeLeasesResponse& response) {
  std::string text;
  for (const v1::BudgetSlice& slice : response.slices()) {
    absl::StrAppend(&text, slice.benefit_id(), " ", slice.amount_minor(), " ", slice.use_count(),
                    "; ");
  }
  return text;
}

// What is set aside, as kept.
std::string kept_of(LeaseClub& club, const std::string& register_id) {
  const std::string of = " FROM budget_slices WHERE register_id = '" + register_id + "'";
  return absl::StrCat(club.test.query("SELECT COALESCE(SUM(amount_minor), 0)" + of), " ",
                      club.test.query("SELECT COALESCE(SUM(use_count), 0)" + of));
}

v1::MemberFacts facts_of(LeaseClub& club, const std::string& member_id) {
  v1::GetFactsRequest request;
  request.set_member_id(member_id);
  const auto facts = get_facts(club.test.club(), request);
  INFO(facts.status());
  REQUIRE(facts.ok());
  return facts->facts();
}

// "benefit count saved; ..." as a register is told of the club.
std::string club_uses(LeaseClub& club, const std::string& member_id) {
  std::string text;
  const v1::MemberFacts facts = facts_of(club, member_id);
  for (const v1::BenefitUses& uses : facts.uses()) {
    absl::StrAppend(&text, uses.benefit_id(), " ", uses.club_count(), " ", uses.club_saved_minor(),
                    "; ");
  }
  return text;
}

// Sells tea that a tenth of its price is taken off, as priced with fresh facts; with `terms` as
// priced by the agent alone.
v1::RecordOutcome sell_tea(LeaseClub& club, const std::string& register_id,
                           const std::string& receipt, const std::string& member_id,
                           int64_t saved_minor, const v1::OfflineTerms* terms = nullptr) {
  v1::RecordContext context;
  *context.mutable_facts() = facts_of(club, member_id);
  if (terms != nullptr) *context.mutable_facts()->mutable_offline() = *terms;
  context.set_member_id(member_id);
  context.set_program_version(1);
  return club.test.record(
      register_id, sale(receipt, "2026-01-01T12:00:00Z", "", {{"tea", 1000, saved_minor * 10}}),
      context);
}

TEST_CASE("registers get parts of what is left, and all others are told that it is gone") {
  LeaseClub club;
  const std::string member = club.buyer("c1");
  CHECK(club_uses(club, member).empty());
  TestTill first(club, "r1");
  TestTill second(club, "x1");
  // 100,000 and 40 uses over twice four registers; then what is left of them.
  const v1::TakeLeasesResponse taken = first.turn();
  CHECK(text_of(taken) == "first 0 5; tea 12500 0; ");
  CHECK(taken.slices(0).end_time().seconds() * 1'000'000 ==
        club.test.clock().now_us() + 72 * kHourUs);
  CHECK(text_of(second.turn()) == "first 0 4; tea 10937 0; ");
  CHECK(club_uses(club, member) == "first 9 0; tea 0 23437; ");
  CHECK(club.test.query("SELECT COUNT(*) FROM club_uses WHERE benefit_id = 'tea'") == 0);
  CHECK(club.test.verify() == Texts{});
}

TEST_CASE("a part is no more than a register may lose") {
  v1::Program program = leasing_program();
  program.mutable_offline()->set_register_limit_minor(700);
  LeaseClub club(program);
  CHECK(text_of(TestTill(club, "r1").turn()) == "first 0 5; tea 700 0; ");
}

TEST_CASE("a part shrinks in two steps, so that it is never with two") {
  LeaseClub club;
  const std::string member = club.buyer("c1");
  TestTill till(club, "r1");
  till.turn();
  REQUIRE(sell_tea(club, "x1", "1", member, 50'000).has_recorded());
  CHECK(club_uses(club, member) == "first 5 0; tea 1 62500; ");
  // Offered less, but the agent does not know of it before the answer.
  CHECK(text_of(till.turn()) == "first 0 5; tea 6250 0; ");
  CHECK(kept_of(club, "r1") == "12500 5");
  CHECK(text_of(till.turn()) == "first 0 5; tea 6250 0; ");
  CHECK(kept_of(club, "r1") == "6250 5");
}

TEST_CASE("an answer that was lost leaves its part set aside, no more than once") {
  LeaseClub club;
  TestTill till(club, "r1");
  const std::string lost = text_of(till.turn(/*is_lost=*/true));
  const auto again = till.ask_again();
  REQUIRE(again.ok());
  CHECK(text_of(*again) == "first 0 5; tea 12500 0; ");
  CHECK(kept_of(club, "r1") == "12500 5");
  CHECK(text_of(till.turn()) == lost);
  CHECK(kept_of(club, "r1") == "12500 5");
}

TEST_CASE("nobody has more than was given") {
  LeaseClub club;
  TestTill till(club, "r1");
  till.turn();
  till.slices()["tea"].set_amount_minor(90'000);
  till.slices()["first"].set_use_count(39);
  till.slices()["milk"].set_benefit_id("milk");
  till.slices()["milk"].set_amount_minor(5);
  till.turn();
  CHECK(kept_of(club, "r1") == "12500 5");
}

TEST_CASE("a sale priced without the server uses its part, another does not") {
  LeaseClub club;
  const std::string member = club.buyer("c1");
  TestTill till(club, "r1");
  till.turn();
  v1::OfflineTerms terms;
  terms.set_amount_limit_minor(5000);
  v1::BudgetSlice& slice = *terms.add_slices();
  slice.set_benefit_id("tea");
  slice.set_amount_minor(12'500);
  const v1::RecordOutcome outcome = sell_tea(club, "r1", "1", member, 1000, &terms);
  REQUIRE(outcome.has_recorded());
  CHECK(kept_of(club, "r1") == "11500 5");
  CHECK(club_uses(club, member) == "first 5 0; tea 1 12500; ");
  // The same again has no effect again.
  CHECK(sell_tea(club, "r1", "1", member, 1000, &terms).has_recorded());
  CHECK(kept_of(club, "r1") == "11500 5");
  REQUIRE(sell_tea(club, "r1", "2", member, 1000).has_recorded());
  CHECK(kept_of(club, "r1") == "11500 5");
  CHECK(club_uses(club, member) == "first 5 0; tea 2 13500; ");
  CHECK(club.test.recorded("r1", "1").differences().empty());
  CHECK(club.test.verify() == Texts{});
}

TEST_CASE("parts of benefits that have no such limit any more stay until nobody has them") {
  LeaseClub club;
  TestTill till(club, "r1");
  till.turn();
  v1::Program program = leasing_program();
  program.mutable_benefits()->RemoveLast();
  club.pass(kMinuteUs);
  club.test.publish(program);
  CHECK(text_of(till.turn()) == "tea 12500 0; ");
  CHECK(kept_of(club, "r1") == "12500 5");
  till.turn();
  CHECK(kept_of(club, "r1") == "12500 0");
}

TEST_CASE("parts end as leases do") {
  LeaseClub club;
  TestTill till(club, "r1");
  till.turn();
  SECTION("silent for three days after their end") {
    club.pass(144 * kHourUs);
    CHECK(club.end_silent() == 0);
    club.pass(1);
    CHECK(club.end_silent() == 1);
  }
  SECTION("revoked") { club.revoke("r1"); }
  CHECK(kept_of(club, "r1") == "0 0");
}

TEST_CASE("a turn that cannot be is refused, in this order") {
  const std::string kJournal(16, 'j');
  struct Case {
    std::string what;
    v1::Reason reason;
    std::string field;
  };
  const auto given = GENERATE(values<Case>({
      {"turn", v1::REASON_FIELD_INVALID, "turn"},
      {"previous turn", v1::REASON_FIELD_INVALID, "previous_turn"},
      {"negative previous turn", v1::REASON_FIELD_INVALID, "previous_turn"},
      {"no journal", v1::REASON_FIELD_MISSING, "journal_id"},
      {"journal", v1::REASON_FIELD_INVALID, "journal_id"},
      {"many rights", v1::REASON_TOO_LARGE, "kept"},
      {"many slices", v1::REASON_TOO_LARGE, "slices"},
      {"no member", v1::REASON_FIELD_MISSING, "kept[0].member_id"},
      {"no grant", v1::REASON_FIELD_MISSING, "kept[0].grant_id"},
      {"no benefit", v1::REASON_FIELD_MISSING, "slices[0].benefit_id"},
      {"amount", v1::REASON_FIELD_INVALID, "slices[0].amount_minor"},
      {"uses", v1::REASON_FIELD_INVALID, "slices[0].use_count"},
  }));
  CAPTURE(given.what);
  LeaseClub club;
  v1::TakeLeasesRequest request;
  request.set_turn(given.what == "turn" ? 0 : 1);
  if (given.what == "previous turn") request.set_previous_turn(1);
  if (given.what == "negative previous turn") request.set_previous_turn(-1);
  if (given.what != "no journal") request.set_journal_id(given.what == "journal" ? "j" : kJournal);
  if (given.what == "many rights") {
    for (int i = 0; i < 2001; ++i) request.add_kept();
  } else if (given.what == "many slices") {
    for (int i = 0; i < 1001; ++i) request.add_slices();
  } else {
    v1::LeasedRight& right = *request.add_kept();
    if (given.what != "no member") right.set_member_id("m");
    if (given.what != "no grant") right.set_grant_id("g");
    v1::BudgetSlice& slice = *request.add_slices();
    if (given.what != "no benefit") slice.set_benefit_id("b");
    if (given.what == "amount") slice.set_amount_minor(-1);
    if (given.what == "uses") slice.set_use_count(-1);
  }
  const absl::Status refused = club.take("r1", request).status();
  CHECK(reason_of(refused) == given.reason);
  CHECK(detail_of(refused).values().at("field") == given.field);
  CHECK(club.test.query("SELECT COUNT(*) FROM lease_turns") == 0);
}

}  // namespace
}  // namespace moadon
