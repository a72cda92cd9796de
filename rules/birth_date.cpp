#include "rules/birth_date.h"

#include "absl/strings/str_cat.h"
#include "absl/time/civil_time.h"
#include "rules/calendar.h"
#include "rules/refusal.h"

namespace moadon {
namespace {

const absl::CivilDay kFirstBirth(1850, 1, 1);
const absl::CivilDay kLastBirth(9999, 12, 30);

}  // namespace

absl::Status check_birth_date(absl::string_view text, absl::string_view field) {
  if (text.empty()) return absl::OkStatus();
  absl::CivilDay day;
  const bool is_date =
      text.size() == 10 && absl::ParseCivilTime(text, &day) && format_day(day) == text;
  if (is_date && day >= kFirstBirth && day <= kLastBirth) return absl::OkStatus();
  return refuse(v1::REASON_FIELD_INVALID, absl::StrCat(field, " must be a date YYYY-MM-DD"),
                {{"field", field}, {"limit", "1850-01-01 to 9999-12-30"}});
}

}  // namespace moadon
