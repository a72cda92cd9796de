// Which question a call about a group asks.
#pragma once

#include <string>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "moadon/v1/group_service.pb.h"
#include "rules/refusal.h"
#include "server/operations/check_question.h"
#include "server/operations/club_view.h"
#include "sqlite/connection.h"

namespace moadon {

// A request names a saved group or brings a question, and the club has a program. Reasons:
// FIELD_MISSING (neither), FIELD_INVALID (both), those of check_question().
template <typename Request>
absl::Status check_group_asked(const Request& request, const v1::ClubSettings& settings) {
  if (request.has_question()) {
    if (request.group_id().empty()) {
      return check_question(request.question(), settings, "question");
    }
    return refuse(v1::REASON_FIELD_INVALID, "name a group or ask a question, not both",
                  {{"field", "group_id"}, {"limit", "empty beside a question"}});
  }
  return check_group_id(request.group_id(), "group_id");
}

// The question of the saved group, or GROUP_UNKNOWN.
absl::StatusOr<v1::Question> saved_question(sqlite::Connection& connection,
                                            const std::string& group_id);

// The one that a checked request asks. Reasons: GROUP_UNKNOWN, PROGRAM_MISSING.
template <typename Request>
absl::StatusOr<v1::Question> question_asked(sqlite::Connection& connection, const ClubView& view,
                                            const Request& request) {
  absl::StatusOr<v1::Question> question = request.question();
  if (!request.has_question()) question = saved_question(connection, request.group_id());
  if (question.ok() && !view.has_program()) {
    return refuse(v1::REASON_PROGRAM_MISSING, "no program has been published yet");
  }
  return question;
}

// The numbers of the stage rule on a day. The club has a program.
StageNumbers stage_numbers_on(const ClubView& view, absl::CivilDay day);

}  // namespace moadon
