// Comma separated values as RFC 4180 has them.
#pragma once

#include <cstddef>
#include <deque>
#include <string>
#include <string_view>
#include <vector>

namespace moadon {

// Reads records one after the other from a text that outlives it and everything read: fields are
// views into the text, or into `unescaped` where a field had doubled quotes. One thread.
class CsvReader final {
 public:
  enum class Next { kRecord, kEnd, kBroken };

  CsvReader(std::string_view text, std::deque<std::string>& unescaped);

  // Reads the next record into fields(). After kBroken, problem() says what is wrong in line
  // line(), and reading is over.
  Next next();

  const std::vector<std::string_view>& fields() const { return fields_; }
  // The line, from 1, on which the record starts.
  size_t line() const { return record_line_; }
  const std::string& problem() const { return problem_; }

 private:
  bool read_field();
  bool read_quoted_field();
  bool broken(const char* problem);

  const std::string_view text_;
  std::deque<std::string>& unescaped_;
  size_t at_ = 0;
  size_t line_ = 1;
  size_t record_line_ = 1;
  std::vector<std::string_view> fields_;
  std::string problem_;
};

}  // namespace moadon
