// Tables for people: columns aligned by what a terminal shows, not by bytes.
#pragma once

#include <ostream>
#include <string>
#include <vector>

namespace moadon::cli {

enum class Align { kLeft, kRight };

// Collects rows and prints them with a heading. Not thread-safe.
class Table final {
 public:
  struct Column {
    std::string heading;  // empty in all columns: no heading is printed
    Align align = Align::kLeft;
  };

  explicit Table(std::vector<Column> columns) : columns_(std::move(columns)) {}

  // One cell per column.
  void add(std::vector<std::string> cells);

  bool empty() const { return rows_.empty(); }
  void print(std::ostream& out) const;

 private:
  void print_row(std::ostream& out, const std::vector<std::string>& cells,
                 const std::vector<std::size_t>& widths) const;

  std::vector<Column> columns_;
  std::vector<std::vector<std::string>> rows_;
};

}  // namespace moadon::cli
