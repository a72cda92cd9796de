#include "plugin/register/replay/csv_reader.h"

#include <algorithm>

namespace moadon {
namespace {

constexpr std::string_view kByteOrderMark = "\xEF\xBB\xBF";

// "a""b" as written between its outer quotes, as meant.
std::string without_doubled_quotes(std::string_view written) {
  std::string meant;
  meant.reserve(written.size());
  for (size_t i = 0; i < written.size(); ++i) {
    meant += written[i];
    if (written[i] == '"') ++i;
  }
  return meant;
}

}  // namespace

CsvReader::CsvReader(std::string_view text, std::deque<std::string>& unescaped)
    : text_(text), unescaped_(unescaped) {
  if (text_.substr(0, kByteOrderMark.size()) == kByteOrderMark) at_ = kByteOrderMark.size();
}

CsvReader::Next CsvReader::next() {
  fields_.clear();
  record_line_ = line_;
  if (!problem_.empty()) return Next::kBroken;
  if (at_ == text_.size()) return Next::kEnd;
  for (;;) {
    if (!read_field()) return Next::kBroken;
    if (at_ == text_.size()) return Next::kRecord;
    const char end = text_[at_++];
    if (end == ',') continue;
    if (end == '\r' && at_ < text_.size() && text_[at_] == '\n') ++at_;
    ++line_;
    return Next::kRecord;
  }
}

// Reads up to the comma or line end that ends the field, which stays unread.
bool CsvReader::read_field() {
  if (at_ < text_.size() && text_[at_] == '"') return read_quoted_field();
  const size_t end = std::min(text_.find_first_of(",\r\n\"", at_), text_.size());
  fields_.push_back(text_.substr(at_, end - at_));
  at_ = end;
  if (end < text_.size() && text_[end] == '"') {
    return broken("a quote in the middle of a field without quotes");
  }
  return true;
}

bool CsvReader::read_quoted_field() {
  const size_t start = ++at_;
  bool doubled = false;
  for (;;) {
    const size_t quote = text_.find('"', at_);
    if (quote == std::string_view::npos) return broken("a quoted field that never ends");
    at_ = quote + 1;
    if (at_ == text_.size() || text_[at_] != '"') break;
    doubled = true;
    ++at_;
  }
  const std::string_view written = text_.substr(start, at_ - 1 - start);
  line_ += static_cast<size_t>(std::count(written.begin(), written.end(), '\n'));
  fields_.push_back(doubled ? unescaped_.emplace_back(without_doubled_quotes(written)) : written);
  if (at_ < text_.size() && text_.substr(at_, 1).find_first_of(",\r\n") == std::string_view::npos) {
    return broken("text behind a field's closing quote");
  }
  return true;
}

bool CsvReader::broken(const char* problem) {
  problem_ = problem;
  return false;
}

}  // namespace moadon
