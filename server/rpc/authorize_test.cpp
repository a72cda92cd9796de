#include "server/rpc/authorize.h"

#include <google/protobuf/descriptor.h>

#include <memory>
#include <set>
#include <string>

#include "moadon/v1/admin_service.pb.h"
#include "moadon/v1/group_service.pb.h"
#include "moadon/v1/lifecycle_service.pb.h"
#include "moadon/v1/member_service.pb.h"
#include "moadon/v1/offline_service.pb.h"
#include "moadon/v1/program.pb.h"
#include "moadon/v1/report_service.pb.h"
#include "moadon/v1/settings.pb.h"
#include "moadon/v1/sync_service.pb.h"
#include "moadon/v1/value_service.pb.h"
#include "moadon/v1/week_service.pb.h"
#include "rules/refusal.h"
#include "tests/catch.h"

namespace moadon::rpc {
namespace {

// What this process serves: every service of these files. RegisterService is the agent's.
std::set<std::string> served_paths() {
  std::set<std::string> paths;
  for (const auto* file :
       {v1::RecordRequest::descriptor()->file(), v1::GetMemberRequest::descriptor()->file(),
        v1::GetProgramRequest::descriptor()->file(), v1::GetTotalsRequest::descriptor()->file(),
        v1::VerifyRequest::descriptor()->file(), v1::GetSettingsRequest::descriptor()->file(),
        v1::GetWeekRequest::descriptor()->file(), v1::GetGroupRequest::descriptor()->file(),
        v1::GetValueRequest::descriptor()->file(), v1::ListCallsRequest::descriptor()->file(),
        v1::ListLossesRequest::descriptor()->file()}) {
    for (int s = 0; s < file->service_count(); ++s) {
      for (int m = 0; m < file->service(s)->method_count(); ++m) {
        paths.insert("/" + file->service(s)->full_name() + "/" +
                     file->service(s)->method(m)->name());
      }
    }
  }
  return paths;
}

TEST_CASE("every method of every service has a role, and no other has") {
  std::set<std::string> paths;
  for (const MethodRole& method : method_roles()) paths.emplace(method.path);
  CHECK(paths == served_paths());
  CHECK(paths.size() == method_roles().size());
}

TEST_CASE("registers may call SyncService, the owner everything else") {
  for (const MethodRole& method : method_roles()) {
    const bool is_sync = std::string(method.path).find("/moadon.v1.SyncService/") == 0;
    CHECK((role_of(method.path) == Role::kRegister) == is_sync);
  }
  CHECK_FALSE(role_of("/moadon.v1.SyncService/Nothing").has_value());
}

}  // namespace
}  // namespace moadon::rpc
