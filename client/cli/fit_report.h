// What a fit of the lifecycle found, as an owner reads it.
#pragma once

#include "client/cli/session.h"
#include "moadon/v1/lifecycle_service.pb.h"

namespace moadon::cli {

// Numbers now and proposed, how good each way tells leavers, the loyal bar, and what to do next.
void print_fit(Session& session, const v1::FitLifecycleResponse& fit, const Money& money);

}  // namespace moadon::cli
