#include "client/agent/hold_release.h"

#include <spdlog/spdlog.h>

#include "absl/strings/escaping.h"
#include "client/agent/record_outcomes.h"
#include "rules/refusal.h"

namespace moadon::agent {
namespace {

constexpr int kReleasesAtOnce = 100;

// The server looked at the call and there is nothing to release: it will say so every time.
bool is_final(const absl::Status& status) {
  const v1::Reason reason = reason_of(status);
  return kind_of_refusal(status) == CallRefusal::kContent && reason != v1::REASON_UNSPECIFIED &&
         reason != v1::REASON_INTERNAL;
}

}  // namespace

absl::Status release_hold(const StoredHold& hold, const HoldCalls& calls, Journal& journal) {
  v1::CancelHoldRequest request;
  request.set_hold_id(hold.hold_id);
  if (hold.hold_id.empty()) {
    const absl::StatusOr<v1::PlaceHoldResponse> placed = calls.place(hold.request);
    if (!placed.ok()) {
      if (!is_final(placed.status())) return placed.status();
      return journal.end_hold(hold.register_id, hold.request_id);
    }
    // Not written down: no register was told of this hold, and none shall use it.
    request.set_hold_id(placed->hold_id());
  }
  const absl::StatusOr<v1::CancelHoldResponse> cancelled = calls.cancel(request);
  if (!cancelled.ok() && !is_final(cancelled.status())) return cancelled.status();
  return journal.end_hold(hold.register_id, hold.request_id);
}

absl::Status release_holds(const std::string& register_id, const HoldCalls& calls, Journal& journal,
                           int64_t server_now_us) {
  absl::Status expired = journal.give_up_expired_holds(register_id, server_now_us);
  if (!expired.ok()) return expired;
  const auto holds = journal.given_up_holds(register_id, kReleasesAtOnce);
  if (!holds.ok()) return holds.status();
  for (const StoredHold& hold : *holds) {
    const absl::Status released = release_hold(hold, calls, journal);
    if (released.ok()) continue;
    if (kind_of_refusal(released) != CallRefusal::kContent) return released;
    spdlog::warn("event=hold_not_released register={} message=\"{}\"", register_id,
                 absl::Utf8SafeCEscape(released.message()));
  }
  return absl::OkStatus();
}

}  // namespace moadon::agent
