#include "moadon/v1/member_service.pb.h"
#include "server/operations/add_note.h"
#include "server/operations/adjust_points.h"
#include "server/operations/enroll_member.h"
#include "server/operations/erase_member.h"
#include "server/operations/grant_right.h"
#include "server/operations/list_points.h"
#include "server/operations/list_story.h"
#include "server/operations/lock_tier.h"
#include "server/operations/merge_members.h"
#include "server/operations/read_members.h"
#include "server/operations/record_consent.h"
#include "server/operations/record_interest.h"
#include "server/operations/set_service_wish.h"
#include "server/operations/update_member.h"
#include "server/rpc/services.h"

namespace moadon::rpc {

void add_member_service(Methods& methods, Club& club) {
  methods.add_read<v1::GetMemberRequest, v1::GetMemberResponse>(
      "/moadon.v1.MemberService/GetMember", Run::kAtOnce,
      [&club](const Caller&, const auto& request) { return get_member(club, request); });
  methods.add_read<v1::ListMembersRequest, v1::ListMembersResponse>(
      "/moadon.v1.MemberService/ListMembers", Run::kOnWorker,
      [&club](const Caller&, const auto& request) { return list_members(club, request); });
  methods.add_write<v1::EnrollMemberRequest, v1::EnrollMemberResponse>(
      "/moadon.v1.MemberService/EnrollMember",
      [&club](const Caller&, const auto& request, auto answer) {
        enroll_member(club, request, std::move(answer));
      });
  methods.add_write<v1::CaptureLeadRequest, v1::CaptureLeadResponse>(
      "/moadon.v1.MemberService/CaptureLead",
      [&club](const Caller&, const auto& request, auto answer) {
        capture_lead(club, request, std::move(answer));
      });
  methods.add_write<v1::RecordInterestRequest, v1::RecordInterestResponse>(
      "/moadon.v1.MemberService/RecordInterest",
      [&club](const Caller&, const auto& request, auto answer) {
        record_interest(club, request, std::move(answer));
      });
  methods.add_write<v1::UpdateMemberRequest, v1::UpdateMemberResponse>(
      "/moadon.v1.MemberService/UpdateMember",
      [&club](const Caller&, const auto& request, auto answer) {
        update_member(club, request, std::move(answer));
      });
  methods.add_write<v1::RecordConsentRequest, v1::RecordConsentResponse>(
      "/moadon.v1.MemberService/RecordConsent",
      [&club](const Caller&, const auto& request, auto answer) {
        record_consent(club, request, std::move(answer));
      });
  methods.add_write<v1::AddNoteRequest, v1::AddNoteResponse>(
      "/moadon.v1.MemberService/AddNote", [&club](const Caller&, const auto& request, auto answer) {
        add_note(club, request, std::move(answer));
      });
  methods.add_write<v1::SetServiceWishRequest, v1::SetServiceWishResponse>(
      "/moadon.v1.MemberService/SetServiceWish",
      [&club](const Caller&, const auto& request, auto answer) {
        set_service_wish(club, request, std::move(answer));
      });
  methods.add_write<v1::AdjustPointsRequest, v1::AdjustPointsResponse>(
      "/moadon.v1.MemberService/AdjustPoints",
      [&club](const Caller&, const auto& request, auto answer) {
        adjust_points(club, request, std::move(answer));
      });
  methods.add_write<v1::GrantMemberRightRequest, v1::GrantMemberRightResponse>(
      "/moadon.v1.MemberService/GrantMemberRight",
      [&club](const Caller&, const auto& request, auto answer) {
        grant_right(club, request, std::move(answer));
      });
  methods.add_write<v1::LockTierRequest, v1::LockTierResponse>(
      "/moadon.v1.MemberService/LockTier",
      [&club](const Caller&, const auto& request, auto answer) {
        lock_tier(club, request, std::move(answer));
      });
  methods.add_write<v1::MergeMembersRequest, v1::MergeMembersResponse>(
      "/moadon.v1.MemberService/MergeMembers",
      [&club](const Caller&, const auto& request, auto answer) {
        merge_members(club, request, std::move(answer));
      });
  methods.add_write<v1::UndoMergeRequest, v1::UndoMergeResponse>(
      "/moadon.v1.MemberService/UndoMerge",
      [&club](const Caller&, const auto& request, auto answer) {
        undo_merge(club, request, std::move(answer));
      });
  methods.add_write<v1::EraseMemberRequest, v1::EraseMemberResponse>(
      "/moadon.v1.MemberService/EraseMember",
      [&club](const Caller&, const auto& request, auto answer) {
        erase_member(club, request, std::move(answer));
      });
  methods.add_read<v1::ListStoryRequest, v1::ListStoryResponse>(
      "/moadon.v1.MemberService/ListStory", Run::kOnWorker,
      [&club](const Caller&, const auto& request) { return list_story(club, request); });
  methods.add_read<v1::ListPointsRequest, v1::ListPointsResponse>(
      "/moadon.v1.MemberService/ListPoints", Run::kOnWorker,
      [&club](const Caller&, const auto& request) { return list_points(club, request); });
}

}  // namespace moadon::rpc
