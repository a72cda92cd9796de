// Takes sales, returns and enrolments, each once.
#pragma once

#include "moadon/v1/sync_service.pb.h"
#include "server/operations/club.h"

namespace moadon {

inline constexpr int kMaxEntries = 256;

// SyncService.Record for one register. Form, digests and verdicts are worked out on the calling
// thread; the entries are then one write, and each is answered by itself. `at` need not outlive the
// call. Refused as a whole: FIELD_MISSING, TOO_LARGE, PROGRAM_MISSING, JOURNAL_FORKED. What stops
// all entries alike (BUSY, STOPPING, OUTCOME_UNKNOWN) is the outcome of each.
void record(Club& club, const RegisterView& at, const v1::RecordRequest& request,
            Answer<v1::RecordResponse> answer);

}  // namespace moadon
