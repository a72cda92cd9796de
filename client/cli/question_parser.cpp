// How a written question is built: lists, names, numbers. Its kinds are in question_kinds.cpp.

#include "client/cli/question_parser.h"

#include <algorithm>
#include <limits>

#include "absl/strings/str_cat.h"

namespace moadon::cli {
namespace {

// Deeper than the server takes, and shallow enough for any stack.
constexpr int kMaxDepth = 64;

constexpr Text kQuestion = {"a question, such as stage, spend, bought, age or (",
                            "שאלה, כגון stage, spend, bought, age או ("};
constexpr Text kEnd = {"and, or, or the end", "and, or או הסוף"};
constexpr Text kName = {"a name (in quotes where it is more than one word)",
                        "שם (במירכאות אם הוא יותר ממילה אחת)"};
constexpr Text kComparison = {"=, >=, <=, >, < or between", "=, >=, <=, >, < או between"};
constexpr Text kChoice = {"= or in (...)", "= או in (...)"};
constexpr Text kLargerEnd = {"a number that leaves somebody between the two",
                             "מספר שמשאיר טווח בין השניים"};
constexpr Text kShallower = {"fewer parentheses", "פחות סוגריים"};

}  // namespace

QuestionParser::QuestionParser(std::string_view text, int money_digits)
    : tokens_(tokens_of(text)), money_digits_(money_digits) {}

bool QuestionParser::sees(std::string_view word) const {
  return here().kind == TokenKind::kWord && same_word(here().text, word);
}

bool QuestionParser::sees_sign(std::string_view sign) const {
  return here().kind == TokenKind::kSign && here().text == sign;
}

bool QuestionParser::takes(std::string_view word) {
  const bool is_here = sees(word);
  next_ += is_here ? 1 : 0;
  return is_here;
}

bool QuestionParser::takes_sign(std::string_view sign) {
  const bool is_here = sees_sign(sign);
  next_ += is_here ? 1 : 0;
  return is_here;
}

bool QuestionParser::fail(const Text& expected) {
  fault_ = {here().at, here().text, std::string(expected.english), std::string(expected.hebrew)};
  return false;
}

bool QuestionParser::fail(std::string_view word) { return fail(Text{word, word}); }

bool QuestionParser::read_word(std::string_view word) { return takes(word) || fail(word); }
bool QuestionParser::read_sign(std::string_view sign) { return takes_sign(sign) || fail(sign); }

bool QuestionParser::read(v1::Question& question) {
  if (!read_any(question)) return false;
  return here().kind == TokenKind::kEnd || fail(kEnd);
}

bool QuestionParser::read_any(v1::Question& question) {
  if (++depth_ > kMaxDepth) return fail(kShallower);
  v1::Question first;
  if (!read_all(first)) return false;
  if (!sees("or")) {
    question = std::move(first);
  } else {
    *question.mutable_any()->add_questions() = std::move(first);
    while (takes("or")) {
      if (!read_all(*question.mutable_any()->add_questions())) return false;
    }
  }
  --depth_;
  return true;
}

bool QuestionParser::read_all(v1::Question& question) {
  v1::Question first;
  if (!read_one(first)) return false;
  if (!sees("and")) {
    question = std::move(first);
    return true;
  }
  *question.mutable_all()->add_questions() = std::move(first);
  while (takes("and")) {
    if (!read_one(*question.mutable_all()->add_questions())) return false;
  }
  return true;
}

bool QuestionParser::read_one(v1::Question& question) {
  if (takes("not")) {
    if (++depth_ > kMaxDepth) return fail(kShallower);
    const bool is_read = read_one(*question.mutable_not_());
    --depth_;
    return is_read;
  }
  if (sees_sign("(")) return read_group(question);
  if (takes("all")) return read_listed(*question.mutable_all());
  if (takes("any")) return read_listed(*question.mutable_any());
  for (const Kind& kind : kinds()) {
    if (takes(kind.word)) return (this->*kind.read)(question);
  }
  return fail(kQuestion);
}

bool QuestionParser::read_group(v1::Question& question) {
  return read_sign("(") && read_any(question) && read_sign(")");
}

bool QuestionParser::read_listed(v1::QuestionList& list) {
  if (!read_sign("(")) return false;
  do {
    if (!read_any(*list.add_questions())) return false;
  } while (takes_sign(","));
  return read_sign(")");
}

bool QuestionParser::read_name(std::string& name) {
  const Token& token = here();
  const bool is_word = token.kind == TokenKind::kWord && !is_reserved(token.text);
  if (!is_word && (token.kind != TokenKind::kQuoted || token.text.empty())) return fail(kName);
  name = token.text;
  ++next_;
  return true;
}

bool QuestionParser::read_names(google::protobuf::RepeatedPtrField<std::string>& names) {
  if (!takes_sign("(")) return read_name(*names.Add());
  do {
    if (!read_name(*names.Add())) return false;
  } while (takes_sign(","));
  return read_sign(")");
}

bool QuestionParser::read_chosen_names(v1::NameList& names) {
  if (takes_sign("=")) return read_name(*names.add_names());
  if (!takes("in")) return fail(kChoice);
  return sees_sign("(") ? read_names(*names.mutable_names()) : fail("(");
}

bool QuestionParser::read_value(absl::Span<const ValueWord> words, int& value) {
  const bool is_text = here().kind == TokenKind::kWord || here().kind == TokenKind::kQuoted;
  const std::optional<int> known = is_text ? value_of(words, here().text) : std::nullopt;
  if (!known) return fail(list_of(words));
  value = *known;
  ++next_;
  return true;
}

bool QuestionParser::read_chosen_values(absl::Span<const ValueWord> words,
                                        google::protobuf::RepeatedField<int>& values) {
  const auto read_next = [&] {
    int value = 0;
    const bool is_read = read_value(words, value);
    if (is_read) values.Add(value);
    return is_read;
  };
  if (takes_sign("=")) return read_next();
  if (!takes("in")) return fail(kChoice);
  if (!read_sign("(")) return false;
  do {
    if (!read_next()) return false;
  } while (takes_sign(","));
  return read_sign(")");
}

bool QuestionParser::read_whole(int least, int most, int& number) {
  const std::optional<std::int64_t> whole =
      here().kind == TokenKind::kWord ? scaled_number(here().text, 0) : std::nullopt;
  if (!whole || *whole < least || *whole > most) {
    return fail(absl::StrCat(least, "..", most));
  }
  number = static_cast<int>(*whole);
  ++next_;
  return true;
}

bool QuestionParser::read_number(int digits, std::int64_t& scaled) {
  const std::optional<std::int64_t> number =
      here().kind == TokenKind::kWord ? scaled_number(here().text, digits) : std::nullopt;
  if (!number) {
    const std::string places = absl::StrCat(digits);
    const std::string english =
        digits == 0 ? "a whole number"
                    : absl::StrCat("a number with at most ", places, " digits after the point");
    const std::string hebrew =
        digits == 0 ? "מספר שלם" : absl::StrCat("מספר עם ", places, " ספרות לכל היותר אחרי הנקודה");
    return fail(Text{english, hebrew});
  }
  scaled = *number;
  ++next_;
  return true;
}

bool QuestionParser::sees_range() const {
  constexpr std::string_view kOperators[] = {"=", ">=", "<=", ">", "<"};
  return sees("between") || std::any_of(std::begin(kOperators), std::end(kOperators),
                                        [&](std::string_view sign) { return sees_sign(sign); });
}

bool QuestionParser::read_range(int digits, absl::Span<const std::string_view> units,
                                v1::Range& range) {
  constexpr std::int64_t kFirst = std::numeric_limits<std::int64_t>::min();
  constexpr std::int64_t kLast = std::numeric_limits<std::int64_t>::max();
  if (!sees_range()) return fail(kComparison);
  const std::string sign = here().text;
  ++next_;
  std::int64_t from = 0;
  std::int64_t to = 0;
  if (!read_number(digits, from)) return false;
  if (same_word(sign, "between")) {
    if (!read_word("and")) return false;
    const std::size_t place = next_;
    if (!read_number(digits, to)) return false;
    if (to < from) {
      next_ = place;
      return fail(kLargerEnd);
    }
    range.set_at_least(from);
    range.set_at_most(to);
  } else if (sign == "=") {
    range.set_at_least(from);
    range.set_at_most(from);
  } else if (sign == ">=" || sign == ">") {
    range.set_at_least(sign == ">=" ? from : std::min(from, kLast - 1) + 1);
  } else {
    range.set_at_most(sign == "<=" ? from : std::max(from, kFirst + 1) - 1);
  }
  for (const std::string_view unit : units) takes(unit);
  return true;
}

bool QuestionParser::read_last_days(std::int32_t& last_days) {
  constexpr int kMaxLastDays = 36'500;
  if (last_days != 0 || !takes("in")) return true;
  int days = 0;
  if (!read_whole(1, kMaxLastDays, days)) return false;
  if (!takes("day") && !read_word("days")) return false;
  last_days = days;
  return true;
}

std::string QuestionFault::text(Language language) const {
  const bool is_hebrew = language == Language::kHebrew;
  const absl::string_view expected = is_hebrew ? expected_hebrew : expected_english;
  if (found.empty()) {
    return is_hebrew ? absl::StrCat("השאלה נגמרת מוקדם מדי; צפוי: ", expected)
                     : absl::StrCat("the question ends too early; expected: ", expected);
  }
  const std::string shown_found = left_to_right(found, language);
  return is_hebrew ? absl::StrCat("לא מובן: ", shown_found, "; צפוי: ", expected)
                   : absl::StrCat("not understood: ", shown_found, "; expected: ", expected);
}

std::variant<v1::Question, QuestionFault> parse_question(std::string_view text, int money_digits) {
  QuestionParser parser(text, money_digits);
  v1::Question question;
  if (parser.read(question)) return question;
  return parser.fault();
}

}  // namespace moadon::cli
