#include "server/operations/decision.h"

#include "rules/calendar.h"
#include "rules/check.h"
#include "rules/refusal.h"
#include "server/operations/facts_seal.h"
#include "server/operations/request_digest.h"

namespace moadon {
namespace {

constexpr size_t kMaxIdBytes = 64;
constexpr size_t kMaxNoteBytes = 500;
constexpr size_t kMaxActorBytes = 64;

}  // namespace

absl::Status check_decision_names(const std::string& request_id, const std::string& member_id) {
  absl::Status status = check_text(request_id, kMaxIdBytes, Presence::kRequired, "request_id");
  status.Update(check_text(member_id, kMaxIdBytes, Presence::kRequired, "member_id"));
  return status;
}

absl::Status check_decision_reasons(const std::string& note, const std::string& actor) {
  absl::Status status = check_text(note, kMaxNoteBytes, Presence::kRequired, "note");
  status.Update(check_text(actor, kMaxActorBytes, Presence::kRequired, "actor"));
  return status;
}

absl::StatusOr<const v1::Program*> program_in_force(const WriterState& state) {
  if (!state.view()->has_program()) {
    return refuse(v1::REASON_PROGRAM_MISSING, "no program has been published yet");
  }
  return &state.view()->program_at(state.now_us());
}

absl::StatusOr<bool> find_made(sqlite::Connection& connection, const WriterState& state,
                               const google::protobuf::Message& request, storage::DecisionRow& row,
                               google::protobuf::Message& answer) {
  row.digest = request_digest(*state.view(), request);
  const auto before = storage::find_decision(connection, row.request_id);
  if (!before.ok()) return before.status();
  if (!*before) return false;
  if ((*before)->digest != row.digest) return request_reused(row.request_id);
  if (!answer.ParseFromString((*before)->answer)) {
    return absl::InternalError("a decision's answer cannot be read");
  }
  return true;
}

absl::Status keep_made(sqlite::Connection& connection, WriterState& state, int64_t member_id,
                       const google::protobuf::Message& answer, storage::DecisionRow row) {
  row.member_id = member_id;
  row.decision_day = day_number(state.today());
  row.record_us = state.now_us();
  row.answer = canonical_bytes(answer);
  return storage::insert_decision(connection, row);
}

}  // namespace moadon
