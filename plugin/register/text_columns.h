// Text on a printer of fixed columns: Hebrew letters take one column, vowel points none.
#pragma once

#include <string>
#include <string_view>

namespace moadon {

// Columns that UTF-8 `text` takes.
int text_columns(std::string_view text);

// `text` cut after as many whole characters as `columns` hold.
std::string fit_columns(std::string_view text, int columns);

// `text` with spaces before or after it, up to `columns`; longer text is returned as it is.
std::string pad_before(std::string_view text, int columns);
std::string pad_after(std::string_view text, int columns);

// `text` followed, if its last letter runs left to right, by an invisible mark that keeps numbers
// behind it from joining it: inside Hebrew, "Cola 1.5L" and then "7.90" are two things, not one.
std::string closed_right_to_left(std::string_view text);

// `line` in the order in which a device without bidirectional text must print it from left to
// right, for a line whose reading direction is right to left.
std::string visual_order(const std::string& line);

// Whether `text` is UTF-8 without control or bidirectional formatting characters, as messages
// demand.
bool is_clean_text(std::string_view text);

// `text` without the characters that is_clean_text objects to; tabs become spaces.
std::string clean_text(std::string_view text);

}  // namespace moadon
