#include "moadon/v1/admin_service.pb.h"
#include "server/operations/add_branch.h"
#include "server/operations/add_register.h"
#include "server/operations/read_registers.h"
#include "server/operations/revoke_branch.h"
#include "server/operations/revoke_register.h"
#include "server/operations/verify_club.h"
#include "server/rpc/services.h"

namespace moadon::rpc {

void add_admin_service(Methods& methods, Club& club) {
  methods.add_write<v1::AddBranchRequest, v1::AddBranchResponse>(
      "/moadon.v1.AdminService/AddBranch",
      [&club](const Caller&, const auto& request, auto answer) {
        add_branch(club, request.branch(), std::move(answer));
      });
  methods.add_read<v1::ListBranchesRequest, v1::ListBranchesResponse>(
      "/moadon.v1.AdminService/ListBranches", Run::kOnWorker,
      [&club](const Caller&, const auto& request) { return list_branches(club, request); });
  methods.add_write<v1::RevokeBranchRequest, v1::RevokeBranchResponse>(
      "/moadon.v1.AdminService/RevokeBranch",
      [&club](const Caller&, const auto& request, auto answer) {
        revoke_branch(club, request.branch_id(), std::move(answer));
      });
  methods.add_write<v1::AddRegisterRequest, v1::AddRegisterResponse>(
      "/moadon.v1.AdminService/AddRegister",
      [&club](const Caller&, const auto& request, auto answer) {
        add_register(club, request, std::move(answer));
      });
  methods.add_read<v1::ListRegistersRequest, v1::ListRegistersResponse>(
      "/moadon.v1.AdminService/ListRegisters", Run::kOnWorker,
      [&club](const Caller&, const auto& request) { return list_registers(club, request); });
  methods.add_write<v1::RevokeRegisterRequest, v1::RevokeRegisterResponse>(
      "/moadon.v1.AdminService/RevokeRegister",
      [&club](const Caller&, const auto& request, auto answer) {
        revoke_register(club, request.register_id(), std::move(answer));
      });
  methods.add_read<v1::VerifyRequest, v1::VerifyResponse>(
      "/moadon.v1.AdminService/Verify", Run::kAsReport,
      [&club](const Caller&, const auto& request) { return verify_club(club, request); });
}

}  // namespace moadon::rpc
