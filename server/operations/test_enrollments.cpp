#include "server/operations/test_enrollments.h"

namespace moadon {

v1::OfflineEnrollment enrolled_as(const std::string& provisional_id,
                                  const std::vector<std::string>& cards, absl::string_view time) {
  v1::OfflineEnrollment enrolled;
  enrolled.set_provisional_id(provisional_id);
  v1::EnrollMemberRequest& member = *enrolled.mutable_member();
  for (const std::string& card : cards) member.add_keys()->set_card(card);
  member.set_first_name("Dana");
  *member.mutable_occurred_at() = at(time);
  v1::Consent& consent = *member.add_consents();
  consent.set_channel(v1::CONTACT_CHANNEL_SMS);
  consent.set_granted(true);
  consent.set_wording("terms of 2026");
  return enrolled;
}

v1::RecordOutcome enroll_offline(TestClub& test, const v1::OfflineEnrollment& enrolled,
                                 const std::string& register_id, const v1::RecordContext& context) {
  v1::RecordRequest request;
  v1::RecordEntry& entry = *request.add_entries();
  entry.set_enrolled(enrolled.SerializeAsString());
  *entry.mutable_context() = context;
  return test.record(register_id, request).outcomes(0);
}

}  // namespace moadon
