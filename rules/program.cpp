#include "rules/program.h"

#include <string>
#include <vector>

#include "absl/strings/str_cat.h"
#include "google/protobuf/unknown_field_set.h"
#include "rules/program_check.h"
#include "rules/refusal.h"

namespace moadon {
namespace {

// An enum's number that this build has no name for.
bool has_unknown_value(const google::protobuf::Message& message,
                       const google::protobuf::FieldDescriptor& field) {
  if (field.cpp_type() != google::protobuf::FieldDescriptor::CPPTYPE_ENUM) return false;
  const google::protobuf::Reflection& reflection = *message.GetReflection();
  const auto is_unknown = [&](int number) {
    return field.enum_type()->FindValueByNumber(number) == nullptr;
  };
  if (!field.is_repeated()) return is_unknown(reflection.GetEnumValue(message, &field));
  for (int i = 0; i < reflection.FieldSize(message, &field); ++i) {
    if (is_unknown(reflection.GetRepeatedEnumValue(message, &field, i))) return true;
  }
  return false;
}

bool has_unknown_fields(const google::protobuf::Message& message) {
  const google::protobuf::Reflection& reflection = *message.GetReflection();
  if (!reflection.GetUnknownFields(message).empty()) return true;
  std::vector<const google::protobuf::FieldDescriptor*> fields;
  reflection.ListFields(message, &fields);
  for (const google::protobuf::FieldDescriptor* field : fields) {
    if (has_unknown_value(message, *field)) return true;
    if (field->cpp_type() != google::protobuf::FieldDescriptor::CPPTYPE_MESSAGE) continue;
    const int count = field->is_repeated() ? reflection.FieldSize(message, field) : 1;
    for (int i = 0; i < count; ++i) {
      const google::protobuf::Message& part = field->is_repeated()
                                                  ? reflection.GetRepeatedMessage(message, field, i)
                                                  : reflection.GetMessage(message, field);
      if (has_unknown_fields(part)) return true;
    }
  }
  return false;
}

}  // namespace

absl::Status check_program(const v1::Program& program) {
  if (has_unknown_parts(program)) {
    return refuse(v1::REASON_PROGRAM_NOT_UNDERSTOOD,
                  "the program has parts that this version does not know");
  }
  const std::vector<ProgramFault> faults = faults_of(program, 1);
  if (faults.empty()) return absl::OkStatus();
  const ProgramFault& fault = faults.front();
  const std::string field = fault.field.empty() ? "program" : absl::StrCat("program.", fault.field);
  const std::string message = absl::StrCat(field, " ", fault.wording.english);
  if (fault.limit.empty()) return refuse(fault.reason, message, {{"field", field}});
  return refuse(fault.reason, message, {{"field", field}, {"limit", fault.limit}});
}

bool has_unknown_parts(const v1::Program& program) { return has_unknown_fields(program); }

std::string language_of(const v1::Program& program) {
  if (!program.language_code().empty()) return program.language_code();
  return program.country_code() == "IL" ? "he" : "en";
}

StageNumbers stage_numbers_of(const v1::Program& program) {
  const v1::StageRules& rules = program.stages();
  StageNumbers numbers;
  if (rules.has_interest_days()) numbers.interest_days = rules.interest_days();
  if (rules.has_club_gap_days_milli()) numbers.club_gap_days_milli = rules.club_gap_days_milli();
  if (rules.has_prior_weight_milli()) numbers.prior_weight_milli = rules.prior_weight_milli();
  if (rules.has_churn_factor_milli()) numbers.churn_factor_milli = rules.churn_factor_milli();
  if (rules.has_loyal_window_days()) numbers.loyal_window_days = rules.loyal_window_days();
  if (rules.has_loyal_purchase_days()) numbers.loyal_purchase_days = rules.loyal_purchase_days();
  if (rules.has_loyal_spend_minor()) numbers.loyal_spend_minor = rules.loyal_spend_minor();
  return numbers;
}

}  // namespace moadon
