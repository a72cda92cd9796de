#include "server/operations/cancel_hold.h"

#include <optional>
#include <string>
#include <utility>

#include "rules/check.h"
#include "rules/refusal.h"
#include "server/operations/member_holds.h"
#include "server/operations/member_id.h"
#include "server/operations/writer_state.h"
#include "server/storage/hold_store.h"

namespace moadon {
namespace {

constexpr size_t kMaxIdBytes = 64;

absl::StatusOr<storage::HoldRow> find_own(sqlite::Connection& connection,
                                          const std::string& register_id,
                                          const std::string& hold_id) {
  if (const std::optional<int64_t> id = member_id_of(hold_id); id) {
    const auto hold = storage::find_hold(connection, *id);
    if (!hold.ok()) return hold.status();
    if (*hold && (*hold)->register_id == register_id) return **hold;
  }
  return refuse(v1::REASON_HOLD_UNKNOWN, "the register placed no such hold",
                {{"hold_id", hold_id}});
}

absl::StatusOr<v1::CancelHoldResponse> cancel(sqlite::Connection& connection, WriterState& state,
                                              const std::string& register_id,
                                              const std::string& hold_id) {
  const absl::StatusOr<storage::HoldRow> hold = find_own(connection, register_id, hold_id);
  if (!hold.ok()) return hold.status();
  if (hold->state == storage::HoldState::kOpen) {
    const absl::Status ended =
        end_unused_hold(connection, state, *hold, storage::HoldState::kCancelled);
    if (!ended.ok()) return ended;
  }
  return v1::CancelHoldResponse();
}

}  // namespace

void cancel_hold(Club& club, const RegisterView& at, const v1::CancelHoldRequest& request,
                 Answer<v1::CancelHoldResponse> answer) {
  absl::Status form = check_text(request.hold_id(), kMaxIdBytes, Presence::kRequired, "hold_id");
  if (!form.ok()) {
    std::move(answer)(std::move(form));
    return;
  }
  club.write<v1::CancelHoldResponse>(
      [register_id = at.register_id, hold_id = request.hold_id()](sqlite::Connection& connection,
                                                                  WriterState& state) {
        return cancel(connection, state, register_id, hold_id);
      },
      std::move(answer));
}

}  // namespace moadon
