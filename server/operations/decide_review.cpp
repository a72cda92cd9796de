#include "server/operations/decide_review.h"

#include <string>
#include <utility>

#include "rules/calendar.h"
#include "rules/refusal.h"
#include "server/operations/decision.h"
#include "server/operations/member_id.h"
#include "server/operations/whole_person.h"
#include "server/storage/review_store.h"

namespace moadon {
namespace {

absl::Status check_review(const v1::DecideReviewRequest& request) {
  absl::Status status = check_decision_names(request.request_id(), request.member_id());
  if (!status.ok()) return status;
  if (request.outcome() == v1::REVIEW_OUTCOME_UNSPECIFIED) {
    return refuse(v1::REASON_FIELD_MISSING, "outcome is missing", {{"field", "outcome"}});
  }
  if (!v1::ReviewOutcome_IsValid(request.outcome())) {
    return refuse(v1::REASON_FIELD_INVALID, "no such outcome",
                  {{"field", "outcome"}, {"limit", "keep, contact or archive"}});
  }
  return check_decision_reasons(request.note(), request.actor());
}

storage::DecisionKind kind_of(v1::ReviewOutcome outcome) {
  switch (outcome) {
    case v1::REVIEW_OUTCOME_CONTACT:
      return storage::DecisionKind::kContact;
    case v1::REVIEW_OUTCOME_ARCHIVE:
      return storage::DecisionKind::kArchive;
    default:
      return storage::DecisionKind::kKeep;
  }
}

// What is decided is decided about a whole person, by name.
absl::Status check_member(const v1::DecideReviewRequest& request, const storage::MemberRow& row) {
  const std::string member_id = member_id_text(row.member_id);
  if (member_id != request.member_id()) {
    return refuse(v1::REASON_MEMBER_MERGED, "the member is part of another one",
                  {{"member_id", member_id}});
  }
  return check_keeps_details(row);
}

absl::StatusOr<v1::DecideReviewResponse> decide(sqlite::Connection& connection, WriterState& state,
                                                const v1::DecideReviewRequest& request,
                                                MemberChange& change) {
  absl::Status written = check_member(request, change.row());
  if (!written.ok()) return written;
  const int64_t now_us = state.now_us();
  written = storage::insert_review(
      connection, change.row().member_id,
      {request.outcome(), day_number(state.today()), now_us, request.note(), request.actor()});
  if (request.outcome() == v1::REVIEW_OUTCOME_ARCHIVE) {
    change.row_to_edit().archive_us = now_us;
    change.touch();
  }
  if (written.ok()) written = change.finish(connection, state);
  if (!written.ok()) return written;
  v1::DecideReviewResponse response;
  *response.mutable_review_time() = timestamp_of(now_us);
  return response;
}

}  // namespace

void decide_review(Club& club, const v1::DecideReviewRequest& request,
                   Answer<v1::DecideReviewResponse> answer) {
  absl::Status form = check_review(request);
  if (!form.ok()) {
    std::move(answer)(std::move(form));
    return;
  }
  decide_once<v1::DecideReviewResponse>(
      club, kind_of(request.outcome()), request,
      [request](sqlite::Connection& connection, WriterState& state, MemberChange& change) {
        return decide(connection, state, request, change);
      },
      std::move(answer));
}

}  // namespace moadon
