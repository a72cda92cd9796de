#include "server/operations/set_service_wish.h"

#include <utility>

#include "server/operations/decision.h"
#include "server/operations/member_message.h"
#include "server/operations/whole_person.h"

namespace moadon {
namespace {

absl::StatusOr<v1::SetServiceWishResponse> set_wish(sqlite::Connection& connection,
                                                    WriterState& state, bool refuses,
                                                    MemberChange& change) {
  const absl::Status stands_alone = check_not_merged(change.row());
  if (!stands_alone.ok()) return stands_alone;
  storage::MemberRow& row = change.row_to_edit();
  if (row.refuse_us.has_value() != refuses) {
    row.refuse_us.reset();
    if (refuses) row.refuse_us = state.now_us();
    change.touch();
  }
  const absl::Status finished = change.finish(connection, state);
  if (!finished.ok()) return finished;
  absl::StatusOr<v1::Member> member =
      member_message(connection, change.row(), Moment{*state.view(), state.now_us()});
  if (!member.ok()) return member.status();
  v1::SetServiceWishResponse response;
  *response.mutable_member() = *std::move(member);
  return response;
}

}  // namespace

void set_service_wish(Club& club, const v1::SetServiceWishRequest& request,
                      Answer<v1::SetServiceWishResponse> answer) {
  absl::Status form = check_decision_names(request.request_id(), request.member_id());
  form.Update(check_decision_reasons(request.note(), request.actor()));
  if (!form.ok()) {
    std::move(answer)(std::move(form));
    return;
  }
  const bool refuses = request.refuses_services();
  decide_once<v1::SetServiceWishResponse>(
      club, refuses ? storage::DecisionKind::kRefuses : storage::DecisionKind::kWants, request,
      [refuses](sqlite::Connection& connection, WriterState& state, MemberChange& change) {
        return set_wish(connection, state, refuses, change);
      },
      std::move(answer));
}

}  // namespace moadon
