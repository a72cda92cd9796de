#include "moadon/v1/member.pb.h"
#include "server/operations/enroll_member.h"
#include "server/operations/read_members.h"
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
}

}  // namespace moadon::rpc
