#include "client/cli/table.h"

#include <algorithm>

#include "absl/base/macros.h"
#include "client/cli/display_width.h"

namespace moadon::cli {
namespace {

constexpr std::string_view kBetweenColumns = "  ";

std::string spaces(std::size_t count) { return std::string(count, ' '); }

}  // namespace

void Table::add(std::vector<std::string> cells) {
  ABSL_ASSERT(cells.size() == columns_.size());
  rows_.push_back(std::move(cells));
}

void Table::print_row(std::ostream& out, const std::vector<std::string>& cells,
                      const std::vector<std::size_t>& widths) const {
  std::string line;
  for (std::size_t i = 0; i < cells.size(); ++i) {
    if (i > 0) line.append(kBetweenColumns);
    const std::string padding = spaces(widths[i] - display_width(cells[i]));
    line += columns_[i].align == Align::kRight ? padding + cells[i] : cells[i] + padding;
  }
  line.erase(line.find_last_not_of(' ') + 1);
  out << line << '\n';
}

void Table::print(std::ostream& out) const {
  std::vector<std::string> headings;
  for (const Column& column : columns_) headings.push_back(column.heading);
  std::vector<std::size_t> widths;
  for (std::size_t i = 0; i < columns_.size(); ++i) {
    std::size_t width = display_width(headings[i]);
    for (const auto& row : rows_) width = std::max(width, display_width(row[i]));
    widths.push_back(width);
  }
  const bool has_heading = std::any_of(headings.begin(), headings.end(),
                                       [](const std::string& text) { return !text.empty(); });
  if (has_heading) print_row(out, headings, widths);
  for (const auto& row : rows_) print_row(out, row, widths);
}

}  // namespace moadon::cli
