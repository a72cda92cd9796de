// Enrolments and leads made ready for the writer on the caller's thread: checked, dated, with
// normal keys.
#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "absl/status/statusor.h"
#include "moadon/v1/member_service.pb.h"
#include "server/operations/club_view.h"
#include "server/operations/keep_profile.h"
#include "server/operations/keep_signs.h"
#include "server/operations/member_origin.h"
#include "server/storage/member_details_store.h"

namespace moadon {

struct Enrollment {
  std::vector<storage::KeyRow> keys;  // each once
  std::vector<std::string> fields;    // their paths
  storage::DetailsRow details;
  std::vector<storage::CustomValueRow> custom_values;
  Contact contact;         // when, where and through what
  std::string actor;       // by whom the details were taken down; empty: not said
  bool is_dated = false;   // the caller said when
  bool is_sign_up = true;  // of a lead not
  std::vector<GivenConsent> consents;
  std::vector<GivenSign> signs;
};

// `at` null: not at a register; then the caller's time is believed and the club's calendar counts.
// Refuses as MemberService.EnrollMember says, but for KEY_TAKEN.
absl::StatusOr<Enrollment> prepare_enrollment(const v1::EnrollMemberRequest& request,
                                              const ClubView& view, const RegisterView* at,
                                              int64_t now_us);

// What the register took in without the server at `taken_us`: dated then, whatever its clock said.
absl::StatusOr<Enrollment> prepare_taken_enrollment(const v1::EnrollMemberRequest& request,
                                                    const ClubView& view, const RegisterView& at,
                                                    int64_t taken_us);

// Refuses as MemberService.CaptureLead says, but for KEY_TAKEN.
absl::StatusOr<Enrollment> prepare_lead(const v1::CaptureLeadRequest& request, const ClubView& view,
                                        int64_t now_us);

}  // namespace moadon
