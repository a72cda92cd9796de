// CSV as RFC 4180 says, both ways.
#pragma once

#include <string>
#include <string_view>
#include <vector>

namespace moadon::cli {

// A field as it stands in a file: quoted when it holds a comma, a quote or a line break. Text that
// a spreadsheet would run as a formula (people write their own names on landing pages) gets an
// apostrophe in front; numbers and phones do not.
std::string csv_field(std::string_view text);

// One record, without the line break.
std::string csv_record(const std::vector<std::string>& fields);

// Splits a file into records, fed piece by piece. Quoted fields may hold line breaks; lines may end
// in LF or CRLF. Not thread-safe.
class CsvReader final {
 public:
  // Takes one character; true when it completes a record, which record() then holds until the next
  // call.
  bool take(char c);

  // Completes a last record without a line break; false when there is none.
  bool finish();

  const std::vector<std::string>& record() const { return record_; }

 private:
  enum class State { kFieldStart, kPlain, kQuoted, kQuoteInQuoted };

  void end_field();
  bool end_record();

  State state_ = State::kFieldStart;
  std::string field_;
  std::vector<std::string> fields_;
  std::vector<std::string> record_;
};

}  // namespace moadon::cli
