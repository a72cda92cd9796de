// Details and consents of one member, inside one operation. The member's row must be there; whoever
// changes what is shown says so to the member's change. True: something was added.
#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "absl/status/statusor.h"
#include "google/protobuf/repeated_field.h"
#include "moadon/v1/profile.pb.h"
#include "server/storage/member_details_store.h"
#include "server/storage/member_field_store.h"
#include "server/storage/member_store.h"

namespace moadon {

// When and by whom something was said.
struct Saying {
  int64_t time_us = 0;
  std::string actor;  // empty: not said
};

// Fills in what neither the member nor anybody who is part of them told, and notes that it was
// said.
absl::StatusOr<bool> fill_details(sqlite::Connection& connection, const storage::MemberRow& member,
                                  const storage::DetailsRow& given, const Saying& saying);
absl::StatusOr<bool> fill_custom_values(sqlite::Connection& connection,
                                        const storage::MemberRow& member,
                                        const std::vector<storage::CustomValueRow>& given,
                                        const Saying& saying);
// Notes that these fields were said.
absl::Status confirm_fields(sqlite::Connection& connection, int64_t member_id,
                            const std::vector<std::string>& fields, const Saying& saying);

// A consent or its withdrawal. One without a time of its own repeats the newest of its channel when
// it says the same.
struct GivenConsent {
  storage::ConsentRow row;
  bool is_dated = false;
};

// Of a checked request; what has no time was said at `time_us`, what has no place at `place`.
std::vector<GivenConsent> given_consents(
    const google::protobuf::RepeatedPtrField<v1::Consent>& consents, int64_t time_us,
    const std::string& place);
// Keeps what neither the member nor anybody who is part of them said.
absl::StatusOr<bool> keep_consents(sqlite::Connection& connection, const storage::MemberRow& member,
                                   const std::vector<GivenConsent>& consents);

}  // namespace moadon
