#include "client/cli/question_words.h"

#include <algorithm>
#include <limits>

#include "absl/numeric/int128.h"
#include "absl/strings/ascii.h"
#include "absl/strings/match.h"
#include "absl/strings/str_cat.h"
#include "moadon/v1/facts.pb.h"
#include "moadon/v1/profile.pb.h"

namespace moadon::cli {
namespace {

constexpr ValueWord kStageWords[] = {{"potential", v1::STAGE_POTENTIAL},
                                     {"interested", v1::STAGE_INTERESTED},
                                     {"new", v1::STAGE_NEW},
                                     {"active", v1::STAGE_ACTIVE},
                                     {"loyal", v1::STAGE_LOYAL},
                                     {"churning", v1::STAGE_CHURNING}};
constexpr ValueWord kGenderWords[] = {{"female", v1::GENDER_FEMALE},
                                      {"male", v1::GENDER_MALE},
                                      {"other", v1::GENDER_OTHER},
                                      {"unknown", v1::GENDER_UNSPECIFIED}};
constexpr ValueWord kFamilyWords[] = {{"single", v1::FAMILY_STATUS_SINGLE},
                                      {"couple", v1::FAMILY_STATUS_COUPLE},
                                      {"divorced", v1::FAMILY_STATUS_DIVORCED},
                                      {"widowed", v1::FAMILY_STATUS_WIDOWED},
                                      {"unknown", v1::FAMILY_STATUS_UNSPECIFIED}};
constexpr ValueWord kChannelWords[] = {{"any", v1::CONTACT_CHANNEL_UNSPECIFIED},
                                       {"sms", v1::CONTACT_CHANNEL_SMS},
                                       {"email", v1::CONTACT_CHANNEL_EMAIL},
                                       {"phone", v1::CONTACT_CHANNEL_PHONE},
                                       {"post", v1::CONTACT_CHANNEL_POST}};
constexpr ValueWord kSourceWords[] = {
    {"register", v1::SOURCE_KIND_REGISTER}, {"landing-page", v1::SOURCE_KIND_LANDING_PAGE},
    {"campaign", v1::SOURCE_KIND_CAMPAIGN}, {"event", v1::SOURCE_KIND_EVENT},
    {"referral", v1::SOURCE_KIND_REFERRAL}, {"list", v1::SOURCE_KIND_LIST}};

constexpr std::string_view kReserved[] = {
    "all",  "and",    "any", "at",    "between", "brand", "branch", "category", "day",
    "days", "except", "in",  "named", "not",     "or",    "prefix", "sku",      "units"};

absl::string_view shown(std::string_view text) { return {text.data(), text.size()}; }

}  // namespace

absl::Span<const ValueWord> stage_words() { return kStageWords; }
absl::Span<const ValueWord> gender_words() { return kGenderWords; }
absl::Span<const ValueWord> family_words() { return kFamilyWords; }
absl::Span<const ValueWord> channel_words() { return kChannelWords; }
absl::Span<const ValueWord> source_words() { return kSourceWords; }

std::optional<int> value_of(absl::Span<const ValueWord> words, std::string_view word) {
  for (const ValueWord& known : words) {
    if (same_word(known.word, word)) return known.value;
  }
  return std::nullopt;
}

std::string_view word_of(absl::Span<const ValueWord> words, int value) {
  for (const ValueWord& known : words) {
    if (known.value == value) return known.word;
  }
  return {};
}

std::string list_of(absl::Span<const ValueWord> words) {
  std::string list;
  for (const ValueWord& word : words) {
    absl::StrAppend(&list, list.empty() ? "" : " | ", shown(word.word));
  }
  return list;
}

bool same_word(std::string_view word, std::string_view other) {
  return absl::EqualsIgnoreCase(shown(word), shown(other));
}

bool is_reserved(std::string_view word) {
  return std::any_of(std::begin(kReserved), std::end(kReserved),
                     [&](std::string_view reserved) { return same_word(word, reserved); });
}

std::optional<std::int64_t> scaled_number(std::string_view text, int digits) {
  const bool is_negative = !text.empty() && text.front() == '-';
  if (is_negative) text.remove_prefix(1);
  const std::size_t point = text.find('.');
  const std::string_view whole = text.substr(0, point);
  const std::string_view fraction =
      point == std::string_view::npos ? std::string_view() : text.substr(point + 1);
  const bool has_empty_part =
      whole.empty() || (fraction.empty() && point != std::string_view::npos);
  if (has_empty_part || fraction.size() > static_cast<std::size_t>(digits)) return std::nullopt;
  std::string all = absl::StrCat(shown(whole), shown(fraction));
  all.append(static_cast<std::size_t>(digits) - fraction.size(), '0');
  absl::int128 number = 0;
  for (const char c : all) {
    if (!absl::ascii_isdigit(static_cast<unsigned char>(c))) return std::nullopt;
    number = number * 10 + (c - '0');
    if (number > std::numeric_limits<std::int64_t>::max()) return std::nullopt;
  }
  return static_cast<std::int64_t>(is_negative ? -number : number);
}

std::string number_text(std::int64_t scaled, int digits, Zeros zeros) {
  std::string text = absl::StrCat(scaled);
  const bool is_negative = text.front() == '-';
  if (is_negative) text.erase(0, 1);
  const auto places = static_cast<std::size_t>(digits);
  if (text.size() <= places) text.insert(0, places + 1 - text.size(), '0');
  if (places > 0) text.insert(text.size() - places, ".");
  if (zeros == Zeros::kDropped && places > 0) {
    text.erase(text.find_last_not_of('0') + 1);
    if (text.back() == '.') text.pop_back();
  }
  return is_negative ? "-" + text : text;
}

}  // namespace moadon::cli
