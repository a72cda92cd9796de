// What an owner reads when something is refused.
#pragma once

#include <string>

#include "client/cli/language.h"
#include "moadon/v1/error.pb.h"

namespace moadon::cli {

// The sentence for a reason, with the values of `detail` in it. A reason that only newer versions
// know gets its number.
std::string refusal_text(const v1::ErrorDetail& detail, Language language);

// Whether there is a sentence of its own for the reason.
bool has_refusal_text(v1::Reason reason);

}  // namespace moadon::cli
