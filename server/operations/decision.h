// What owners decide by hand about a member: each once per request_id, for ever.
#pragma once

#include <string>
#include <utility>

#include "absl/status/statusor.h"
#include "google/protobuf/message.h"
#include "moadon/v1/program.pb.h"
#include "server/operations/club.h"
#include "server/operations/find_by_key.h"
#include "server/operations/member_change.h"
#include "server/operations/writer_state.h"
#include "server/storage/decision_store.h"

namespace moadon {

// The fields that all decisions have: request_id, member_id, then (after a decision's own) note and
// actor. Reasons: FIELD_MISSING, FIELD_INVALID, TEXT_INVALID.
absl::Status check_decision_names(const std::string& request_id, const std::string& member_id);
absl::Status check_decision_reasons(const std::string& note, const std::string& actor);

// The program in force now; PROGRAM_MISSING when there is none.
absl::StatusOr<const v1::Program*> program_in_force(const WriterState& state);

// The row of a decision that is to be made now, without member and answer.
template <typename Request>
storage::DecisionRow decision_of(storage::DecisionKind kind, const Request& request) {
  storage::DecisionRow row;
  row.kind = kind;
  row.request_id = request.request_id();
  row.note = request.note();
  row.actor = request.actor();
  return row;
}

// Inside the transaction: true, with `answer` filled in, when the same was decided before;
// REQUEST_REUSED when something else was; else false, with the row's digest filled in.
absl::StatusOr<bool> find_made(sqlite::Connection& connection, const WriterState& state,
                               const google::protobuf::Message& request, storage::DecisionRow& row,
                               google::protobuf::Message& answer);
// Writes what was decided with its answer.
absl::Status keep_made(sqlite::Connection& connection, WriterState& state, int64_t member_id,
                       const google::protobuf::Message& answer, storage::DecisionRow row);

// Runs `make(connection, state, change)`, which makes the decision about the member and answers for
// it, once; the same request again gets the answer that was first given.
template <typename Response, typename Request, typename Make>
void decide_once(Club& club, storage::DecisionKind kind, const Request& request, Make make,
                 Answer<Response> answer) {
  club.write<Response>(
      [kind, request, make](sqlite::Connection& connection,
                            WriterState& state) -> absl::StatusOr<Response> {
        Response response;
        storage::DecisionRow row = decision_of(kind, request);
        const absl::StatusOr<bool> is_made = find_made(connection, state, request, row, response);
        if (!is_made.ok()) return is_made.status();
        if (*is_made) return response;
        const auto member = find_whole(connection, request.member_id());
        if (!member.ok()) return member.status();
        MemberChange change(*member);
        absl::StatusOr<Response> made = make(connection, state, change);
        if (!made.ok()) return made.status();
        const absl::Status kept = keep_made(connection, state, member->member_id, *made, row);
        if (!kept.ok()) return kept;
        return made;
      },
      std::move(answer));
}

}  // namespace moadon
