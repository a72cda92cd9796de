// A strip of paper of fixed columns that grows line by line. Used by one thread.
#pragma once

#include <string>
#include <vector>

#include "absl/strings/string_view.h"
#include "client/wording/printed_text.h"

namespace moadon::wording {

// No line is wider than the paper: texts are wrapped, never cut. In logical order lines carry
// invisible marks where Hebrew and Latin meet; in visual order they carry none, and lines that read
// from right to left stand at the right edge.
class Paper final {
 public:
  struct Form {
    int columns = 42;  // 32 or more
    Direction direction = Direction::kLeftToRight;
    bool is_visual_order = false;
  };
  explicit Paper(const Form& form) : form_(form) {}

  // One text, indented by so many columns.
  void text(absl::string_view text, int indent = 0);
  // A text at the one edge and a number at the other. The number is never wrapped.
  void sides(absl::string_view text, absl::string_view number, int indent = 0);
  // A line across.
  void rule();

  std::vector<std::string> take() { return std::move(lines_); }

 private:
  void add(const std::string& line);

  const Form form_;
  std::vector<std::string> lines_;
};

}  // namespace moadon::wording
