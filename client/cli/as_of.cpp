#include "client/cli/as_of.h"

#include "absl/strings/str_cat.h"
#include "absl/time/civil_time.h"
#include "absl/time/time.h"
#include "google/protobuf/util/time_util.h"
#include "rules/refusal.h"

namespace moadon::cli {
namespace {

constexpr std::size_t kDateLength = sizeof("YYYY-MM-DD") - 1;

bool has_date_form(std::string_view text) {
  if (text.size() < kDateLength) return false;
  for (std::size_t i = 0; i < kDateLength; ++i) {
    const bool fits = i == 4 || i == 7 ? text[i] == '-' : text[i] >= '0' && text[i] <= '9';
    if (!fits) return false;
  }
  return true;
}

bool is_in_calendar(absl::string_view date) {
  absl::CivilDay day;
  return absl::ParseCivilTime(date, &day) && absl::FormatCivilTime(day) == date;
}

}  // namespace

absl::StatusOr<v1::AsOf> parse_as_of(std::string_view text) {
  const absl::string_view shown(text.data(), text.size());
  v1::AsOf as_of;
  if (has_date_form(text) && is_in_calendar(shown.substr(0, kDateLength))) {
    if (text.size() == kDateLength) {
      as_of.set_date(std::string(text));
      return as_of;
    }
    absl::Time instant;
    const bool has_time = text[kDateLength] == 'T' || text[kDateLength] == 't';
    if (has_time && absl::ParseTime(absl::RFC3339_full, shown, &instant, nullptr)) {
      const int64_t nanos =
          absl::ToInt64Nanoseconds(instant - absl::FromUnixSeconds(absl::ToUnixSeconds(instant)));
      as_of.mutable_instant()->set_seconds(absl::ToUnixSeconds(instant));
      as_of.mutable_instant()->set_nanos(static_cast<int32_t>(nanos));
      return as_of;
    }
  }
  return refuse(v1::REASON_FIELD_INVALID,
                absl::StrCat("--as-of takes YYYY-MM-DD or an RFC 3339 instant such as "
                             "2026-01-31T23:59:59Z, not \"",
                             shown, "\""),
                {{"field", "as_of"}, {"limit", "YYYY-MM-DD | RFC 3339"}});
}

std::string format_instant(const google::protobuf::Timestamp& time) {
  return google::protobuf::util::TimeUtil::ToString(time);
}

}  // namespace moadon::cli
