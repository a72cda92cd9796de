// People whom registers enrolled without the server, for tests.
#pragma once

#include <string>
#include <vector>

#include "moadon/v1/sync_service.pb.h"
#include "server/operations/test_club.h"

namespace moadon {

// Dana, who takes text messages.
v1::OfflineEnrollment enrolled_as(const std::string& provisional_id,
                                  const std::vector<std::string>& cards,
                                  absl::string_view time = "2026-01-02T09:00:00Z");

// The answer's only outcome.
v1::RecordOutcome enroll_offline(TestClub& test, const v1::OfflineEnrollment& enrolled,
                                 const std::string& register_id = "r1",
                                 const v1::RecordContext& context = {});

}  // namespace moadon
