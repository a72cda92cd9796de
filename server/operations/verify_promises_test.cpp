// Verify finds a club of every kind of promise in order, and names each kind of row that was
// tampered with.
#include <algorithm>
#include <string>
#include <vector>

#include "absl/strings/match.h"
#include "server/operations/test_promises.h"
#include "tests/catch.h"

namespace moadon {
namespace {

struct Tampering {
  std::string sql;
  std::string subject;
};

// Whether verify finds something about the subject when what `tampering` says was done to `test`.
void check_named(TestClub& test, const Tampering& tampering) {
  test.tamper(tampering.sql);
  const std::vector<std::string> found = test.verify();
  CAPTURE(tampering.sql, found);
  CHECK(std::any_of(found.begin(), found.end(), [&](const std::string& disagreement) {
    return absl::StartsWith(disagreement, tampering.subject + " of ");
  }));
}

TEST_CASE("verify names points that were tampered with") {
  const Tampering tampering = GENERATE(
      Tampering{"UPDATE points_lots SET granted_milli = granted_milli + 1000,"
                " left_milli = left_milli + 1000 WHERE left_milli > 0",
                "points_lot.granted_milli"},
      Tampering{"UPDATE points_lots SET left_milli = left_milli - 1000,"
                " spent_milli = spent_milli + 1000 WHERE left_milli > 0",
                "points_lot.left_milli"},
      Tampering{"UPDATE points_lots SET left_milli = 0, expired_milli = expired_milli + left_milli"
                " WHERE left_milli > 0",
                "points_lot.expired_milli"},
      Tampering{"UPDATE points_lots SET left_milli = 0, reversed_milli = reversed_milli +"
                " left_milli WHERE left_milli > 0",
                "points_lot.reversed_milli"},
      Tampering{"UPDATE points_lots SET held_milli = 0, left_milli = left_milli + held_milli"
                " WHERE held_milli > 0",
                "points_lot.held_milli"},
      Tampering{"UPDATE points_lots SET spent_milli = 0, deficit_paid_milli = spent_milli"
                " WHERE spent_milli > 0",
                "points_lot.deficit_paid_milli"},
      Tampering{"UPDATE points_lots SET expire_day = expire_day + 1 WHERE source = 'sorry'",
                "points_lot.expire_day"},
      Tampering{"UPDATE points_lots SET expire_day = expire_day + 1 WHERE source = 'tier/silver'",
                "points_lot.expire_day"},
      Tampering{"UPDATE points_lots SET source = 'x'", "points_lot.source"},
      Tampering{"UPDATE points_lots SET usable_day = usable_day - 1", "points_lot.usable_day"},
      Tampering{"UPDATE points_lots SET expire_day = expire_day + 1", "points_lot.expire_day"},
      Tampering{"DELETE FROM points_lots WHERE left_milli > 0", "points_lot"},
      Tampering{"UPDATE points_entries SET points_milli = points_milli + 1 WHERE kind = 1",
                "sale.points_milli"},
      Tampering{"UPDATE points_entries SET points_milli = points_milli + 1 WHERE kind = 2",
                "sale.points_milli"},
      Tampering{"UPDATE points_entries SET points_milli = points_milli + 1 WHERE kind = 3",
                "points_lot.expired_milli"},
      Tampering{"UPDATE points_entries SET points_milli = points_milli + 1 WHERE kind = 4",
                "points_lot.reversed_milli"},
      Tampering{"UPDATE points_entries SET points_milli = points_milli + 1 WHERE kind = 5",
                "points_lot.spent_milli"},
      Tampering{"UPDATE points_entries SET points_milli = points_milli + 1 WHERE kind = 9",
                "tier_gift.points_milli"},
      Tampering{"UPDATE points_entries SET entry_day = entry_day - 100 WHERE kind = 3",
                "points_entry"},
      Tampering{"UPDATE points_entries SET source = 'x' WHERE kind = 6", "points_entry"},
      Tampering{"UPDATE points_entries SET entry_number = entry_number + 100 WHERE kind = 6",
                "points_entry"},
      Tampering{"DELETE FROM points_entries WHERE kind = 2", "points_entry"},
      Tampering{"UPDATE members SET points_deficit_milli = 7", "member.points_deficit_milli"},
      Tampering{"UPDATE members SET points_entry_number = 7", "member.points_entry_number"},
      Tampering{"UPDATE members SET next_points_day = next_points_day + 1",
                "member.next_points_day"},
      Tampering{"UPDATE members SET next_points_day = NULL", "member.next_points_day"},
      Tampering{"UPDATE members SET next_due_day = next_due_day + 1", "member.next_due_day"},
      Tampering{"UPDATE points_lots SET member_id = 77 WHERE member_id ="
                " (SELECT MIN(member_id) FROM points_lots)",
                "points_lot"},
      Tampering{"UPDATE points_entries SET member_id = 77 WHERE member_id ="
                " (SELECT MIN(member_id) FROM points_entries)",
                "points_entry"},
      Tampering{"UPDATE sale_points SET points_milli = points_milli + 1",
                "sale_points.points_milli"},
      Tampering{"DELETE FROM sale_points", "sale_points.points_milli"},
      Tampering{"UPDATE holds SET points_milli = points_milli + 1", "hold.points_milli"},
      Tampering{"UPDATE hold_points SET points_milli = points_milli + 1", "hold.points_milli"},
      Tampering{"UPDATE returns SET earned_back_milli = earned_back_milli + 1 WHERE receipt = '8'",
                "return.earned_back_milli"},
      Tampering{"UPDATE returns SET spent_back_milli = 0 WHERE receipt = '3'",
                "return.spent_back_milli"},
      Tampering{"DELETE FROM decisions WHERE kind = 1", "points_entry"});
  TestClub test;
  fill_with_promises(test);
  check_named(test, tampering);
}

TEST_CASE("verify names verdicts, rights and uses that were tampered with") {
  const Tampering tampering = GENERATE(
      Tampering{"UPDATE sale_verdicts SET facts = X''", "sale_verdict.member_id"},
      Tampering{"UPDATE sale_verdicts SET verdict = X''", "sale_verdict.program_version"},
      Tampering{"UPDATE sale_verdicts SET verdict = (SELECT verdict FROM sale_verdicts v WHERE"
                " v.spent_milli > 0)",
                "sale_verdict.verdict"},
      Tampering{"UPDATE sale_verdicts SET earned_milli = earned_milli + 1",
                "sale_verdict.earned_milli"},
      Tampering{"UPDATE sale_verdicts SET spent_milli = spent_milli + 1",
                "sale_verdict.spent_milli"},
      Tampering{"UPDATE sale_verdicts SET lot_number = 0", "sale_verdict.lot_number"},
      Tampering{"DELETE FROM sale_verdicts", "benefit_use"},
      Tampering{"UPDATE rights SET uses_left = 0 WHERE right_id = 'welcome'", "right.uses_left"},
      Tampering{"UPDATE rights SET uses_left = 1 WHERE right_id = 'five'", "right.uses_left"},
      Tampering{"UPDATE rights SET amount_left_minor = 1 WHERE right_id = 'welcome'",
                "right.amount_left_minor"},
      Tampering{"UPDATE rights SET amount_held_minor = 1, amount_left_minor = 1"
                " WHERE right_id = 'welcome'",
                "right.amount_held_minor"},
      Tampering{"UPDATE rights SET right_id = 'welcome' WHERE sale_id > 0", "right.right_id"},
      Tampering{"UPDATE rights SET source = 'x' WHERE sale_id > 0", "right.source"},
      Tampering{"UPDATE rights SET source = 'x' WHERE sale_id = 0", "right.source"},
      Tampering{"UPDATE rights SET from_day = from_day + 1 WHERE sale_id > 0", "right.valid"},
      Tampering{"UPDATE rights SET until_day = until_day + 1 WHERE sale_id > 0", "right.valid"},
      Tampering{"UPDATE rights SET withdrawn_day = 7 WHERE sale_id > 0", "sale.rights_kept"},
      Tampering{"DELETE FROM rights WHERE sale_id > 0", "sale.rights_granted"},
      Tampering{"UPDATE rights SET member_id = 77 WHERE member_id ="
                " (SELECT MIN(member_id) FROM rights)",
                "right"},
      Tampering{"DELETE FROM right_uses", "right_use"},
      Tampering{"UPDATE right_uses SET is_standing = 0", "right_use.is_standing"},
      Tampering{"UPDATE right_uses SET grant_id = 77", "right_use.grant_id"},
      Tampering{"UPDATE right_uses SET sale_id = 77", "right_use"},
      Tampering{"UPDATE hold_rights SET amount_minor = 1", "right.amount_held_minor"},
      Tampering{"DELETE FROM benefit_uses WHERE benefit_id = 'tea10'", "benefit_use"},
      Tampering{"UPDATE benefit_uses SET saved_minor = saved_minor + 1", "benefit_use"},
      Tampering{"UPDATE benefit_uses SET is_standing = 1 - is_standing", "benefit_use"},
      Tampering{"UPDATE benefit_uses SET day = day + 1", "benefit_use"},
      Tampering{"UPDATE benefit_uses SET sale_id = 77 WHERE benefit_id = 'bag-deal'",
                "benefit_use"},
      Tampering{"UPDATE club_uses SET use_count = use_count + 1", "club_use.use_count"},
      Tampering{"UPDATE club_uses SET saved_minor = saved_minor + 1", "club_use.saved_minor"},
      Tampering{"DELETE FROM club_uses WHERE benefit_id = 'tea10'", "club_use.use_count"},
      Tampering{"UPDATE members SET right_count = 9", "member.right_count"},
      Tampering{"UPDATE members SET use_count = 9", "member.use_count"},
      Tampering{"UPDATE members SET tag_count = 9", "member.tag_count"});
  TestClub test;
  fill_with_promises(test);
  check_named(test, tampering);
}

TEST_CASE("verify names tiers that were tampered with") {
  const Tampering tampering = GENERATE(
      Tampering{"UPDATE members SET tier_id = 'silver' WHERE tier_id = 'gold'", "member.tier_id"},
      Tampering{"UPDATE members SET tier_since_day = tier_since_day + 1", "member.tier_since_day"},
      Tampering{"UPDATE members SET next_tier_day = next_tier_day + 1", "member.next_tier_day"},
      Tampering{"UPDATE members SET next_tier_day = NULL", "member.next_tier_day"},
      Tampering{"UPDATE members SET lock_count = 9", "member.lock_count"},
      Tampering{"UPDATE tier_moves SET move_day = move_day + 1", "member.tier_moves"},
      Tampering{"UPDATE tier_moves SET to_tier_id = 'x'", "member.tier_moves"},
      Tampering{"UPDATE tier_moves SET window_spend_minor = 7", "member.tier_moves"},
      Tampering{"UPDATE tier_moves SET window_purchase_days = 7", "member.tier_moves"},
      Tampering{"UPDATE tier_moves SET program_version = 7", "member.tier_moves"},
      Tampering{"DELETE FROM tier_moves WHERE position = 1", "member.tier_moves"},
      Tampering{"UPDATE tier_moves SET member_id = 77 WHERE member_id ="
                " (SELECT MIN(member_id) FROM tier_moves)",
                "tier_move"},
      Tampering{"DELETE FROM tier_locks", "member.tier_moves"},
      Tampering{"DELETE FROM tier_gifts WHERE tier_id = 'silver'", "tier_gift"},
      Tampering{"UPDATE tier_gifts SET points_milli = points_milli + 1 WHERE lot_number > 0",
                "tier_gift.points_milli"},
      Tampering{"UPDATE tier_gifts SET member_id = 77 WHERE member_id ="
                " (SELECT MIN(member_id) FROM tier_gifts)",
                "tier_gift"});
  TestClub test;
  fill_with_promises(test);
  check_named(test, tampering);
}

TEST_CASE("verify finds promises in order after the club was closed and opened again") {
  TestClub test;
  fill_with_promises(test);
  test.reopen();
  CHECK(test.verify() == std::vector<std::string>{});
}

}  // namespace
}  // namespace moadon
