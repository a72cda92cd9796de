#include "server/operations/test_merges.h"

#include <algorithm>
#include <utility>

#include "absl/strings/str_cat.h"
#include "server/operations/merge_members.h"
#include "server/operations/read_members.h"
#include "server/operations/report_stages.h"
#include "tests/catch.h"

namespace moadon {

absl::StatusOr<v1::MergeMembersResponse> merge(TestClub& test, const std::string& kept,
                                               const std::string& lost,
                                               const std::string& request_id) {
  v1::MergeMembersRequest request;
  request.set_request_id(request_id);
  request.set_kept_member_id(kept);
  request.set_lost_member_id(lost);
  request.set_note("one person");
  request.set_actor("dana");
  return wait_for<v1::MergeMembersResponse>(
      [&](auto answer) { merge_members(test.club(), request, std::move(answer)); });
}

absl::StatusOr<v1::UndoMergeResponse> undo(TestClub& test, const std::string& lost,
                                           const std::string& request_id) {
  v1::UndoMergeRequest request;
  request.set_request_id(request_id);
  request.set_lost_member_id(lost);
  request.set_note("two persons");
  request.set_actor("dana");
  return wait_for<v1::UndoMergeResponse>(
      [&](auto answer) { undo_merge(test.club(), request, std::move(answer)); });
}

v1::GetMemberResponse by_id(TestClub& test, const std::string& member_id) {
  v1::GetMemberRequest request;
  request.set_member_id(member_id);
  const auto found = get_member(test.club(), request);
  INFO(found.status());
  REQUIRE(found.ok());
  return *found;
}

void buy(TestClub& test, const std::string& receipt, const std::string& time,
         const std::string& card, int64_t amount_minor) {
  REQUIRE(
      test.record("r1", sale(receipt, time, card, {{"milk", 1000, amount_minor}})).has_recorded());
}

std::vector<std::string> members_as_of(TestClub& test, const std::string& date) {
  v1::ExportMembersRequest request;
  request.mutable_as_of()->set_date(date);
  const auto exported = export_members(test.club(), request);
  REQUIRE(exported.ok());
  std::vector<std::string> members;
  for (const v1::MemberStanding& member : exported->members()) {
    members.push_back(absl::StrCat(member.member_id(), ": ", member.purchase_day_count(), ", ",
                                   member.net_spend_minor()));
  }
  std::sort(members.begin(), members.end());
  return members;
}

v1::PointsStanding points(TestClub& test, const std::string& member_id) {
  return by_id(test, member_id).member().facts().points();
}

v1::Program tiers_with_gifts() {
  v1::Program program = TestClub::program();
  program.mutable_points();
  for (const auto& [id, spend_minor] : {std::pair("silver", 10'000), std::pair("gold", 50'000)}) {
    v1::Tier& tier = *program.add_tiers();
    tier.set_tier_id(id);
    tier.set_title(id);
    tier.add_any_of()->set_spend_minor(spend_minor);
    tier.set_rolling_days(60);
    tier.set_grace_days(5);
    tier.mutable_entry_gift()->set_points_milli(5'000);
  }
  return program;
}

}  // namespace moadon
