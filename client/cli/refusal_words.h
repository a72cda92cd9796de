// What the values of a refusal are in words, where they are not names or numbers already.
#pragma once

#include <optional>
#include <string_view>

#include "client/cli/language.h"
#include "moadon/v1/error.pb.h"

namespace moadon::cli {

// A value of a refusal for `reason`, in both languages; empty: it stands as it is, as numbers,
// identities and the names of fields do.
std::optional<Text> words_of_value(v1::Reason reason, std::string_view value);

}  // namespace moadon::cli
