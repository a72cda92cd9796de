// Reads a written question; question_text.h says more.
#pragma once

#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "absl/types/span.h"
#include "client/cli/language.h"
#include "client/cli/question_text.h"
#include "client/cli/question_tokens.h"
#include "client/cli/question_words.h"
#include "moadon/v1/group_service.pb.h"

namespace moadon::cli {

// Reads one text, once. Each read_ function takes what it names from the front of what is left and
// says whether that was there; the first that says no leaves fault().
class QuestionParser final {
 public:
  QuestionParser(std::string_view text, int money_digits);

  // The whole text.
  bool read(v1::Question& question);
  const QuestionFault& fault() const { return fault_; }

 private:
  // A kind of question by its first word.
  struct Kind {
    std::string_view word;
    bool (QuestionParser::*read)(v1::Question&);
  };
  static absl::Span<const Kind> kinds();

  const Token& here() const { return tokens_[next_]; }
  bool sees(std::string_view word) const;
  bool sees_sign(std::string_view sign) const;
  // Takes it if it is next.
  bool takes(std::string_view word);
  bool takes_sign(std::string_view sign);
  // Notes what was expected at the next token; false.
  bool fail(const Text& expected);
  bool fail(std::string_view word);

  bool read_word(std::string_view word);
  bool read_sign(std::string_view sign);
  bool read_name(std::string& name);
  bool read_whole(int least, int most, int& number);
  // One value, or several in parentheses.
  bool read_names(google::protobuf::RepeatedPtrField<std::string>& names);
  // The same after "=" or "in".
  bool read_chosen_names(v1::NameList& names);
  bool read_chosen_values(absl::Span<const ValueWord> words,
                          google::protobuf::RepeatedField<int>& values);
  bool read_value(absl::Span<const ValueWord> words, int& value);
  bool read_number(int digits, std::int64_t& scaled);
  // A comparison; `digits` after the point, `unit` may follow.
  bool read_range(int digits, absl::Span<const std::string_view> units, v1::Range& range);
  bool sees_range() const;
  // "in 90 days", if it is there.
  bool read_last_days(std::int32_t& last_days);

  bool read_any(v1::Question& question);
  bool read_all(v1::Question& question);
  bool read_one(v1::Question& question);
  bool read_group(v1::Question& question);
  bool read_listed(v1::QuestionList& list);

  bool read_stage(v1::Question& question);
  bool read_tier(v1::Question& question);
  bool read_spend(v1::Question& question);
  bool read_purchase_days(v1::Question& question);
  bool read_rhythm(v1::Question& question);
  bool read_silent(v1::Question& question);
  bool read_bought(v1::Question& question);
  bool read_product(v1::ProductFilter& filter);
  bool read_age(v1::Question& question);
  bool read_gender(v1::Question& question);
  bool read_family(v1::Question& question);
  bool read_city(v1::Question& question);
  bool read_branch(v1::Question& question);
  bool read_source(v1::Question& question);
  bool read_tag(v1::Question& question);
  bool read_consent(v1::Question& question);
  bool read_missing(v1::Question& question);
  bool read_birthday(v1::Question& question);
  bool read_anniversary(v1::Question& question);
  bool read_field(v1::Question& question);
  bool read_top(v1::Question& question);
  bool read_met(v1::Question& question);
  bool read_has(v1::Question& question);
  bool read_refuses(v1::Question& question);
  bool read_wants(v1::Question& question);
  bool read_is(v1::Question& question);
  bool read_language(v1::Question& question);
  bool read_points(v1::Question& question);

  const std::vector<Token> tokens_;
  const int money_digits_;
  std::size_t next_ = 0;
  int depth_ = 0;
  QuestionFault fault_;
};

}  // namespace moadon::cli
