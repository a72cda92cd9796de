#include "server/operations/grant_right.h"

#include <algorithm>
#include <utility>

#include "rules/check.h"
#include "rules/refusal.h"
#include "server/operations/decision.h"
#include "server/operations/member_rights.h"

namespace moadon {
namespace {

constexpr size_t kMaxRightIdBytes = 64;

absl::Status check_grant(const v1::GrantMemberRightRequest& request) {
  absl::Status status = check_decision_names(request.request_id(), request.member_id());
  status.Update(check_text(request.right_id(), kMaxRightIdBytes, Presence::kRequired, "right_id"));
  status.Update(check_decision_reasons(request.note(), request.actor()));
  return status;
}

absl::StatusOr<v1::GrantMemberRightResponse> grant(sqlite::Connection& connection,
                                                   WriterState& state,
                                                   const v1::GrantMemberRightRequest& request,
                                                   MemberChange& change) {
  const absl::StatusOr<const v1::Program*> program = program_in_force(state);
  if (!program.ok()) return program.status();
  const auto& kinds = (*program)->rights();
  const auto kind = std::find_if(kinds.begin(), kinds.end(), [&](const v1::RightKind& each) {
    return each.right_id() == request.right_id();
  });
  if (kind == kinds.end()) {
    return refuse(v1::REASON_RIGHT_UNKNOWN, "the program in force has no such right",
                  {{"right_id", request.right_id()}});
  }
  const auto right = MemberRights(connection, state, change.row_to_edit())
                         .grant(*kind, {request.request_id(), 0, 0}, state.today());
  if (!right.ok()) return right.status();
  change.touch();
  const absl::Status written = change.finish(connection, state);
  if (!written.ok()) return written;
  v1::GrantMemberRightResponse response;
  *response.mutable_right() = right_message(*right);
  return response;
}

}  // namespace

void grant_right(Club& club, const v1::GrantMemberRightRequest& request,
                 Answer<v1::GrantMemberRightResponse> answer) {
  absl::Status form = check_grant(request);
  if (!form.ok()) {
    std::move(answer)(std::move(form));
    return;
  }
  decide_once<v1::GrantMemberRightResponse>(
      club, storage::DecisionKind::kRight, request,
      [request](sqlite::Connection& connection, WriterState& state, MemberChange& change) {
        return grant(connection, state, request, change);
      },
      std::move(answer));
}

}  // namespace moadon
