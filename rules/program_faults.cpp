#include "rules/program_faults.h"

#include <utility>

#include "absl/strings/ascii.h"
#include "absl/strings/str_cat.h"
#include "rules/calendar.h"
#include "rules/refusal.h"

namespace moadon {
namespace {

constexpr int kMinutesPerDay = 24 * 60;

Wording within(absl::string_view limit) {
  return {absl::StrCat("must be within ", limit), absl::StrCat("חייב להיות בטווח ", limit)};
}

std::string range_text(int64_t min, int64_t max) { return absl::StrCat(min, "..", max); }

}  // namespace

absl::optional<int> minutes_of(absl::string_view time) {
  if (time.size() != 5 || time[2] != ':') return absl::nullopt;
  int digits[4] = {};
  for (int i = 0; i < 4; ++i) {
    const char c = time[i < 2 ? i : i + 1];
    if (!absl::ascii_isdigit(static_cast<unsigned char>(c))) return absl::nullopt;
    digits[i] = c - '0';
  }
  const int minute = digits[2] * 10 + digits[3];
  const int minutes = (digits[0] * 10 + digits[1]) * 60 + minute;
  if (minute > 59 || minutes > kMinutesPerDay) return absl::nullopt;
  return minutes;
}

void ProgramFaults::add(ProgramFault fault) {
  if (!is_full()) faults_.push_back(std::move(fault));
}

void ProgramFaults::missing(absl::string_view field) {
  add({v1::REASON_FIELD_MISSING, std::string(field), "", {"is missing", "חסר"}});
}

void ProgramFaults::contradicts(absl::string_view field, Wording wording) {
  add({v1::REASON_PROGRAM_CONTRADICTS, std::string(field), "", std::move(wording)});
}

void ProgramFaults::not_unique(absl::string_view field) {
  contradicts(field, {"is used twice in the list", "מופיע פעמיים ברשימה"});
}

void ProgramFaults::invalid(absl::string_view field, absl::string_view limit, Wording must_be) {
  add({v1::REASON_FIELD_INVALID, std::string(field), std::string(limit), std::move(must_be)});
}

void ProgramFaults::outside_time(absl::string_view field) {
  add({v1::REASON_TIME_OUT_OF_RANGE,
       std::string(field),
       "",
       {"is outside 1970-01-01 to 9999-12-30", "מחוץ לטווח 1970-01-01 עד 9999-12-30"}});
}

void ProgramFaults::too_large(absl::string_view field, size_t max_bytes) {
  add({v1::REASON_TOO_LARGE,
       std::string(field),
       absl::StrCat(max_bytes),
       {absl::StrCat("is larger than ", max_bytes, " bytes"),
        absl::StrCat("גדול מ-", max_bytes, " בתים")}});
}

bool ProgramFaults::check_id(absl::string_view id, absl::string_view field) {
  const absl::Status status = moadon::check_id(id, field);
  if (status.ok()) return true;
  if (reason_of(status) == v1::REASON_FIELD_MISSING) {
    missing(field);
  } else {
    invalid(field, "1 to 32 of a-z A-Z 0-9 . _ -",
            {"must be 1 to 32 of a-z A-Z 0-9 . _ -",
             "חייב להיות באורך 1 עד 32 תווים מתוך a-z A-Z 0-9 . _ -"});
  }
  return false;
}

bool ProgramFaults::check_text(absl::string_view text, size_t max_bytes, Presence presence,
                               absl::string_view field) {
  const absl::Status status = moadon::check_text(text, max_bytes, presence, field);
  if (status.ok()) return true;
  switch (reason_of(status)) {
    case v1::REASON_FIELD_MISSING:
      missing(field);
      break;
    case v1::REASON_TEXT_INVALID:
      add({v1::REASON_TEXT_INVALID,
           std::string(field),
           "",
           {"has control characters or is not UTF-8", "מכיל תווי בקרה או אינו UTF-8"}});
      break;
    default:
      invalid(field, absl::StrCat("at most ", max_bytes, " bytes"),
              {absl::StrCat("must be at most ", max_bytes, " bytes long"),
               absl::StrCat("חייב להיות באורך של לכל היותר ", max_bytes, " בתים")});
  }
  return false;
}

bool ProgramFaults::check_number(int64_t value, int64_t min, int64_t max, absl::string_view field) {
  if (value >= min && value <= max) return true;
  const std::string limit = range_text(min, max);
  invalid(field, limit, within(limit));
  return false;
}

bool ProgramFaults::check_amount(int64_t value, int64_t min, int64_t max, absl::string_view field) {
  if (value >= min && value <= max) return true;
  const std::string limit = range_text(min, max);
  add({v1::REASON_AMOUNT_OUT_OF_RANGE, std::string(field), limit, within(limit)});
  return false;
}

bool ProgramFaults::check_size(size_t size, size_t max, absl::string_view field) {
  if (size <= max) return true;
  add({v1::REASON_TOO_LARGE,
       std::string(field),
       absl::StrCat(max),
       {absl::StrCat("has more than ", max, " entries"),
        absl::StrCat("כולל יותר מ-", max, " פריטים")}});
  return false;
}

absl::optional<absl::CivilDay> ProgramFaults::check_date(absl::string_view date,
                                                         absl::string_view field) {
  const absl::StatusOr<absl::CivilDay> day = parse_day(date, field);
  if (day.ok()) return *day;
  if (reason_of(day.status()) == v1::REASON_TIME_OUT_OF_RANGE) {
    outside_time(field);
  } else {
    invalid(field, "YYYY-MM-DD",
            {"must be a date of the calendar, YYYY-MM-DD", "חייב להיות תאריך קיים, YYYY-MM-DD"});
  }
  return absl::nullopt;
}

absl::optional<int> ProgramFaults::check_time_of_day(absl::string_view time, int max_minutes,
                                                     absl::string_view field) {
  if (time.empty()) {
    missing(field);
    return absl::nullopt;
  }
  const absl::optional<int> minutes = minutes_of(time);
  if (minutes && *minutes <= max_minutes) return minutes;
  const absl::string_view limit =
      max_minutes == kMinutesPerDay ? "HH:MM, 00:00 to 24:00" : "HH:MM, 00:00 to 23:59";
  invalid(field, limit, {absl::StrCat("must be ", limit), absl::StrCat("חייב להיות ", limit)});
  return absl::nullopt;
}

}  // namespace moadon
