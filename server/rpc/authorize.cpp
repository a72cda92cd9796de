#include "server/rpc/authorize.h"

#include <algorithm>
#include <array>
#include <iterator>
#include <utility>

#include "absl/strings/match.h"
#include "rules/refusal.h"

namespace moadon::rpc {
namespace {

constexpr absl::string_view kScheme = "Bearer ";
constexpr size_t kMaxTokenBytes = 256;

constexpr std::array kMethodRoles{
    MethodRole{"/moadon.v1.SyncService/Record", Role::kRegister},
    MethodRole{"/moadon.v1.SyncService/FindMember", Role::kRegister},
    MethodRole{"/moadon.v1.SyncService/FetchFacts", Role::kRegister},
    MethodRole{"/moadon.v1.SyncService/FetchCards", Role::kRegister},
    MethodRole{"/moadon.v1.SyncService/GetFacts", Role::kRegister},
    MethodRole{"/moadon.v1.SyncService/PlaceHold", Role::kRegister},
    MethodRole{"/moadon.v1.SyncService/CancelHold", Role::kRegister},
    MethodRole{"/moadon.v1.SyncService/FetchPrograms", Role::kRegister},
    MethodRole{"/moadon.v1.SyncService/Enroll", Role::kRegister},
    MethodRole{"/moadon.v1.SyncService/GetReceipt", Role::kRegister},
    MethodRole{"/moadon.v1.SyncService/Heartbeat", Role::kRegister},
    MethodRole{"/moadon.v1.SyncService/TakeLeases", Role::kRegister},
    MethodRole{"/moadon.v1.SyncService/HandOver", Role::kRegister},

    MethodRole{"/moadon.v1.OfflineService/ListLosses", Role::kOwner},
    MethodRole{"/moadon.v1.OfflineService/ListHandedOver", Role::kOwner},
    MethodRole{"/moadon.v1.OfflineService/SettleHandedOver", Role::kOwner},

    MethodRole{"/moadon.v1.MemberService/GetMember", Role::kOwner},
    MethodRole{"/moadon.v1.MemberService/CaptureLead", Role::kOwner},
    MethodRole{"/moadon.v1.MemberService/RecordInterest", Role::kOwner},
    MethodRole{"/moadon.v1.MemberService/RecordConsent", Role::kOwner},
    MethodRole{"/moadon.v1.MemberService/AddNote", Role::kOwner},
    MethodRole{"/moadon.v1.MemberService/SetServiceWish", Role::kOwner},
    MethodRole{"/moadon.v1.MemberService/MergeMembers", Role::kOwner},
    MethodRole{"/moadon.v1.MemberService/UndoMerge", Role::kOwner},
    MethodRole{"/moadon.v1.MemberService/EraseMember", Role::kOwner},
    MethodRole{"/moadon.v1.MemberService/ListStory", Role::kOwner},
    MethodRole{"/moadon.v1.SettingsService/GetSettings", Role::kOwner},
    MethodRole{"/moadon.v1.SettingsService/SaveSettings", Role::kOwner},
    MethodRole{"/moadon.v1.WeekService/GetWeek", Role::kOwner},
    MethodRole{"/moadon.v1.GroupService/SaveGroup", Role::kOwner},
    MethodRole{"/moadon.v1.GroupService/GetGroup", Role::kOwner},
    MethodRole{"/moadon.v1.GroupService/ListGroups", Role::kOwner},
    MethodRole{"/moadon.v1.GroupService/DeleteGroup", Role::kOwner},
    MethodRole{"/moadon.v1.GroupService/CountGroup", Role::kOwner},
    MethodRole{"/moadon.v1.GroupService/ListGroupMembers", Role::kOwner},
    MethodRole{"/moadon.v1.ValueService/CountScores", Role::kOwner},
    MethodRole{"/moadon.v1.ValueService/ListScores", Role::kOwner},
    MethodRole{"/moadon.v1.ValueService/GetCohorts", Role::kOwner},
    MethodRole{"/moadon.v1.ValueService/GetValue", Role::kOwner},
    MethodRole{"/moadon.v1.LifecycleService/FitLifecycle", Role::kOwner},
    MethodRole{"/moadon.v1.LifecycleService/ListCalls", Role::kOwner},
    MethodRole{"/moadon.v1.LifecycleService/ProposeReviews", Role::kOwner},
    MethodRole{"/moadon.v1.LifecycleService/DecideReview", Role::kOwner},
    MethodRole{"/moadon.v1.SyncService/NoteAsked", Role::kRegister},
    MethodRole{"/moadon.v1.MemberService/ListMembers", Role::kOwner},
    MethodRole{"/moadon.v1.MemberService/EnrollMember", Role::kOwner},
    MethodRole{"/moadon.v1.MemberService/UpdateMember", Role::kOwner},
    MethodRole{"/moadon.v1.MemberService/AdjustPoints", Role::kOwner},
    MethodRole{"/moadon.v1.MemberService/GrantMemberRight", Role::kOwner},
    MethodRole{"/moadon.v1.MemberService/LockTier", Role::kOwner},
    MethodRole{"/moadon.v1.MemberService/ListPoints", Role::kOwner},

    MethodRole{"/moadon.v1.ProgramService/PublishProgram", Role::kOwner},
    MethodRole{"/moadon.v1.ProgramService/GetProgram", Role::kOwner},
    MethodRole{"/moadon.v1.ProgramService/CheckProgram", Role::kOwner},
    MethodRole{"/moadon.v1.ProgramService/ListPrograms", Role::kOwner},

    MethodRole{"/moadon.v1.ReportService/CountStages", Role::kOwner},
    MethodRole{"/moadon.v1.ReportService/GetTotals", Role::kOwner},
    MethodRole{"/moadon.v1.ReportService/ExportMembers", Role::kOwner},
    MethodRole{"/moadon.v1.ReportService/GetSale", Role::kOwner},
    MethodRole{"/moadon.v1.ReportService/ListSales", Role::kOwner},

    MethodRole{"/moadon.v1.AdminService/AddBranch", Role::kOwner},
    MethodRole{"/moadon.v1.AdminService/ListBranches", Role::kOwner},
    MethodRole{"/moadon.v1.AdminService/RevokeBranch", Role::kOwner},
    MethodRole{"/moadon.v1.AdminService/AddRegister", Role::kOwner},
    MethodRole{"/moadon.v1.AdminService/ListRegisters", Role::kOwner},
    MethodRole{"/moadon.v1.AdminService/RevokeRegister", Role::kOwner},
    MethodRole{"/moadon.v1.AdminService/Verify", Role::kOwner},
};

}  // namespace

absl::Span<const MethodRole> method_roles() { return kMethodRoles; }

absl::optional<Role> role_of(absl::string_view path) {
  const auto* const found = std::find_if(kMethodRoles.begin(), kMethodRoles.end(),
                                         [&](const auto& entry) { return entry.path == path; });
  if (found == kMethodRoles.end()) return absl::nullopt;
  return found->role;
}

absl::string_view token_of(const grpc::CallbackServerContext& context) {
  const auto& metadata = context.client_metadata();
  const auto [first, last] = metadata.equal_range("authorization");
  if (first == last || std::next(first) != last) return {};
  const absl::string_view value(first->second.data(), first->second.size());
  return absl::StartsWithIgnoreCase(value, kScheme) ? value.substr(kScheme.size())
                                                    : absl::string_view();
}

absl::StatusOr<Caller> authorize(ClubViewPtr view, absl::string_view token, Role role) {
  if (token.empty() || token.size() > kMaxTokenBytes) {
    return refuse(v1::REASON_TOKEN_UNKNOWN, "The call carries no token.");
  }
  Caller caller;
  caller.at = view->register_of_token(token);
  caller.role = caller.at != nullptr ? Role::kRegister : Role::kOwner;
  if (caller.at == nullptr && !view->is_owner_token(token)) {
    return refuse(v1::REASON_TOKEN_UNKNOWN, "Nobody holds this token.");
  }
  if (caller.at != nullptr && caller.at->is_revoked) {
    return refuse(v1::REASON_TOKEN_REVOKED, "The register was revoked.");
  }
  if (caller.role != role) {
    return refuse(v1::REASON_NOT_ALLOWED, role == Role::kOwner
                                              ? "Only the owner's token is good for this call."
                                              : "Only a register's token is good for this call.");
  }
  caller.view = std::move(view);
  return caller;
}

}  // namespace moadon::rpc
