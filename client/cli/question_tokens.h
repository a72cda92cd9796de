// The words of a written question (docs/lifecycle.md, Groups).
#pragma once

#include <cstddef>
#include <string>
#include <string_view>
#include <vector>

namespace moadon::cli {

enum class TokenKind { kWord, kQuoted, kSign, kFault, kEnd };

struct Token {
  TokenKind kind = TokenKind::kEnd;
  std::string text;    // of a quoted one what is between the quotes; of a fault the rest
  std::size_t at = 0;  // where it begins, in bytes
};

// Splits a text: words (letters of any script, digits and . _ - + / : @ # & *), texts in single or
// double quotes with \ before a quote or a \, the signs ( ) , % = != < > <= >=, and space or marks
// of direction between them. Ends with kEnd, or with kFault where a quote is not closed or a sign
// is none.
std::vector<Token> tokens_of(std::string_view text);

// Whether a text is one word as it stands.
bool is_word(std::string_view text);

// A text in double quotes, as tokens_of() reads it back.
std::string quoted(std::string_view text);

}  // namespace moadon::cli
