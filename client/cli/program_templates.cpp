#include "client/cli/program_templates.h"

#include <vector>

#include "client/cli/json_output.h"
#include "rules/program.h"

namespace moadon::cli {
namespace {

constexpr std::int64_t kAgorotRounding_minor = 10;  // cash in Israel has no smaller coin

using google::protobuf::FieldDescriptor;
using google::protobuf::Message;

std::string in_language(const std::string& both, const std::string& language) {
  const std::size_t bar = both.find('|');
  if (bar == std::string::npos) return both;
  return language == "he" ? both.substr(0, bar) : both.substr(bar + 1);
}

// Chooses the language of every text in the message.
void choose_language(Message& message, const std::string& language) {
  const auto& reflection = *message.GetReflection();
  std::vector<const FieldDescriptor*> fields;
  reflection.ListFields(message, &fields);
  for (const FieldDescriptor* field : fields) {
    const bool is_text = field->cpp_type() == FieldDescriptor::CPPTYPE_STRING;
    if (is_text && !field->is_repeated()) {
      reflection.SetString(&message, field,
                           in_language(reflection.GetString(message, field), language));
    }
    if (field->cpp_type() != FieldDescriptor::CPPTYPE_MESSAGE) continue;
    if (!field->is_repeated()) {
      choose_language(*reflection.MutableMessage(&message, field), language);
      continue;
    }
    for (int i = 0; i < reflection.FieldSize(message, field); ++i) {
      choose_language(*reflection.MutableRepeatedMessage(&message, field, i), language);
    }
  }
}

}  // namespace

v1::Program program_template(const ProgramBasis& basis) {
  v1::Program program;
  const std::string language = !basis.language_code.empty() ? basis.language_code
                               : basis.country_code == "IL" ? "he"
                                                            : "en";
  program.set_title("Club");
  if (!basis.shop.empty()) {
    const absl::Status read = from_json(template_text(basis.shop), program);
    if (!read.ok()) program.Clear();  // a test holds every template readable
    choose_language(program, language);
  }
  program.set_currency_code(basis.currency_code);
  program.set_time_zone(basis.time_zone);
  program.set_country_code(basis.country_code);
  program.set_language_code(language);
  if (basis.currency_code == "ILS") program.set_cash_rounding_minor(kAgorotRounding_minor);
  const StageNumbers numbers;
  v1::StageRules& stages = *program.mutable_stages();
  stages.set_interest_days(static_cast<std::int32_t>(numbers.interest_days));
  stages.set_club_gap_days_milli(numbers.club_gap_days_milli);
  stages.set_prior_weight_milli(numbers.prior_weight_milli);
  stages.set_churn_factor_milli(numbers.churn_factor_milli);
  stages.set_loyal_window_days(static_cast<std::int32_t>(numbers.loyal_window_days));
  stages.set_loyal_purchase_days(static_cast<std::int32_t>(numbers.loyal_purchase_days));
  stages.set_loyal_spend_minor(numbers.loyal_spend_minor);
  return program;
}

}  // namespace moadon::cli
