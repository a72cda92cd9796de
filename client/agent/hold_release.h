// Tells the server of holds that no sale used or will use.
#pragma once

#include <cstdint>
#include <string>

#include "absl/functional/function_ref.h"
#include "absl/status/statusor.h"
#include "client/agent/journal.h"
#include "moadon/v1/sync_service.pb.h"

namespace moadon::agent {

// How the server is reached; for whom it waits is the caller's to know.
struct HoldCalls {
  absl::FunctionRef<absl::StatusOr<v1::PlaceHoldResponse>(const v1::PlaceHoldRequest&)> place;
  absl::FunctionRef<absl::StatusOr<v1::CancelHoldResponse>(const v1::CancelHoldRequest&)> cancel;
};

// Ends one hold that is given up. Of one whose answer never came it first learns, by asking the
// same again, whether there is one. Anything but OK: the server does not know yet, try again.
absl::Status release_hold(const StoredHold& hold, const HoldCalls& calls, Journal& journal);

// Gives up the register's holds that expired by `server_now_us`, and ends all that are given up.
// Stops at the first that the server cannot be told of now.
absl::Status release_holds(const std::string& register_id, const HoldCalls& calls, Journal& journal,
                           int64_t server_now_us);

}  // namespace moadon::agent
