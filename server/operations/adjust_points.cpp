#include "server/operations/adjust_points.h"

#include <utility>

#include "rules/points_life.h"
#include "rules/refusal.h"
#include "server/operations/decision.h"
#include "server/operations/member_message.h"
#include "server/operations/member_points.h"

namespace moadon {
namespace {

absl::Status check_adjustment(const v1::AdjustPointsRequest& request) {
  absl::Status status = check_decision_names(request.request_id(), request.member_id());
  if (!status.ok()) return status;
  const int64_t points_milli = request.points_milli();
  if (points_milli == 0) {
    return refuse(v1::REASON_FIELD_MISSING, "points_milli is missing", {{"field", "points_milli"}});
  }
  if (points_milli < -kMaxAdjustedMilli || points_milli > kMaxAdjustedMilli) {
    return refuse(v1::REASON_AMOUNT_OUT_OF_RANGE, "too many points at once",
                  {{"field", "points_milli"}, {"limit", "10^12 either way"}});
  }
  return check_decision_reasons(request.note(), request.actor());
}

absl::StatusOr<v1::AdjustPointsResponse> adjust(sqlite::Connection& connection, WriterState& state,
                                                const v1::AdjustPointsRequest& request,
                                                MemberChange& change) {
  const absl::StatusOr<const v1::Program*> program = program_in_force(state);
  if (!program.ok()) return program.status();
  if (!(*program)->has_points()) {
    return refuse(v1::REASON_PROGRAM_MISSING, "the program in force has no points");
  }
  const v1::PointRules& rules = (*program)->points();
  MemberPoints points(connection, state, change.row_to_edit());
  const auto account = points.account();
  if (!account.ok()) return account.status();
  const absl::CivilDay today = points.today();
  if (request.points_milli() > 0) {
    (*account)->give(v1::POINTS_ENTRY_KIND_ADJUST, request.points_milli(), request.request_id(),
                     today, life_of(rules, today), today);
  } else {
    (*account)->take(-request.points_milli(), request.request_id(), today,
                     rules.forgives_deficit());
  }
  change.touch();
  absl::Status written = points.keep().status();
  if (written.ok()) written = change.finish(connection, state);
  if (!written.ok()) return written;
  absl::StatusOr<v1::MemberFacts> facts =
      facts_message(connection, change.row(), Moment{*state.view(), state.now_us()});
  if (!facts.ok()) return facts.status();
  v1::AdjustPointsResponse response;
  *response.mutable_facts() = *std::move(facts);
  return response;
}

}  // namespace

void adjust_points(Club& club, const v1::AdjustPointsRequest& request,
                   Answer<v1::AdjustPointsResponse> answer) {
  absl::Status form = check_adjustment(request);
  if (!form.ok()) {
    std::move(answer)(std::move(form));
    return;
  }
  decide_once<v1::AdjustPointsResponse>(
      club, storage::DecisionKind::kPoints, request,
      [request](sqlite::Connection& connection, WriterState& state, MemberChange& change) {
        return adjust(connection, state, request, change);
      },
      std::move(answer));
}

}  // namespace moadon
