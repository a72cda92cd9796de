// How a cashier may ask for a detail.
#pragma once

#include <string>

#include "absl/strings/string_view.h"
#include "moadon/v1/settings.pb.h"

namespace moadon {

// One sentence in `language_code` ("he" or "en"); a field of the owner's by its title.
std::string ask_line(absl::string_view language_code, absl::string_view field,
                     const v1::ClubSettings& settings);

}  // namespace moadon
