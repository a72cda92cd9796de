// How the sources of members are called in files and on screens.
#pragma once

#include <array>
#include <optional>
#include <string>
#include <string_view>

#include "client/cli/language.h"
#include "moadon/v1/profile.pb.h"

namespace moadon::cli {

// "register", "landing_page", "campaign", "event", "referral", "list", for programs and options;
// empty for anything else.
std::string source_code(v1::SourceKind kind);

// The kind of a code; nothing for other words.
std::optional<v1::SourceKind> source_of(std::string_view code);

// For people: "campaign spring", "not said".
std::string source_label(const v1::Source& source, Language language);

}  // namespace moadon::cli
