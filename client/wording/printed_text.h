// Text on a printer of fixed columns: how wide it stands, where it breaks, in which order it is
// printed. Pure functions, safe from any thread.
#pragma once

#include <string>
#include <vector>

#include "absl/strings/string_view.h"

namespace moadon::wording {

enum class Direction { kLeftToRight, kRightToLeft };

// Columns that UTF-8 `text` takes: combining and direction marks take none, wide East Asian
// characters and pictures two, everything else one. A byte that is not UTF-8 takes one.
int columns_of(absl::string_view text);

// `text` in lines of at most `columns` (2 or more), broken at blanks, words that are too long
// anywhere but before a combining mark. At least one line; no blanks at the ends.
std::vector<std::string> wrapped(absl::string_view text, int columns);

// `text` with an invisible mark of `direction` at each end where letters of the other direction are
// the nearest: so that it neither joins what stands beside it nor turns the line round.
std::string kept_apart(absl::string_view text, Direction direction);

// `line`, which reads in `direction`, in the order in which a printer that only prints from left to
// right must print it: runs turned, brackets mirrored, invisible marks gone.
std::string in_visual_order(absl::string_view line, Direction direction);

}  // namespace moadon::wording
