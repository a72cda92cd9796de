// Questions over members as an owner writes them, both ways. The form is in docs/lifecycle.md,
// Groups; an example:
//
//   stage = loyal and spend in 365 days >= 1000.00 and not bought category "bakery" in 90 days
//
// What is printed is read back as the same question. Pure functions, safe from any thread.
#pragma once

#include <cstddef>
#include <string>
#include <string_view>
#include <variant>

#include "client/cli/language.h"
#include "moadon/v1/group_service.pb.h"

namespace moadon::cli {

// Why a text is no question.
struct QuestionFault {
  std::size_t at = 0;  // in bytes, where something else was expected
  std::string found;   // what stands there; empty: the end
  std::string expected_english;
  std::string expected_hebrew;

  // One sentence.
  std::string text(Language language) const;
};

// Money has `money_digits` digits after the point. What the text says is a question's form; whether
// the club has such fields, and how large it may be, is the server's to check.
std::variant<v1::Question, QuestionFault> parse_question(std::string_view text, int money_digits);

// On one line. Of a kind that this build does not know "?", which nobody reads back.
std::string question_text(const v1::Question& question, int money_digits);

// The form in short, for --help.
extern const char kQuestionHelp[];

}  // namespace moadon::cli
