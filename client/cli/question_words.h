// The words that a written question has for values, both ways.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

#include "absl/types/span.h"

namespace moadon::cli {

// A value of an enum and its word.
struct ValueWord {
  std::string_view word;
  int value = 0;
};

absl::Span<const ValueWord> stage_words();
absl::Span<const ValueWord> gender_words();
absl::Span<const ValueWord> family_words();
absl::Span<const ValueWord> channel_words();
absl::Span<const ValueWord> source_words();

// Upper and lower case alike. Nothing: not among them.
std::optional<int> value_of(absl::Span<const ValueWord> words, std::string_view word);
// Empty: not among them.
std::string_view word_of(absl::Span<const ValueWord> words, int value);
// "a, b or c", for people.
std::string list_of(absl::Span<const ValueWord> words);

// ASCII letters in any case.
bool same_word(std::string_view word, std::string_view other);
// Words that questions are built with: as a name they stand in quotes.
bool is_reserved(std::string_view word);

// A decimal number as a whole number of its last place: with 2 digits "12.5" is 1250. Nothing: not
// a number, more digits than that, or too large.
std::optional<std::int64_t> scaled_number(std::string_view text, int digits);
// The same written, with all digits, or without the zeros at the end.
enum class Zeros { kKept, kDropped };
std::string number_text(std::int64_t scaled, int digits, Zeros zeros);

}  // namespace moadon::cli
