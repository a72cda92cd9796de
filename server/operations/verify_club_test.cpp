#include "server/operations/verify_club.h"

#include <algorithm>
#include <string>
#include <vector>

#include "absl/strings/match.h"
#include "rules/refusal.h"
#include "server/operations/test_club.h"
#include "tests/catch.h"

namespace moadon {
namespace {

// A club with a bit of everything, which verify finds in order.
void fill(TestClub& test) {
  test.enroll("c1", "2026-01-01T09:00:00Z");
  test.clock().set(us("2026-02-01T12:00:00Z"));
  REQUIRE(test.record("r1", sale("1", "2026-01-02T10:00:00Z", "c1", {{"milk", 3000}, {"tea"}}))
              .has_recorded());
  REQUIRE(
      test.record("r1", returned_from("r1", "1", returned("2", "2026-01-03T10:00:00Z", {{"milk"}})))
          .has_recorded());
  REQUIRE(
      test.record("r1", sale("3", "2026-01-02T10:00:00Z", "", {{"milk", 3000}})).has_recorded());
  REQUIRE(test.record("r1", sale("4", "2026-01-02T10:00:00Z", "c9", {{"milk"}})).has_recorded());
  REQUIRE(test.record("r1",
                      returned_from("r1", "99", returned("5", "2026-01-03T10:00:00Z", {{"milk"}})))
              .has_recorded());
  REQUIRE(test.verify() == std::vector<std::string>{});
}

struct Tampering {
  std::string sql;
  std::string subject;
};

TEST_CASE("verify names what was tampered with") {
  const Tampering tampering = GENERATE(
      Tampering{"UPDATE members SET net_spend_sum_minor = 1", "member.net_spend_minor"},
      Tampering{"UPDATE members SET purchase_days = 7", "member.purchase_days"},
      Tampering{"UPDATE members SET last_purchase_day = 3", "member.last_purchase_day"},
      Tampering{"UPDATE members SET sale_count = 0", "member.sale_count"},
      Tampering{"UPDATE members SET met_time_us = 5", "member.met_time_us"},
      Tampering{"UPDATE members SET last_fact_day = 5", "member.last_fact_day"},
      Tampering{"UPDATE members SET stage = 5", "member.stage"},
      Tampering{"UPDATE members SET key_kinds = 3", "member.has_phone"},
      Tampering{"UPDATE members SET key_kinds = 10", "member.has_email"},
      Tampering{"UPDATE members SET last_ask_us = 5", "member.last_ask_us"},
      Tampering{"UPDATE members SET next_stage_day = NULL", "member.next_stage_day"},
      Tampering{"UPDATE members SET next_stage_day = next_stage_day + 1", "member.next_stage_day"},
      Tampering{"UPDATE member_days SET units_milli = 1", "member_day.units_milli"},
      Tampering{"DELETE FROM member_days", "member_day.spend_minor"},
      Tampering{"DELETE FROM stage_moves WHERE to_stage = 3", "member.stage_moves"},
      Tampering{"UPDATE stage_moves SET move_day = move_day + 1 WHERE to_stage = 3",
                "member.stage_moves"},
      Tampering{"UPDATE sales SET value_minor = 0 WHERE receipt = '1'", "sale.value_minor"},
      Tampering{"UPDATE sales SET spend_minor = 0 WHERE receipt = '3'", "sale.spend_minor"},
      Tampering{"UPDATE sales SET business_day = 1 WHERE receipt = '1'", "sale.business_day"},
      Tampering{"UPDATE sale_lines SET paid_net_minor = 9999999", "sale_line.paid_net_minor"},
      Tampering{"UPDATE sale_lines SET returned_milli = 0", "sale_line.returned_milli"},
      Tampering{"UPDATE returns SET units_milli = 0", "return.units_milli"},
      Tampering{"UPDATE return_lines SET taken_milli = 0", "return_line.taken_milli"},
      Tampering{"UPDATE receipts SET member_id = 0", "sale.receipt_member"},
      Tampering{"DELETE FROM receipts WHERE receipt = '3'", "sale.receipt_row"},
      Tampering{"UPDATE stage_moves SET window_spend_minor = 7", "member.stage_moves"},
      Tampering{"UPDATE stage_moves SET program_version = 7", "member.stage_moves"},
      Tampering{"UPDATE stage_moves SET rhythm_days_milli = 7", "member.stage_moves"},
      Tampering{"UPDATE sale_lines SET unit_price_minor = 7", "sale_line.unit_price_minor"},
      Tampering{"UPDATE sale_lines SET is_deposit = 1", "sale_line.is_deposit"},
      Tampering{"UPDATE return_lines SET sku = 'x'", "return_line.sku"},
      Tampering{"UPDATE return_lines SET original_line_id = 'x'", "return_line.original_line_id"},
      Tampering{"UPDATE returns SET original_receipt = 'x'", "return.original_receipt"},
      Tampering{"UPDATE receipts SET kind = 2 WHERE receipt = '3'", "receipt"},
      Tampering{"DELETE FROM sales WHERE receipt = '3'", "receipt"},
      Tampering{"DELETE FROM returns WHERE receipt = '2'", "receipt"},
      Tampering{"UPDATE sales SET member_id = 77 WHERE receipt = '3'", "sale"},
      Tampering{"UPDATE sale_lines SET sale_id = 77 WHERE sku = 'tea'", "sale_line"},
      Tampering{"UPDATE member_days SET member_id = 77", "member_day"},
      Tampering{"UPDATE stage_moves SET member_id = 77", "stage_move"},
      Tampering{"UPDATE waiting_returns SET original_receipt = 'x'", "waiting_return"},
      Tampering{"DELETE FROM waiting_returns", "return.is_waiting"},
      Tampering{"UPDATE unclaimed_keys SET value = 'c1'", "unclaimed_key"});
  TestClub test;
  fill(test);
  test.tamper(tampering.sql);
  const std::vector<std::string> found = test.verify();
  CAPTURE(tampering.sql, found);
  CHECK(std::any_of(found.begin(), found.end(), [&](const std::string& disagreement) {
    return absl::StartsWith(disagreement, tampering.subject + " of ");
  }));
}

TEST_CASE("verify stays clean after the club was closed and opened again") {
  TestClub test;
  fill(test);
  test.reopen();
  CHECK(test.verify() == std::vector<std::string>{});
}

TEST_CASE("verify refuses a page token of another call") {
  TestClub test;
  v1::VerifyRequest request;
  request.set_page_token("bWVtYmVycwAx");
  CHECK(reason_of(verify_club(test.club(), request).status()) == v1::REASON_PAGE_TOKEN_INVALID);
}

}  // namespace
}  // namespace moadon
