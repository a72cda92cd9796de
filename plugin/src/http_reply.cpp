#include "plugin/src/http_reply.h"

#include <algorithm>
#include <charconv>

namespace moadon::pos {
namespace {

constexpr std::string_view kLineEnd = "\r\n";

std::string lower(std::string_view text) {
  std::string result(text);
  for (char& c : result) {
    if (c >= 'A' && c <= 'Z') c = static_cast<char>(c - 'A' + 'a');
  }
  return result;
}

std::string_view trim(std::string_view text) {
  const auto first = text.find_first_not_of(" \t");
  if (first == std::string_view::npos) return {};
  return text.substr(first, text.find_last_not_of(" \t") - first + 1);
}

bool parse_number(std::string_view text, int radix, std::size_t& out) {
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), out, radix);
  return !text.empty() && error == std::errc() && end == text.data() + text.size();
}

}  // namespace

HttpReply::State HttpReply::feed(std::string_view bytes) {
  begun_ = begun_ || !bytes.empty();
  pending_.append(bytes);
  return advance();
}

HttpReply::State HttpReply::end() {
  keep_alive_ = false;
  if (part_ == Part::kRest) part_ = Part::kDone;
  return part_ == Part::kDone ? State::kDone : State::kBroken;
}

HttpReply::State HttpReply::advance() {
  bool more = true;
  while (more && part_ != Part::kDone && !broken_ && !too_large_) {
    switch (part_) {
      case Part::kHead:
        more = read_head();
        break;
      case Part::kSizedBody:
      case Part::kChunkData:
      case Part::kRest:
        more = read_body_bytes();
        break;
      case Part::kChunkLine:
        more = read_chunk_line();
        break;
      case Part::kChunkEnd:
        more = read_line_end();
        break;
      case Part::kTrailer:
        more = read_trailer();
        break;
      case Part::kDone:
        break;
    }
  }
  drop_pending(used_);
  used_ = 0;
  if (broken_) return State::kBroken;
  if (too_large_) return State::kTooLarge;
  return part_ == Part::kDone ? State::kDone : State::kMore;
}

void HttpReply::drop_pending(std::size_t count) {
  if (count == pending_.size()) {
    pending_.clear();
  } else {
    pending_.erase(0, count);
  }
}

bool HttpReply::read_head() {
  const auto end = pending_.find("\r\n\r\n", used_);
  if (end == std::string::npos || end - used_ > kReplyHeadMaxBytes) {
    broken_ = pending_.size() - used_ > kReplyHeadMaxBytes;
    return false;
  }
  parse_head(std::string_view(pending_).substr(used_, end - used_ + kLineEnd.size()));
  used_ = end + 2 * kLineEnd.size();
  if (broken_) return false;
  if (status_ < 200) {
    chunked_ = has_length_ = false;
    left_ = 0;
    return true;
  }
  begin_body();
  return true;
}

// `head` is the status line and the header lines, each with its line end.
void HttpReply::parse_head(std::string_view head) {
  std::size_t status = 0;
  const bool is_http = head.starts_with("HTTP/1.1 ") || head.starts_with("HTTP/1.0 ");
  if (!is_http || head.size() < 12 || !parse_number(head.substr(9, 3), 10, status) ||
      status < 100) {
    broken_ = true;
    return;
  }
  status_ = static_cast<int>(status);
  keep_alive_ = head[7] == '1';
  head.remove_prefix(head.find(kLineEnd) + kLineEnd.size());
  while (!head.empty() && !broken_) {
    const auto end = head.find(kLineEnd);
    parse_header(head.substr(0, end));
    head.remove_prefix(end + kLineEnd.size());
  }
}

void HttpReply::parse_header(std::string_view line) {
  const auto colon = line.find(':');
  if (colon == std::string_view::npos || colon == 0) {
    broken_ = true;
    return;
  }
  const std::string name = lower(line.substr(0, colon));
  const std::string_view value = trim(line.substr(colon + 1));
  if (name == "content-length") {
    std::size_t length = 0;
    // Two lengths that differ are an attack or a fault: nobody knows where the next answer begins.
    broken_ = !parse_number(value, 10, length) || (has_length_ && length != left_);
    has_length_ = true;
    left_ = length;
  } else if (name == "transfer-encoding") {
    chunked_ = lower(value) == "chunked";
    broken_ = !chunked_;
  } else if (name == "connection") {
    const std::string wish = lower(value);
    if (wish == "close") keep_alive_ = false;
    if (wish == "keep-alive") keep_alive_ = true;
  }
}

void HttpReply::begin_body() {
  if (status_ == 204 || status_ == 304) {
    part_ = Part::kDone;
  } else if (chunked_) {
    broken_ = has_length_;
    part_ = Part::kChunkLine;
  } else if (has_length_) {
    too_large_ = left_ > body_max_bytes_;
    part_ = left_ == 0 ? Part::kDone : Part::kSizedBody;
  } else {
    keep_alive_ = false;
    part_ = Part::kRest;
  }
}

bool HttpReply::read_body_bytes() {
  std::size_t count = pending_.size() - used_;
  if (part_ != Part::kRest) count = std::min(count, left_);
  if (count == 0) return false;
  if (count > body_max_bytes_ - body_.size()) {
    too_large_ = true;
    return false;
  }
  body_.append(pending_, used_, count);
  used_ += count;
  if (part_ == Part::kRest) return false;
  left_ -= count;
  if (left_ != 0) return false;
  part_ = part_ == Part::kSizedBody ? Part::kDone : Part::kChunkEnd;
  return true;
}

bool HttpReply::take_line(std::string_view& line, std::size_t max_bytes) {
  const auto end = pending_.find(kLineEnd, used_);
  if (end == std::string::npos || end - used_ > max_bytes) {
    broken_ = pending_.size() - used_ > max_bytes;
    return false;
  }
  line = std::string_view(pending_).substr(used_, end - used_);
  used_ = end + kLineEnd.size();
  return true;
}

bool HttpReply::read_chunk_line() {
  std::string_view line;
  if (!take_line(line, kChunkLineMaxBytes)) return false;
  const std::string_view size = trim(line.substr(0, line.find(';')));
  if (!parse_number(size, 16, left_)) {
    broken_ = true;
    return false;
  }
  if (left_ > body_max_bytes_) {
    too_large_ = true;
    return false;
  }
  part_ = left_ == 0 ? Part::kTrailer : Part::kChunkData;
  return true;
}

bool HttpReply::read_line_end() {
  std::string_view line;
  if (!take_line(line, kChunkLineMaxBytes)) return false;
  broken_ = !line.empty();
  part_ = Part::kChunkLine;
  return true;
}

bool HttpReply::read_trailer() {
  std::string_view line;
  if (!take_line(line, kChunkLineMaxBytes)) return false;
  if (line.empty()) part_ = Part::kDone;
  return true;
}

}  // namespace moadon::pos
