#include "server/operations/record.h"

#include <atomic>
#include <string>
#include <vector>

#include "absl/synchronization/blocking_counter.h"
#include "server/operations/add_branch.h"
#include "server/operations/read_receipts.h"
#include "server/operations/report_totals.h"
#include "server/operations/test_club.h"
#include "tests/catch.h"

namespace moadon {
namespace {

v1::Reason reason_of_outcome(const v1::RecordOutcome& outcome) {
  return outcome.refused().detail().reason();
}

v1::GetSaleResponse read_sale(TestClub& test, const std::string& register_id,
                              const std::string& receipt) {
  v1::GetSaleRequest request;
  request.set_register_id(register_id);
  request.set_receipt(receipt);
  auto found = get_sale(test.club(), request);
  INFO(found.status());
  REQUIRE(found.ok());
  return *found;
}

TEST_CASE("a member's sale makes them new, and shows in every sum") {
  TestClub test;
  const std::string member_id = test.enroll("c1", "2026-01-01T09:00:00Z");
  const auto outcome = test.record(
      "r1", sale("1", "2026-01-01T10:00:00Z", "c1", {{"milk", 2000, 690}, {"bread", 1000, 1250}}));
  CHECK(outcome.recorded().member_id() == member_id);

  const v1::GetMemberResponse story = test.member("c1");
  CHECK(story.member().facts().stage() == v1::STAGE_NEW);
  CHECK(story.member().facts().purchase_day_count() == 1);
  CHECK(story.member().facts().last_purchase_date() == "2026-01-01");
  CHECK(story.member().facts().net_spend_minor() == 2630);
  CHECK(story.member().stage_since_date() == "2026-01-01");
  REQUIRE(story.moves_size() == 1);
  CHECK(story.moves(0).reason() == v1::STAGE_REASON_PURCHASE);
  CHECK(get_totals(test.club())->gross_minor() == 2630);
  CHECK(test.verify() == std::vector<std::string>{});
}

TEST_CASE("the same sale again is answered the same and changes nothing") {
  TestClub test;
  test.enroll("c1", "2026-01-01T09:00:00Z");
  const v1::Sale first = sale("1", "2026-01-01T10:00:00Z", "c1", {{"milk"}});
  const auto once = test.record("r1", first);
  const int64_t snapshot = test.member("c1").member().facts().snapshot();
  const auto twice = test.record("r1", first);
  CHECK(once.SerializeAsString() == twice.SerializeAsString());
  CHECK(test.member("c1").member().facts().snapshot() == snapshot);
  CHECK(test.query("SELECT COUNT(*) FROM sales") == 1);
}

TEST_CASE("the same receipt with another content, key or kind is refused and changes nothing") {
  TestClub test;
  test.enroll("c1", "2026-01-01T09:00:00Z");
  const v1::Sale first = sale("1", "2026-01-01T10:00:00Z", "c1", {{"milk"}});
  REQUIRE(test.record("r1", first).has_recorded());
  v1::Sale dearer = first;
  dearer.mutable_lines(0)->set_unit_price_minor(1001);
  v1::Sale of_another = first;
  of_another.mutable_key()->set_card("c2");
  CHECK(reason_of_outcome(test.record("r1", dearer)) == v1::REASON_RECEIPT_REUSED);
  CHECK(reason_of_outcome(test.record("r1", of_another)) == v1::REASON_RECEIPT_REUSED);
  CHECK(reason_of_outcome(test.record("r1", returned("1", "2026-01-01T10:00:00Z", {{"milk"}}))) ==
        v1::REASON_RECEIPT_REUSED);
  CHECK(test.query("SELECT COUNT(*) FROM receipts") == 1);
  CHECK(test.member("c1").member().facts().net_spend_minor() == 1000);
  CHECK(test.verify() == std::vector<std::string>{});
}

TEST_CASE("fields that this version does not know are part of the content") {
  TestClub test;
  v1::Sale known = sale("1", "2026-01-01T10:00:00Z", "", {{"milk"}});
  REQUIRE(test.record("r1", known).has_recorded());
  known.GetReflection()->MutableUnknownFields(&known)->AddVarint(900, 1);
  CHECK(reason_of_outcome(test.record("r1", known)) == v1::REASON_RECEIPT_REUSED);
}

TEST_CASE("one entry's refusal leaves the others of the call alone") {
  TestClub test;
  v1::RecordRequest request;
  request.add_entries()->set_sale(
      sale("1", "2026-01-01T10:00:00Z", "", {{"milk"}}).SerializeAsString());
  request.add_entries()->set_sale("not a sale");
  request.add_entries()->set_sale(
      sale("1", "2026-01-01T10:00:00Z", "", {{"bread"}}).SerializeAsString());
  request.add_entries()->set_sale(
      sale("2", "2026-01-01T10:00:00Z", "", {{"bread"}}).SerializeAsString());
  for (int i = 0; i < request.entries_size(); ++i) request.mutable_entries(i)->set_sequence(i + 10);
  const v1::RecordResponse response = test.record("r1", request);
  CHECK(response.outcomes(0).has_recorded());
  CHECK(reason_of_outcome(response.outcomes(1)) == v1::REASON_MALFORMED);
  CHECK(reason_of_outcome(response.outcomes(2)) == v1::REASON_RECEIPT_REUSED);
  CHECK(response.outcomes(3).has_recorded());
  CHECK(response.outcomes(3).sequence() == 13);
  CHECK(test.query("SELECT COUNT(*) FROM sales") == 2);
}

TEST_CASE("callers at the same time share commits, and each gets the answer to their own sale") {
  constexpr int kCalls = 300;
  TestClub test;
  const ClubViewPtr view = test.club().view();
  std::atomic<int> recorded = 0;
  std::atomic<int> reused = 0;
  absl::BlockingCounter answers(kCalls);
  for (int i = 0; i < kCalls; ++i) {
    // Every third receipt comes twice, with another price.
    const std::string receipt = std::to_string(i - (i % 3 == 2 ? 1 : 0));
    v1::RecordRequest request;
    request.add_entries()->set_sale(
        sale(receipt, "2026-01-01T10:00:00Z", "", {{"milk", 1000, 100 + i}}).SerializeAsString());
    record(test.club(), *view->register_of_id("r1"), request,
           [&](absl::StatusOr<v1::RecordResponse> response) {
             const v1::RecordOutcome& outcome = response->outcomes(0);
             if (outcome.has_recorded()) ++recorded;
             if (reason_of_outcome(outcome) == v1::REASON_RECEIPT_REUSED) ++reused;
             answers.DecrementCount();
           });
  }
  answers.Wait();
  CHECK(recorded == 2 * kCalls / 3);
  CHECK(reused == kCalls / 3);
  CHECK(test.query("SELECT COUNT(*) FROM sales") == recorded);
  CHECK(test.verify() == std::vector<std::string>{});
}

TEST_CASE("an error of ours in one entry undoes that entry alone") {
  TestClub test;
  // A row that the second entry will run into.
  test.tamper("CREATE UNIQUE INDEX one_receipt ON sales (receipt)");
  test.add_register("r2");
  REQUIRE(test.record("r2", sale("7", "2026-01-01T10:00:00Z", "", {{"milk"}})).has_recorded());
  v1::RecordRequest request;
  for (const char* receipt : {"6", "7", "8"}) {
    request.add_entries()->set_sale(
        sale(receipt, "2026-01-01T10:00:00Z", "", {{"milk"}}).SerializeAsString());
  }
  const v1::RecordResponse response = test.record("r1", request);
  CHECK(response.outcomes(0).has_recorded());
  CHECK(reason_of_outcome(response.outcomes(1)) == v1::REASON_INTERNAL);
  CHECK(response.outcomes(2).has_recorded());
  CHECK(test.query("SELECT COUNT(*) FROM receipts") == 3);
  CHECK(test.query("SELECT COUNT(*) FROM sale_lines") == 3);
  CHECK(test.verify() == std::vector<std::string>{});
}

TEST_CASE("a return takes units from its sale, by the line it points at and then by article") {
  TestClub test({"r1", "r2"});
  test.enroll("c1", "2026-01-01T09:00:00Z");
  REQUIRE(test.record("r1", sale("1", "2026-01-01T10:00:00Z", "c1",
                                 {{"milk", 2000, 700}, {"milk", 1000, 700}, {"tea", 1000, 1000}}))
              .has_recorded());
  v1::Return back =
      returned_from("r1", "1", returned("1", "2026-01-02T10:00:00Z", {{"milk", 2000, 700}}));
  back.mutable_lines(0)->set_original_line_id("2");
  REQUIRE(test.record("r2", back).has_recorded());
  const v1::GetSaleResponse read = read_sale(test, "r1", "1");
  CHECK(read.sale().receipt().kept_lines(0).kept_milli() == 1000);
  CHECK(read.sale().receipt().kept_lines(1).kept_milli() == 0);
  CHECK(read.sale().receipt().kept_lines(2).kept_milli() == 1000);
  CHECK(read.sale().receipt().kept_lines(0).refund_minor() == 700);
  CHECK(test.member("c1").member().facts().net_spend_minor() == 1700);
  CHECK(test.verify() == std::vector<std::string>{});
}

TEST_CASE("a return of everything takes the purchase day away") {
  TestClub test;
  test.enroll("c1", "2026-01-01T09:00:00Z");
  test.clock().set(us("2026-01-10T12:00:00Z"));
  REQUIRE(test.record("r1", sale("1", "2026-01-01T10:00:00Z", "c1", {{"milk"}})).has_recorded());
  REQUIRE(test.record("r1", sale("2", "2026-01-03T10:00:00Z", "c1", {{"tea"}})).has_recorded());
  REQUIRE(
      test.record("r1", returned_from("r1", "2", returned("3", "2026-01-05T10:00:00Z", {{"tea"}})))
          .has_recorded());
  const v1::GetMemberResponse story = test.member("c1");
  CHECK(story.member().facts().purchase_day_count() == 1);
  CHECK(story.member().facts().last_purchase_date() == "2026-01-01");
  CHECK(story.member().facts().stage() == v1::STAGE_NEW);
  REQUIRE(story.moves_size() == 3);
  CHECK(story.moves(2).reason() == v1::STAGE_REASON_RETURN);
  CHECK(story.moves(2).move_date() == "2026-01-05");
  CHECK(test.verify() == std::vector<std::string>{});
}

TEST_CASE("a return ahead of its sale waits, moves nothing, and is applied with it") {
  TestClub test({"r1", "r2"});
  test.enroll("c1", "2026-01-01T09:00:00Z");
  const auto waiting = test.record(
      "r2", returned_from("r1", "1", returned("9", "2026-01-02T10:00:00Z", {{"milk", 1000, 700}})));
  CHECK(waiting.has_recorded());
  CHECK(waiting.recorded().member_id().empty());
  CHECK(read_sale(test, "r2", "9").sale().is_waiting());
  CHECK(get_totals(test.club())->waiting_returns_count() == 1);
  CHECK(test.verify() == std::vector<std::string>{});

  REQUIRE(test.record("r1", sale("1", "2026-01-01T10:00:00Z", "c1", {{"milk", 3000, 700}}))
              .has_recorded());
  CHECK_FALSE(read_sale(test, "r2", "9").sale().is_waiting());
  CHECK(get_totals(test.club())->waiting_returns_count() == 0);
  CHECK(test.member("c1").member().facts().net_spend_minor() == 1400);
  CHECK(test.verify() == std::vector<std::string>{});
}

TEST_CASE("more returned than sold is kept for the owner and moves nothing") {
  TestClub test;
  test.enroll("c1", "2026-01-01T09:00:00Z");
  REQUIRE(test.record("r1", sale("1", "2026-01-01T10:00:00Z", "c1", {{"milk"}})).has_recorded());
  REQUIRE(test.record("r1", returned_from(
                                "r1", "1",
                                returned("2", "2026-01-02T10:00:00Z", {{"milk", 3000}, {"tea"}})))
              .has_recorded());
  const v1::GetSaleResponse read = read_sale(test, "r1", "2");
  REQUIRE(read.sale().differences_size() == 2);
  CHECK(read.sale().differences(0).return_exceeds_sold().surplus_milli() == 2000);
  CHECK(read.sale().differences(1).line_not_sold().line_id() == "2");
  CHECK(test.member("c1").member().facts().net_spend_minor() == 0);
  CHECK(test.verify() == std::vector<std::string>{});
}

TEST_CASE("a return without receipt lowers net spend of its day and moves nothing else") {
  TestClub test;
  test.enroll("c1", "2026-01-01T09:00:00Z");
  REQUIRE(
      test.record("r1", sale("1", "2026-01-01T10:00:00Z", "c1", {{"milk", 5000}})).has_recorded());
  v1::Return back = returned("2", "2026-01-01T11:00:00Z", {{"milk", 2000}});
  back.mutable_key()->set_card("c1");
  REQUIRE(test.record("r1", back).has_recorded());
  CHECK(test.member("c1").member().facts().net_spend_minor() == 3000);
  CHECK(test.member("c1").member().facts().purchase_day_count() == 1);
  CHECK(get_totals(test.club())->unlinked_returned_minor() == 2000);
  CHECK(test.verify() == std::vector<std::string>{});
}

TEST_CASE("sales and returns that came with a key before anybody held it become the member's") {
  TestClub test;
  REQUIRE(
      test.record("r1", sale("1", "2026-01-01T10:00:00Z", "c1", {{"milk", 2000}})).has_recorded());
  REQUIRE(
      test.record("r1", returned_from("r1", "1", returned("2", "2026-01-02T10:00:00Z", {{"milk"}})))
          .has_recorded());
  v1::Return unlinked = returned("3", "2026-01-03T10:00:00Z", {{"tea", 1000, 300}});
  unlinked.mutable_key()->set_card("c1");
  REQUIRE(test.record("r1", unlinked).has_recorded());
  CHECK(test.verify() == std::vector<std::string>{});

  const std::string member_id = test.enroll("c1", "2026-01-05T10:00:00Z");
  const v1::GetMemberResponse story = test.member("c1");
  CHECK(story.member().facts().net_spend_minor() == 700);
  CHECK(story.member().facts().purchase_day_count() == 1);
  CHECK(story.member().met_date() == "2026-01-01");
  CHECK(read_sale(test, "r1", "1").sale().member_id() == member_id);
  CHECK(read_sale(test, "r1", "2").sale().member_id() == member_id);
  CHECK(test.query("SELECT COUNT(*) FROM unclaimed_keys") == 0);
  CHECK(test.verify() == std::vector<std::string>{});
}

TEST_CASE("differences are recorded for the owner and never stop a sale") {
  TestClub test;
  v1::Sale charged = sale("1", "2026-01-01T10:00:00Z", "", {{"milk", 1000, 700}});
  charged.mutable_lines(0)->set_paid_net_minor(650);
  charged.set_register_total_minor(600);
  v1::RecordContext context;
  context.set_program_version(9);
  context.set_member_id("00000000000000ff");
  REQUIRE(test.record("r1", charged, context).has_recorded());
  const v1::GetSaleResponse read = read_sale(test, "r1", "1");
  REQUIRE(read.sale().differences_size() == 4);
  CHECK(read.sale().differences(0).price_differs().verdict_minor() == 700);
  CHECK(read.sale().differences(1).total_differs().sum_minor() == 650);
  CHECK(read.sale().differences(2).program_unknown().program_version() == 9);
  CHECK(read.sale().differences(3).member_unknown().member_id() == "00000000000000ff");
  CHECK(test.verify() == std::vector<std::string>{});
}

TEST_CASE("what was named in the place of a member is not kept unless it looks like an id") {
  TestClub test;
  const std::string named = GENERATE("0501234567", "x\u202ey", "00000000000000fF");
  v1::RecordContext context;
  context.set_member_id(named);
  REQUIRE(
      test.record("r1", sale("1", "2026-01-01T10:00:00Z", "", {{"milk"}}), context).has_recorded());
  const v1::GetSaleResponse read = read_sale(test, "r1", "1");
  REQUIRE(read.sale().differences_size() == 1);
  CHECK(read.sale().differences(0).has_member_unknown());
  CHECK(read.sale().differences(0).member_unknown().member_id().empty());
}

TEST_CASE("deposits are neither spend nor a purchase") {
  TestClub test;
  test.enroll("c1", "2026-01-01T09:00:00Z");
  v1::Sale deposit = sale("1", "2026-01-01T10:00:00Z", "c1", {{"bottle", 1000, 30}});
  deposit.mutable_lines(0)->set_is_deposit(true);
  REQUIRE(test.record("r1", deposit).has_recorded());
  CHECK(test.member("c1").member().facts().purchase_day_count() == 0);
  CHECK(test.member("c1").member().facts().net_spend_minor() == 0);
  CHECK(test.member("c1").member().facts().stage() == v1::STAGE_INTERESTED);
  CHECK(test.verify() == std::vector<std::string>{});
}

TEST_CASE("the corrected time dates a sale, except from a register that replays history") {
  TestClub test;
  test.add_register("live", /*replays_history=*/false);
  v1::RecordContext context;
  *context.mutable_corrected_at() = at("2026-01-05T10:00:00Z");
  REQUIRE(test.record("live", sale("1", "2026-01-01T10:00:00Z", "", {{"milk"}}), context)
              .has_recorded());
  REQUIRE(
      test.record("r1", sale("1", "2026-01-01T10:00:00Z", "", {{"milk"}}), context).has_recorded());
  CHECK(read_sale(test, "live", "1").sale().business_date() == "2026-01-05");
  CHECK(read_sale(test, "r1", "1").sale().business_date() == "2026-01-01");
  CHECK(test.verify() == std::vector<std::string>{});
}

TEST_CASE("a sale that the member's sums cannot hold is refused alone") {
  TestClub test;
  test.enroll("c1", "2026-01-01T09:00:00Z");
  test.enroll("c2", "2026-01-01T09:00:00Z");
  REQUIRE(test.record("r1", sale("1", "2026-01-01T10:00:00Z", "c1", {{"milk"}})).has_recorded());
  test.tamper("UPDATE members SET net_spend_sum_minor = 9223372036854775000 WHERE sale_count > 0");
  test.reopen();
  v1::RecordRequest request;
  for (const char* card : {"c2", "c1", "c2"}) {
    v1::RecordEntry& entry = *request.add_entries();
    entry.set_sequence(request.entries_size() + 1);
    const std::string receipt = std::to_string(request.entries_size() + 1);
    entry.set_sale(sale(receipt, "2026-01-02T10:00:00Z", card, {{"milk"}}).SerializeAsString());
  }
  const v1::RecordResponse response = test.record("r1", request);
  CHECK(response.outcomes(0).has_recorded());
  CHECK(reason_of_outcome(response.outcomes(1)) == v1::REASON_AMOUNT_OUT_OF_RANGE);
  CHECK(response.outcomes(2).has_recorded());
  CHECK(test.query("SELECT COUNT(*) FROM sales") == 3);
}

}  // namespace
}  // namespace moadon
