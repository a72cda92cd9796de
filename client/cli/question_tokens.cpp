#include "client/cli/question_tokens.h"

#include <utility>

namespace moadon::cli {
namespace {

constexpr std::string_view kSpace = " \t\r\n";
constexpr std::string_view kWordSigns = "._-+/:@#&*";
constexpr std::string_view kSigns = "(),%=<>";

bool is_word_char(char c) {
  const auto byte = static_cast<unsigned char>(c);
  return byte >= 0x80 || (c >= '0' && c <= '9') || (c >= 'a' && c <= 'z') ||
         (c >= 'A' && c <= 'Z') || kWordSigns.find(c) != std::string_view::npos;
}

// How many bytes a mark of direction at `at` takes: those that left_to_right() puts around what it
// shows, so that what was shown can be written again; 0: there is none.
std::size_t mark_size(std::string_view text, std::size_t at) {
  constexpr std::string_view kMarks[] = {"\u200e", "\u200f", "\u2066",
                                         "\u2067", "\u2068", "\u2069"};
  for (const std::string_view mark : kMarks) {
    if (text.substr(at, mark.size()) == mark) return mark.size();
  }
  return 0;
}

// Reads on from a place in a text.
class Reader final {
 public:
  explicit Reader(std::string_view text) : text_(text) {}

  Token next() {
    skip_space();
    const std::size_t from = at_;
    if (from == text_.size()) return {TokenKind::kEnd, "", from};
    const char c = text_[from];
    if (c == '"' || c == '\'') return quoted_text(c);
    if (is_word_char(c)) {
      while (at_ < text_.size() && is_word_char(text_[at_]) && mark_size(text_, at_) == 0) ++at_;
      return {TokenKind::kWord, std::string(text_.substr(from, at_ - from)), from};
    }
    const bool is_double =
        from + 1 < text_.size() && text_[from + 1] == '=' && (c == '!' || c == '<' || c == '>');
    if (!is_double && kSigns.find(c) == std::string_view::npos) return fault(from);
    at_ += is_double ? 2 : 1;
    return {TokenKind::kSign, std::string(text_.substr(from, at_ - from)), from};
  }

 private:
  void skip_space() {
    while (at_ < text_.size()) {
      const bool is_space = kSpace.find(text_[at_]) != std::string_view::npos;
      const std::size_t skipped = is_space ? 1 : mark_size(text_, at_);
      if (skipped == 0) return;
      at_ += skipped;
    }
  }

  Token quoted_text(char quote) {
    const std::size_t from = at_++;
    std::string inside;
    while (at_ < text_.size() && text_[at_] != quote) {
      if (text_[at_] == '\\' && at_ + 1 < text_.size()) ++at_;
      inside.push_back(text_[at_++]);
    }
    if (at_ == text_.size()) return fault(from);
    ++at_;
    return {TokenKind::kQuoted, std::move(inside), from};
  }

  Token fault(std::size_t from) {
    at_ = text_.size();
    return {TokenKind::kFault, std::string(text_.substr(from)), from};
  }

  const std::string_view text_;
  std::size_t at_ = 0;
};

}  // namespace

std::vector<Token> tokens_of(std::string_view text) {
  Reader reader(text);
  std::vector<Token> tokens;
  do {
    tokens.push_back(reader.next());
  } while (tokens.back().kind != TokenKind::kEnd && tokens.back().kind != TokenKind::kFault);
  return tokens;
}

bool is_word(std::string_view text) {
  for (std::size_t at = 0; at < text.size(); ++at) {
    if (!is_word_char(text[at]) || mark_size(text, at) > 0) return false;
  }
  return !text.empty();
}

std::string quoted(std::string_view text) {
  std::string result = "\"";
  for (const char c : text) {
    if (c == '"' || c == '\\') result.push_back('\\');
    result.push_back(c);
  }
  return result + "\"";
}

}  // namespace moadon::cli
