#include "rules/program.h"

#include <algorithm>
#include <string>

#include "absl/strings/ascii.h"
#include "absl/strings/str_cat.h"
#include "google/protobuf/unknown_field_set.h"
#include "rules/calendar.h"
#include "rules/check.h"
#include "rules/money.h"
#include "rules/refusal.h"

namespace moadon {
namespace {

constexpr int64_t kMaxCashRoundingMinor = 100;

absl::Status check_letters(absl::string_view text, size_t length, absl::string_view field) {
  if (text.empty()) {
    return refuse(v1::REASON_FIELD_MISSING, absl::StrCat(field, " is missing"), {{"field", field}});
  }
  if (text.size() != length || !std::all_of(text.begin(), text.end(), absl::ascii_isupper)) {
    return refuse(v1::REASON_FIELD_INVALID,
                  absl::StrCat(field, " must be ", length, " capital letters"), {{"field", field}});
  }
  return absl::OkStatus();
}

absl::Status check_range(int64_t value, int64_t min, int64_t max, absl::string_view field) {
  if (value >= min && value <= max) return absl::OkStatus();
  const std::string limit = absl::StrCat(min, "..", max);
  return refuse(v1::REASON_FIELD_INVALID, absl::StrCat(field, " must be within ", limit),
                {{"field", field}, {"limit", limit}});
}

absl::Status check_stages(const v1::Program& program) {
  const StageNumbers n = stage_numbers_of(program);
  absl::Status status = check_range(n.interest_days, 0, 3650, "program.stages.interest_days");
  status.Update(
      check_range(n.club_gap_days_milli, 1000, 3'650'000, "program.stages.club_gap_days_milli"));
  status.Update(
      check_range(n.prior_weight_milli, 1, 1'000'000, "program.stages.prior_weight_milli"));
  status.Update(
      check_range(n.churn_factor_milli, 1, 1'000'000, "program.stages.churn_factor_milli"));
  status.Update(check_range(n.loyal_window_days, 1, 36500, "program.stages.loyal_window_days"));
  status.Update(check_range(n.loyal_purchase_days, 1, 36500, "program.stages.loyal_purchase_days"));
  status.Update(
      check_range(n.loyal_spend_minor, 0, kMaxSumMinor, "program.stages.loyal_spend_minor"));
  return status;
}

bool has_unknown_fields(const google::protobuf::Message& message) {
  const google::protobuf::Reflection& reflection = *message.GetReflection();
  if (!reflection.GetUnknownFields(message).empty()) return true;
  std::vector<const google::protobuf::FieldDescriptor*> fields;
  reflection.ListFields(message, &fields);
  for (const google::protobuf::FieldDescriptor* field : fields) {
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
  absl::Status status = check_text(program.title(), 100, Presence::kOptional, "program.title");
  status.Update(check_letters(program.currency_code(), 3, "program.currency_code"));
  status.Update(check_text(program.time_zone(), 64, Presence::kRequired, "program.time_zone"));
  status.Update(check_letters(program.country_code(), 2, "program.country_code"));
  if (status.ok() && !program.language_code().empty() && program.language_code() != "he" &&
      program.language_code() != "en") {
    status = refuse(v1::REASON_FIELD_INVALID, "program.language_code must be he or en",
                    {{"field", "program.language_code"}});
  }
  if (status.ok() && program.has_start_time()) {
    status = time_us_of(program.start_time(), "program.start_time").status();
  }
  status.Update(check_stages(program));
  status.Update(check_range(program.cash_rounding_minor(), 0, kMaxCashRoundingMinor,
                            "program.cash_rounding_minor"));
  return status;
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
