#include "client/cli/member_lookup.h"

#include "client/cli/exit_codes.h"
#include "moadon/v1/member_service.grpc.pb.h"

namespace moadon::cli {
namespace {

absl::StatusOr<v1::GetMemberResponse> by_id(Session& session, const std::string& member_id) {
  v1::GetMemberRequest request;
  request.set_member_id(member_id);
  return session.call(&v1::MemberService::Stub::GetMember, request);
}

}  // namespace

absl::StatusOr<v1::GetMemberResponse> look_up_member(Session& session, const std::string& who,
                                                     const std::string& member_id) {
  if (!member_id.empty()) return by_id(session, member_id);
  if (who.empty()) {
    return as_usage(refuse(v1::REASON_FIELD_MISSING, "give a KEY or --id", {{"field", "KEY"}}));
  }
  v1::GetMemberRequest request;
  request.mutable_key()->set_scanned(who);
  auto found = session.call(&v1::MemberService::Stub::GetMember, request);
  if (found.ok() || reason_of(found.status()) != v1::REASON_MEMBER_UNKNOWN) return found;
  auto named = by_id(session, who);
  return named.ok() ? named : found;
}

}  // namespace moadon::cli
