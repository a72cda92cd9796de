// The owner's view of members, and the feed of what changed in them.
#pragma once

#include "moadon/v1/member_service.pb.h"
#include "moadon/v1/sync_service.pb.h"
#include "server/operations/club.h"

namespace moadon {

// MemberService.GetMember and ListMembers, SyncService.FetchFacts and GetFacts, with their reasons.
absl::StatusOr<v1::GetMemberResponse> get_member(Club& club, const v1::GetMemberRequest& request);
absl::StatusOr<v1::ListMembersResponse> list_members(Club& club,
                                                     const v1::ListMembersRequest& request);
absl::StatusOr<v1::FetchFactsResponse> fetch_facts(Club& club,
                                                   const v1::FetchFactsRequest& request);
absl::StatusOr<v1::GetFactsResponse> get_facts(Club& club, const v1::GetFactsRequest& request);

}  // namespace moadon
