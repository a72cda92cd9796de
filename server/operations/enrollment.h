// Enrolments made ready for the writer on the caller's thread: checked, dated, with normal keys.
#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "absl/status/statusor.h"
#include "moadon/v1/member_service.pb.h"
#include "server/operations/club_view.h"
#include "server/storage/member_details_store.h"

namespace moadon {

struct Enrollment {
  std::vector<storage::KeyRow> keys;  // each once
  std::vector<std::string> fields;    // their paths
  storage::DetailsRow details;
  int64_t time_us = 0;
  int64_t day = 0;
  std::string branch_id;  // empty: not at a register
  bool is_dated = false;  // the caller said when
  std::vector<storage::ConsentRow> consents;
  std::vector<bool> consent_is_dated;
};

// `at` null: not at a register; then the caller's time is believed and the club's calendar counts.
// Refuses as MemberService.EnrollMember says, but for KEY_TAKEN.
absl::StatusOr<Enrollment> prepare_enrollment(const v1::EnrollMemberRequest& request,
                                              const ClubView& view, const RegisterView* at,
                                              int64_t now_us);

}  // namespace moadon
