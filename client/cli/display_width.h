// How wide a text stands on a terminal.
#pragma once

#include <cstddef>
#include <string_view>

namespace moadon::cli {

// Columns that UTF-8 `text` takes: Hebrew points, joining and direction marks take none, wide East
// Asian characters and pictures two, everything else one. A byte that is not UTF-8 counts as one.
std::size_t display_width(std::string_view text);

}  // namespace moadon::cli
