#include "server/operations/note_heartbeat.h"

#include <utility>

#include "rules/calendar.h"
#include "rules/check.h"
#include "rules/refusal.h"
#include "server/operations/writer_state.h"
#include "server/storage/club_store.h"

namespace moadon {
namespace {

constexpr size_t kMaxVersionBytes = 32;

absl::Status not_negative(int64_t value, absl::string_view field) {
  if (value >= 0) return absl::OkStatus();
  return refuse(v1::REASON_FIELD_INVALID, "a count cannot be negative",
                {{"field", field}, {"limit", "0 or more"}});
}

absl::Status check_heartbeat(const v1::HeartbeatRequest& request) {
  absl::Status status =
      check_text(request.agent_version(), kMaxVersionBytes, Presence::kOptional, "agent_version");
  status.Update(not_negative(request.undelivered_count(), "undelivered_count"));
  status.Update(not_negative(request.program_version(), "program_version"));
  if (status.ok() && request.has_agent_time()) {
    status = time_us_of(request.agent_time(), "agent_time").status();
  }
  return status;
}

}  // namespace

void note_heartbeat(Club& club, const RegisterView& at, const v1::HeartbeatRequest& request,
                    Answer<v1::HeartbeatResponse> answer) {
  absl::Status form = check_heartbeat(request);
  if (!form.ok()) {
    std::move(answer)(std::move(form));
    return;
  }
  v1::HeartbeatResponse response;
  response.set_register_id(at.register_id);
  response.set_branch_id(at.branch_id);
  response.set_time_zone(at.zone.name());
  response.set_day_start_minutes(at.day_start_minutes);
  club.write<v1::HeartbeatResponse>(
      [response, undelivered_count = request.undelivered_count(),
       agent_version = request.agent_version()](
          sqlite::Connection& connection,
          WriterState& state) mutable -> absl::StatusOr<v1::HeartbeatResponse> {
        const int64_t now_us = state.now_us();
        const absl::Status noted = storage::note_contact(
            connection, response.register_id(), {now_us, undelivered_count, agent_version});
        if (!noted.ok()) return noted;
        *response.mutable_server_time() = timestamp_of(now_us);
        response.set_newest_program_version(static_cast<int64_t>(state.view()->programs().size()));
        return response;
      },
      std::move(answer));
}

}  // namespace moadon
