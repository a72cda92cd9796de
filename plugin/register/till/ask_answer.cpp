#include "plugin/register/till/ask_answer.h"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <cctype>
#include <cstdint>

#include "plugin/register/decimal.h"

namespace moadon {
namespace {

constexpr std::string_view kCustomPrefix = "custom.";

// A word for a value of an enum of EnrollMemberRequest.
struct Choice {
  std::string_view field;
  std::string_view text;  // in lower case
  std::string_view value;
};

constexpr Choice kChoices[] = {
    {"gender", "woman", "GENDER_FEMALE"},
    {"gender", "female", "GENDER_FEMALE"},
    {"gender", "אישה", "GENDER_FEMALE"},
    {"gender", "נקבה", "GENDER_FEMALE"},
    {"gender", "man", "GENDER_MALE"},
    {"gender", "male", "GENDER_MALE"},
    {"gender", "גבר", "GENDER_MALE"},
    {"gender", "זכר", "GENDER_MALE"},
    {"gender", "other", "GENDER_OTHER"},
    {"gender", "אחר", "GENDER_OTHER"},
    {"family_status", "single", "FAMILY_STATUS_SINGLE"},
    {"family_status", "רווק", "FAMILY_STATUS_SINGLE"},
    {"family_status", "רווקה", "FAMILY_STATUS_SINGLE"},
    {"family_status", "couple", "FAMILY_STATUS_COUPLE"},
    {"family_status", "married", "FAMILY_STATUS_COUPLE"},
    {"family_status", "נשוי", "FAMILY_STATUS_COUPLE"},
    {"family_status", "נשואה", "FAMILY_STATUS_COUPLE"},
    {"family_status", "divorced", "FAMILY_STATUS_DIVORCED"},
    {"family_status", "גרוש", "FAMILY_STATUS_DIVORCED"},
    {"family_status", "גרושה", "FAMILY_STATUS_DIVORCED"},
    {"family_status", "widowed", "FAMILY_STATUS_WIDOWED"},
    {"family_status", "אלמן", "FAMILY_STATUS_WIDOWED"},
    {"family_status", "אלמנה", "FAMILY_STATUS_WIDOWED"},
    {"preferred_channel", "sms", "CONTACT_CHANNEL_SMS"},
    {"preferred_channel", "מסרון", "CONTACT_CHANNEL_SMS"},
    {"preferred_channel", "email", "CONTACT_CHANNEL_EMAIL"},
    {"preferred_channel", "דוא\"ל", "CONTACT_CHANNEL_EMAIL"},
    {"preferred_channel", "phone", "CONTACT_CHANNEL_PHONE"},
    {"preferred_channel", "טלפון", "CONTACT_CHANNEL_PHONE"},
    {"preferred_channel", "post", "CONTACT_CHANNEL_POST"},
    {"preferred_channel", "דואר", "CONTACT_CHANNEL_POST"},
};

std::string lower_case(std::string_view text) {
  std::string lower(text);
  for (char& letter : lower) {
    letter = static_cast<char>(std::tolower(static_cast<unsigned char>(letter)));
  }
  return lower;
}

bool is_choice(const std::string& field) {
  return std::any_of(std::begin(kChoices), std::end(kChoices),
                     [&](const Choice& each) { return each.field == field; });
}

std::optional<std::string> choice_of(const std::string& field, std::string_view text) {
  const std::string lower = lower_case(text);
  for (const Choice& each : kChoices) {
    if (each.field == field && each.text == lower) return std::string(each.value);
  }
  return std::nullopt;
}

// "31.12.1990" or "31/12/1990" as 1990-12-31; what is written otherwise goes as it is.
std::optional<std::string> date_of(std::string_view text) {
  const size_t first = text.find_first_of("./");
  if (first == std::string_view::npos) return std::string(text);
  const size_t second = text.find_first_of("./", first + 1);
  if (second == std::string_view::npos) return std::nullopt;
  const std::array<std::optional<int64_t>, 3> parts = {
      parse_decimal(text.substr(0, first), 0),
      parse_decimal(text.substr(first + 1, second - first - 1), 0),
      parse_decimal(text.substr(second + 1), 0)};
  const bool is_date = parts[0] && parts[1] && parts[2] && *parts[2] >= 1000 && *parts[2] <= 9999;
  if (!is_date) return std::nullopt;
  return fmt::format("{:04}-{:02}-{:02}", *parts[2], *parts[1], *parts[0]);
}

}  // namespace

std::optional<Json> member_with_answer(const std::string& field, std::string_view text) {
  if (text.empty()) return std::nullopt;
  Json member = Json::object();
  if (field == "phone" || field == "email") {
    member["keys"] = Json::array({Json{{field, text}}});
  } else if (field.rfind(kCustomPrefix, 0) == 0) {
    member["custom_values"] =
        Json::array({Json{{"field_id", field.substr(kCustomPrefix.size())}, {"value", text}}});
  } else if (is_choice(field)) {
    const auto value = choice_of(field, text);
    if (!value) return std::nullopt;
    member[field] = *value;
  } else if (field == "birth_date" || field == "anniversary_date") {
    const auto date = date_of(text);
    if (!date) return std::nullopt;
    member[field] = *date;
  } else {
    member[field] = text;
  }
  return member;
}

}  // namespace moadon
