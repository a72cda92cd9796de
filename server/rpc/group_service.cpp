#include "moadon/v1/group_service.pb.h"
#include "server/insight/count_group.h"
#include "server/insight/list_group_members.h"
#include "server/operations/delete_group.h"
#include "server/operations/read_groups.h"
#include "server/operations/save_group.h"
#include "server/rpc/services.h"

namespace moadon::rpc {

void add_group_service(Methods& methods, Club& club) {
  methods.add_write<v1::SaveGroupRequest, v1::SaveGroupResponse>(
      "/moadon.v1.GroupService/SaveGroup",
      [&club](const Caller&, const auto& request, auto answer) {
        save_group(club, request, std::move(answer));
      });
  methods.add_read<v1::GetGroupRequest, v1::GetGroupResponse>(
      "/moadon.v1.GroupService/GetGroup", Run::kAtOnce,
      [&club](const Caller&, const auto& request) { return get_group(club, request); });
  methods.add_read<v1::ListGroupsRequest, v1::ListGroupsResponse>(
      "/moadon.v1.GroupService/ListGroups", Run::kOnWorker,
      [&club](const Caller&, const auto& request) { return list_groups(club, request); });
  methods.add_write<v1::DeleteGroupRequest, v1::DeleteGroupResponse>(
      "/moadon.v1.GroupService/DeleteGroup",
      [&club](const Caller&, const auto& request, auto answer) {
        delete_group(club, request, std::move(answer));
      });
  methods.add_read<v1::CountGroupRequest, v1::CountGroupResponse>(
      "/moadon.v1.GroupService/CountGroup", Run::kAsReport,
      [&club](const Caller&, const auto& request) { return count_group(club, request); });
  methods.add_read<v1::ListGroupMembersRequest, v1::ListGroupMembersResponse>(
      "/moadon.v1.GroupService/ListGroupMembers", Run::kAsReport,
      [&club](const Caller&, const auto& request) { return list_group_members(club, request); });
}

}  // namespace moadon::rpc
