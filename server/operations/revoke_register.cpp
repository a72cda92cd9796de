#include "server/operations/revoke_register.h"

#include <utility>

#include "rules/calendar.h"
#include "rules/check.h"
#include "rules/refusal.h"
#include "server/operations/club_view_builder.h"
#include "server/operations/lease_turn.h"
#include "server/operations/writer_state.h"
#include "server/storage/club_store.h"

namespace moadon {
namespace {

absl::StatusOr<v1::RevokeRegisterResponse> revoke(sqlite::Connection& connection,
                                                  WriterState& state,
                                                  const std::string& register_id) {
  auto row = storage::find_register(connection, register_id);
  if (!row.ok()) return row.status();
  if (!*row) {
    return refuse(v1::REASON_REGISTER_UNKNOWN, "no such register", {{"register_id", register_id}});
  }
  storage::RegisterRow& kept = **row;
  if (!kept.register_.has_revoke_time()) {
    const int64_t now_us = state.now_us();
    absl::Status written = storage::revoke_register(connection, register_id, now_us);
    if (written.ok()) written = free_leases_of(connection, register_id);
    if (!written.ok()) return written;
    *kept.register_.mutable_revoke_time() = timestamp_of(now_us);
    ClubViewBuilder after(*state.view());
    written = after.set_register(kept);
    if (!written.ok()) return written;
    state.stage(after.build());
  }
  v1::RevokeRegisterResponse response;
  *response.mutable_register_() = kept.register_;
  return response;
}

}  // namespace

void revoke_register(Club& club, const std::string& register_id,
                     Answer<v1::RevokeRegisterResponse> answer) {
  absl::Status form = check_id(register_id, "register_id");
  if (!form.ok()) {
    std::move(answer)(std::move(form));
    return;
  }
  club.write<v1::RevokeRegisterResponse>(
      [register_id](sqlite::Connection& connection, WriterState& state) {
        return revoke(connection, state, register_id);
      },
      std::move(answer));
}

}  // namespace moadon
