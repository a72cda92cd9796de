// Parts of a program as an owner would say them. Pure functions.
#pragma once

#include <string>

#include "client/cli/amounts.h"
#include "client/cli/language.h"
#include "moadon/v1/program.pb.h"

namespace moadon::cli {

// What words need to know of the program around a part.
class ProgramWords final {
 public:
  // `program` must outlive it.
  ProgramWords(const v1::Program& program, Language language)
      : program_(program), language_(language) {}

  std::string say(const Text& text) const { return std::string(text.in(language_)); }
  // A value inside words.
  std::string plain(std::string_view value) const { return left_to_right(value, language_); }
  std::string count(std::int64_t number) const { return plain(format_count(number)); }
  std::string milli(std::int64_t number) const { return plain(format_milli(number)); }
  std::string money(std::int64_t amount_minor) const;
  std::string percent(std::int64_t bps) const;
  // Titles of tiers and rights; an id that is not there stands for itself.
  std::string tier(const std::string& tier_id) const;
  std::string right(const std::string& right_id) const;

  // "members of Gold", "Sunday, Monday", "from 15:00 to 18:00".
  std::string condition(const v1::Condition& condition) const;
  // "20% off", "3 for 18.00".
  std::string effect(const v1::Effect& effect) const;
  // "once a day per member; 10,000.00 in all"; empty: without limit.
  std::string limits(const v1::Benefit& benefit) const;
  // "categories milk, bread; not tags sale"; empty: every article.
  std::string filter(const v1::ProductFilter& filter) const;

 private:
  std::string discount(const v1::Effect& effect) const;
  std::string promise(const v1::Effect& effect) const;
  std::string buy_get(const v1::BuyGet& effect) const;
  std::string on(const v1::ProductFilter& filter) const;

  const v1::Program& program_;
  const Language language_;
};

}  // namespace moadon::cli
