// The moments that --as-of takes.
#pragma once

#include <string>
#include <string_view>

#include "absl/status/statusor.h"
#include "google/protobuf/timestamp.pb.h"
#include "moadon/v1/report_service.pb.h"

namespace moadon::cli {

// A date YYYY-MM-DD, meaning its end in the club's zone, or an RFC 3339 instant. Refuses anything
// else, and dates that no calendar has, with REASON_FIELD_INVALID, values: field.
absl::StatusOr<v1::AsOf> parse_as_of(std::string_view text);

// An instant for people and files: RFC 3339 in UTC, without fractions where there are none.
std::string format_instant(const google::protobuf::Timestamp& time);

}  // namespace moadon::cli
