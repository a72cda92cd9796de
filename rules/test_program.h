// Programs for tests: a small good one, and pieces of text format on top of it.
#pragma once

#include <google/protobuf/text_format.h>

#include <stdexcept>
#include <string>

#include "moadon/v1/program.pb.h"

namespace moadon {

// A good program without benefits, with `text` (protobuf's text format) merged into it. Throws when
// the text is not a program.
inline v1::Program program_with(const std::string& text) {
  v1::Program program;
  program.set_currency_code("ILS");
  program.set_time_zone("Asia/Jerusalem");
  program.set_country_code("IL");
  if (!google::protobuf::TextFormat::MergeFromString(text, &program)) {
    throw std::invalid_argument("not a program: " + text);
  }
  return program;
}

// The same with one benefit, whose text stands in `text`: id "b", title "B", a tenth off all lines
// unless the text has an effect.
inline v1::Program program_with_benefit(const std::string& text, const std::string& more = "") {
  v1::Program program = program_with(more);
  v1::Benefit& benefit = *program.add_benefits();
  benefit.set_benefit_id("b");
  benefit.set_title("B");
  if (!google::protobuf::TextFormat::MergeFromString(text, &benefit)) {
    throw std::invalid_argument("not a benefit: " + text);
  }
  if (!benefit.has_effect()) {
    benefit.mutable_effect()->mutable_percent_off_lines()->set_percent_bps(1000);
  }
  return program;
}

}  // namespace moadon
