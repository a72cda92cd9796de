// How every part says no: an absl::Status that carries one Reason and the values its text mentions.
//
// Pure functions, safe from any thread.
#pragma once

#include <initializer_list>
#include <utility>

#include "absl/status/status.h"
#include "absl/strings/string_view.h"
#include "moadon/v1/error.pb.h"

namespace moadon {

// Names and values of one refusal, e.g. {{"field", "sale.lines[2].quantity_milli"}}.
using RefusalValues = std::initializer_list<std::pair<absl::string_view, absl::string_view>>;

// A status with the code of `reason` (code_of), `message` for people and the reason and values for
// programs. `reason` must not be REASON_UNSPECIFIED.
absl::Status refuse(v1::Reason reason, absl::string_view message, RefusalValues values = {});

// The same from a detail read off the wire; an unspecified reason becomes REASON_INTERNAL.
absl::Status refuse(const v1::ErrorDetail& detail, absl::string_view message);

// The status code of a reason: the one table of the whole system. REASON_UNSPECIFIED and reasons
// that only newer versions know are kInternal.
absl::StatusCode code_of(v1::Reason reason);

// The reason and values that `status` carries; an OK status and one made elsewhere carry none
// (REASON_UNSPECIFIED, no values).
v1::ErrorDetail detail_of(const absl::Status& status);
v1::Reason reason_of(const absl::Status& status);

// Whether the unchanged call can succeed later, as error.proto says of each reason.
bool retry_may_help(v1::Reason reason);

}  // namespace moadon
