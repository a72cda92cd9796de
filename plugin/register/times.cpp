#include "plugin/register/times.h"

#include <fmt/format.h>
#include <stdlib.h>
#include <time.h>
#include <unistd.h>

#include <chrono>

#include "plugin/register/decimal.h"

namespace moadon {
namespace {

constexpr int64_t kSecondUs = 1'000'000;
constexpr char kZoneDirectory[] = "/usr/share/zoneinfo/";

// A fixed number of digits at the front of `text`, taken off it.
bool take_number(std::string_view& text, size_t digits, int low, int high, int& number) {
  if (text.size() < digits) return false;
  const auto value = parse_decimal(text.substr(0, digits), 0);
  if (!value || *value < low || *value > high || text.front() == '-') return false;
  text.remove_prefix(digits);
  number = static_cast<int>(*value);
  return true;
}

bool take_mark(std::string_view& text, char mark) {
  if (text.empty() || text.front() != mark) return false;
  text.remove_prefix(1);
  return true;
}

bool take_date_and_time(std::string_view& text, tm& parts) {
  const bool taken = take_number(text, 4, 1970, 9999, parts.tm_year) && take_mark(text, '-') &&
                     take_number(text, 2, 1, 12, parts.tm_mon) && take_mark(text, '-') &&
                     take_number(text, 2, 1, 31, parts.tm_mday) && take_mark(text, 'T') &&
                     take_number(text, 2, 0, 23, parts.tm_hour) && take_mark(text, ':') &&
                     take_number(text, 2, 0, 59, parts.tm_min) && take_mark(text, ':') &&
                     take_number(text, 2, 0, 59, parts.tm_sec);
  parts.tm_year -= 1900;
  parts.tm_mon -= 1;
  return taken;
}

bool take_fraction(std::string_view& text, int64_t& fraction_us) {
  if (!take_mark(text, '.')) return true;
  size_t digits = text.find_first_not_of("0123456789");
  if (digits == std::string_view::npos) digits = text.size();
  const auto value = parse_decimal("0." + std::string(text.substr(0, digits)), 6);
  if (!value) return false;
  fraction_us = *value;
  text.remove_prefix(digits);
  return true;
}

// Seconds that the wall clock of `text` ("Z", "+02:00") is ahead of UTC.
bool take_offset(std::string_view& text, int64_t& offset_s) {
  if (take_mark(text, 'Z')) return true;
  const bool west = !text.empty() && text.front() == '-';
  if (!take_mark(text, west ? '-' : '+')) return false;
  int hours = 0;
  int minutes = 0;
  if (!take_number(text, 2, 0, 23, hours) || !take_mark(text, ':') ||
      !take_number(text, 2, 0, 59, minutes)) {
    return false;
  }
  offset_s = (hours * 60 + minutes) * 60 * (west ? -1 : 1);
  return true;
}

// mktime and timegm carry what does not exist (30 February, the hour that summer time skips) over
// to what does; that shows in the parts they normalise.
bool same_wall_clock(const tm& a, const tm& b) {
  return a.tm_mon == b.tm_mon && a.tm_mday == b.tm_mday && a.tm_hour == b.tm_hour &&
         a.tm_min == b.tm_min;
}

}  // namespace

int64_t system_now_us() {
  return std::chrono::duration_cast<std::chrono::microseconds>(
             std::chrono::system_clock::now().time_since_epoch())
      .count();
}

bool use_time_zone(const std::string& zone) {
  if (zone.empty() || zone.front() == '/' || zone.find("..") != std::string::npos) return false;
  if (access((kZoneDirectory + zone).c_str(), R_OK) != 0) return false;
  setenv("TZ", zone.c_str(), 1);
  tzset();
  return true;
}

std::optional<int64_t> parse_time(std::string_view text) {
  tm parts{};
  int64_t fraction_us = 0;
  int64_t offset_s = 0;
  if (!take_date_and_time(text, parts) || !take_fraction(text, fraction_us)) return std::nullopt;
  const bool local = text.empty();
  if (!local && (!take_offset(text, offset_s) || !text.empty())) return std::nullopt;
  tm normal = parts;
  normal.tm_isdst = -1;
  const int64_t seconds = (local ? mktime(&normal) : timegm(&normal)) - offset_s;
  if (!same_wall_clock(parts, normal) || seconds < 0) return std::nullopt;
  return seconds * kSecondUs + fraction_us;
}

std::string format_time(int64_t time_us) {
  const time_t seconds = time_us / kSecondUs;
  tm parts{};
  gmtime_r(&seconds, &parts);
  std::string text =
      fmt::format("{:04}-{:02}-{:02}T{:02}:{:02}:{:02}", parts.tm_year + 1900, parts.tm_mon + 1,
                  parts.tm_mday, parts.tm_hour, parts.tm_min, parts.tm_sec);
  if (const int64_t fraction_us = time_us % kSecondUs; fraction_us != 0) {
    text += fmt::format(".{:06}", fraction_us);
  }
  return text + "Z";
}

std::string format_local(int64_t time_us) {
  const time_t seconds = time_us / kSecondUs;
  tm parts{};
  localtime_r(&seconds, &parts);
  return fmt::format("{:02}.{:02}.{:04} {:02}:{:02}", parts.tm_mday, parts.tm_mon + 1,
                     parts.tm_year + 1900, parts.tm_hour, parts.tm_min);
}

}  // namespace moadon
