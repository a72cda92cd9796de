#include "server/insight/picture_facts.h"

#include <algorithm>

#include "absl/algorithm/container.h"
#include "absl/numeric/int128.h"
#include "absl/strings/ascii.h"
#include "absl/strings/numbers.h"
#include "absl/strings/strip.h"
#include "rules/benefit_window.h"

namespace moadon {
namespace {

constexpr int64_t kMilli = 1000;
constexpr size_t kYearAndDash = 5;  // of YYYY-MM-DD

}  // namespace

absl::optional<int64_t> age_on(absl::string_view birth_date, absl::CivilDay today) {
  absl::CivilDay birth;
  if (!absl::ParseCivilTime(birth_date, &birth) || birth > today) return absl::nullopt;
  const bool is_leap_day = birth.month() == 2 && birth.day() == 29;
  // 29 February of a year without one would be 1 March.
  absl::CivilDay birthday(today.year(), birth.month(), birth.day());
  if (is_leap_day && birthday.month() != 2) birthday = absl::CivilDay(today.year(), 2, 28);
  return today.year() - birth.year() - (today < birthday ? 1 : 0);
}

absl::optional<int64_t> rhythm_days_of(const MemberPicture& picture, const StageNumbers& numbers) {
  const int64_t days = picture.ever.day_count;
  if (days < 1 || !picture.first_purchase_day) return absl::nullopt;
  // As rules/stage.cpp has it: the gaps add up to last - first.
  const int64_t gaps_days = *picture.last_purchase_day - *picture.first_purchase_day;
  const absl::int128 numerator =
      absl::int128(numbers.prior_weight_milli) * numbers.club_gap_days_milli +
      absl::int128(gaps_days) * kMilli * kMilli;
  const absl::int128 denominator =
      (absl::int128(numbers.prior_weight_milli) + absl::int128(days - 1) * kMilli) * kMilli;
  if (denominator == 0) return absl::nullopt;
  return static_cast<int64_t>((numerator + denominator - 1) / denominator);
}

absl::optional<int64_t> rounded_down(absl::string_view decimal) {
  const size_t point = std::min(decimal.find('.'), decimal.size());
  absl::string_view digits = decimal.substr(0, point);
  const absl::string_view rest = decimal.substr(point);
  const bool is_negative = absl::ConsumePrefix(&digits, "-");
  const absl::string_view fraction = rest.substr(rest.empty() ? 0 : 1);
  const auto is_digit = [](unsigned char c) { return absl::ascii_isdigit(c); };
  if (digits.empty() || !absl::c_all_of(digits, is_digit)) return absl::nullopt;
  if (rest.size() == 1 || !absl::c_all_of(fraction, is_digit)) return absl::nullopt;
  int64_t whole = 0;
  if (!absl::SimpleAtoi(digits, &whole)) return absl::nullopt;
  if (!is_negative) return whole;
  return -whole - (absl::c_all_of(fraction, [](char c) { return c == '0'; }) ? 0 : 1);
}

bool is_soon(absl::string_view date, int days, absl::CivilDay today) {
  if (date.size() <= kYearAndDash) return false;
  return is_near(date.substr(kYearAndDash), {.days_before = days, .days_after = 0}, today);
}

void hear(int channel, const ChannelWord& word, ChannelWords& words) {
  std::optional<ChannelWord>& newest = words[static_cast<size_t>(channel)];
  if (!newest || newest->occurred_us <= word.occurred_us) newest = word;
}

void join(const ChannelWords& others, ChannelWords& words) {
  for (size_t channel = 0; channel < others.size(); ++channel) {
    const std::optional<ChannelWord>& other = others[channel];
    std::optional<ChannelWord>& known = words[channel];
    if (!other) continue;
    const bool wins = !known || known->occurred_us < other->occurred_us ||
                      (known->occurred_us == other->occurred_us && !other->granted);
    if (wins) known = other;
  }
}

bool fits_source(const v1::SourceQuestion& asked, const MemberPicture& picture) {
  if (picture.source_kind == 0 && picture.source_name.empty()) return false;
  return (asked.kind() == 0 || asked.kind() == picture.source_kind) &&
         (asked.name().empty() || asked.name() == picture.source_name);
}

bool fits_consent(const v1::ConsentQuestion& asked, const MemberPicture& picture) {
  if (picture.refuses) return false;
  const auto is_granted = [](const std::optional<ChannelWord>& word) {
    return word && word->granted;
  };
  if (asked.channel() != 0) return is_granted(picture.consents[asked.channel()]);
  return absl::c_any_of(picture.consents, is_granted);
}

const std::string* custom_value(absl::string_view field_id, const MemberPicture& picture) {
  for (const auto& [field, value] : picture.custom_values) {
    if (field == field_id) return &value;
  }
  return nullptr;
}

bool is_missing(absl::string_view detail, const MemberPicture& picture) {
  if (detail == "first_name") return picture.first_name.empty();
  if (detail == "last_name") return picture.last_name.empty();
  if (detail == "birth_date") return picture.birth_date.empty();
  if (detail == "anniversary_date") return picture.anniversary_date.empty();
  if (detail == "gender") return picture.gender == 0;
  if (detail == "family_status") return picture.family_status == 0;
  if (detail == "city") return picture.city.empty();
  if (detail == "language_code") return picture.language_code.empty();
  if (detail == "preferred_channel") return picture.preferred_channel == 0;
  if (detail == "phone") return !picture.has_phone;
  if (detail == "email") return !picture.has_email;
  return absl::ConsumePrefix(&detail, kCustomDetail) && custom_value(detail, picture) == nullptr;
}

}  // namespace moadon
