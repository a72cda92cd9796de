#include "rules/program_findings.h"

#include <utility>

#include "absl/strings/str_cat.h"
#include "rules/program.h"
#include "rules/program_check.h"
#include "rules/program_doubts.h"

namespace moadon {
namespace {

v1::ProgramFinding finding(bool is_error, std::string field, std::string message) {
  v1::ProgramFinding made;
  made.set_is_error(is_error);
  made.set_field(std::move(field));
  made.set_message(std::move(message));
  return made;
}

// The last part of a path, which the sentence begins with.
absl::string_view leaf_of(absl::string_view field) {
  return field.substr(field.rfind('.') == absl::string_view::npos ? 0 : field.rfind('.') + 1);
}

}  // namespace

std::vector<v1::ProgramFinding> findings_of(const v1::Program& program,
                                            absl::optional<absl::CivilDay> today) {
  const bool in_hebrew = language_of(program) == "he";
  std::vector<v1::ProgramFinding> findings;
  if (has_unknown_parts(program)) {
    findings.push_back(finding(true, "",
                               in_hebrew
                                   ? "יש בתוכנית חלקים שהגרסה הזאת אינה מכירה"
                                   : "the program has parts that this version does not know"));
    return findings;
  }
  bool is_clean = program.ByteSizeLong() <= kMaxProgramBytes;
  for (const ProgramFault& fault : faults_of(program, kMaxFindings)) {
    // Text that is not clean can neither be compared nor stand in a sentence, and what is in a list
    // that is too long was not looked at.
    is_clean =
        is_clean && fault.reason != v1::REASON_TEXT_INVALID && fault.reason != v1::REASON_TOO_LARGE;
    const absl::string_view subject = !fault.field.empty() ? leaf_of(fault.field)
                                      : in_hebrew          ? "התוכנית"
                                                           : "the program";
    findings.push_back(finding(
        true, fault.field,
        absl::StrCat(subject, " ", in_hebrew ? fault.wording.hebrew : fault.wording.english)));
  }
  if (!is_clean) return findings;
  for (ProgramDoubt& doubt : doubts_of(program, today, kMaxFindings - findings.size())) {
    findings.push_back(
        finding(false, std::move(doubt.field),
                in_hebrew ? std::move(doubt.wording.hebrew) : std::move(doubt.wording.english)));
  }
  return findings;
}

}  // namespace moadon
