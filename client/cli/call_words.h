// Why somebody is worth a word, in words.
#pragma once

#include <string>

#include "client/cli/session.h"
#include "moadon/v1/lifecycle_service.pb.h"

namespace moadon::cli {

// "bought every 12 days, silent for 41 days; ₪3,200.00 in the year before".
std::string call_reason(const Session& session, const v1::Call& call, const Money& money);

// All reasons of a review in one line, with what was decided the last time; dates are of `zone`.
std::string review_reason(const Session& session, const v1::Review& review, absl::TimeZone zone);

// "keep", "contact", "archive": for command lines and files; empty for anything else.
std::string outcome_code(v1::ReviewOutcome outcome);

}  // namespace moadon::cli
