// What the server's answer to a batch means for the journal. Pure functions.
#pragma once

#include <vector>

#include "absl/status/status.h"
#include "client/agent/journal.h"
#include "moadon/v1/sync_service.pb.h"

namespace moadon::agent {

struct BatchResult {
  std::vector<Settlement> settlements;
  bool is_incomplete = false;  // some entries are to be sent again
};

// Each entry by itself: recorded is delivered, refused for good is kept back, everything else
// (refused for the moment, not answered) is left as it is.
BatchResult result_of(const v1::RecordRequest& request, const v1::RecordResponse& response);

// What to do when the call as a whole was refused.
enum class CallRefusal {
  kPassing,         // the server is away or busy: again soon
  kProgramAwaited,  // the owner has not published yet
  kBlocked,         // the register may not: a person must act
  kContent,         // something in the batch: find out which entry
};
CallRefusal kind_of_refusal(const absl::Status& status);

}  // namespace moadon::agent
