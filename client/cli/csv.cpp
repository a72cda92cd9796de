#include "client/cli/csv.h"

#include <utility>

namespace moadon::cli {

std::string csv_field(std::string_view text) {
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
