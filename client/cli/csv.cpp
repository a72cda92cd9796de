#include "client/cli/csv.h"

#include <utility>

namespace moadon::cli {

namespace {

// What a spreadsheet would compute instead of showing it. Numbers and phones are what they seem.
bool is_formula(std::string_view text) {
  if (text.empty() || std::string_view("=+-@\t\r").find(text.front()) == std::string_view::npos) {
    return false;
  }
  const bool has_sign = text.front() == '+' || text.front() == '-';
  return !has_sign || text.find_first_not_of("0123456789 .,-()", 1) != std::string_view::npos;
}

}  // namespace

std::string csv_field(std::string_view text) {
  if (is_formula(text)) return csv_field("'" + std::string(text));
  if (text.find_first_of(",\"\r\n") == std::string_view::npos) return std::string(text);
  std::string quoted = "\"";
  for (const char c : text) {
    if (c == '"') quoted += '"';
    quoted += c;
  }
  return quoted + '"';
}

std::string csv_record(const std::vector<std::string>& fields) {
  std::string record;
  for (const std::string& field : fields) {
    if (&field != &fields.front()) record += ',';
    record += csv_field(field);
  }
  return record;
}

bool CsvReader::take(char c) {
  switch (state_) {
    case State::kQuoted:
      if (c == '"') {
        state_ = State::kQuoteInQuoted;
      } else {
        field_ += c;
      }
      return false;
    case State::kQuoteInQuoted:
      if (c == '"') {
        field_ += '"';
        state_ = State::kQuoted;
        return false;
      }
      break;
    case State::kFieldStart:
      if (c == '"') {
        state_ = State::kQuoted;
        return false;
      }
      break;
    case State::kPlain:
      break;
  }
  if (c == '\n') return end_record();
  if (c == ',') {
    end_field();
  } else if (c != '\r') {
    field_ += c;
    state_ = State::kPlain;
  }
  return false;
}

bool CsvReader::finish() {
  if (fields_.empty() && field_.empty()) return false;
  return end_record();
}

void CsvReader::end_field() {
  fields_.push_back(std::exchange(field_, {}));
  state_ = State::kFieldStart;
}

bool CsvReader::end_record() {
  end_field();
  record_ = std::exchange(fields_, {});
  return true;
}

}  // namespace moadon::cli
