#include "client/wording/paper.h"

#include <algorithm>

#include "absl/strings/match.h"
#include "absl/strings/str_cat.h"

namespace moadon::wording {
namespace {

// A text that shares its line with a number has at least so much room; else the number goes below.
constexpr int kLeastRoom = 10;

std::string blanks(int columns) { return std::string(std::max(columns, 0), ' '); }

// A number keeps its sign before it, also where the line reads from right to left.
std::string signed_number(absl::string_view number, Direction direction) {
  const bool needs_mark = direction == Direction::kRightToLeft && absl::StartsWith(number, "-");
  return absl::StrCat(needs_mark ? "\u200E" : "", number);
}

}  // namespace

void Paper::text(absl::string_view text, int indent) {
  for (const std::string& line : wrapped(text, form_.columns - indent)) {
    add(blanks(indent) + kept_apart(line, form_.direction));
  }
}

void Paper::sides(absl::string_view text, absl::string_view number, int indent) {
  const int width = columns_of(number);
  const int room = form_.columns - indent - width - 1;
  const std::string last = signed_number(number, form_.direction);
  if (room < kLeastRoom) {
    this->text(text, indent);
    add(blanks(form_.columns - width) + last);
    return;
  }
  std::vector<std::string> lines = wrapped(text, room);
  const int gap = room + 1 - columns_of(lines.back());
  for (std::string& line : lines) line = blanks(indent) + kept_apart(line, form_.direction);
  absl::StrAppend(&lines.back(), blanks(gap), last);
  for (const std::string& line : lines) add(line);
}

void Paper::rule() { lines_.emplace_back(static_cast<size_t>(form_.columns), '-'); }

void Paper::add(const std::string& line) {
  if (!form_.is_visual_order) {
    lines_.push_back(line);
    return;
  }
  const bool is_right_to_left = form_.direction == Direction::kRightToLeft;
  const int missing = is_right_to_left ? form_.columns - columns_of(line) : 0;
  lines_.push_back(in_visual_order(line + blanks(missing), form_.direction));
}

}  // namespace moadon::wording
