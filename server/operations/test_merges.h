// Merging members, for tests.
#pragma once

#include <string>
#include <vector>

#include "absl/status/statusor.h"
#include "moadon/v1/member_service.pb.h"
#include "server/operations/test_club.h"

namespace moadon {

absl::StatusOr<v1::MergeMembersResponse> merge(TestClub& test, const std::string& kept,
                                               const std::string& lost,
                                               const std::string& request_id = "m1");
absl::StatusOr<v1::UndoMergeResponse> undo(TestClub& test, const std::string& lost,
                                           const std::string& request_id = "u1");
// The member with this id, part of another or not.
v1::GetMemberResponse by_id(TestClub& test, const std::string& member_id);
void buy(TestClub& test, const std::string& receipt, const std::string& time,
         const std::string& card, int64_t amount_minor = 1000);
// Members as of a date: "id: purchase days, net spend", sorted.
std::vector<std::string> members_as_of(TestClub& test, const std::string& date);
v1::PointsStanding points(TestClub& test, const std::string& member_id);
// Silver from 100.00 in 60 days, gold from 500.00, with a gift of 5 points each.
v1::Program tiers_with_gifts();

}  // namespace moadon
