#include "server/operations/ask_line.h"

#include "absl/strings/str_cat.h"
#include "absl/strings/strip.h"
#include "rules/profile_check.h"
#include "server/operations/detail_fields.h"

namespace moadon {
namespace {

struct Question {
  absl::string_view field;
  absl::string_view hebrew;
  absl::string_view english;
};

constexpr Question kQuestions[] = {
    {"first_name", "אפשר לשאול מה השם הפרטי?", "May I ask your first name?"},
    {"last_name", "אפשר לשאול מה שם המשפחה?", "May I ask your last name?"},
    {"phone", "אפשר לקבל מספר טלפון?", "May I have a phone number?"},
    {"email", "אפשר לקבל כתובת דוא\"ל?", "May I have an email address?"},
    {"birth_date", "אפשר לשאול מה תאריך הלידה?", "May I ask your date of birth?"},
    {"anniversary_date", "אפשר לשאול מה תאריך יום הנישואין?", "May I ask your anniversary?"},
    {"gender", "איך נכון לפנות, בלשון זכר או נקבה?", "How would you like to be addressed?"},
    {"family_status", "אפשר לשאול מה המצב המשפחתי?", "May I ask your family status?"},
    {"city", "אפשר לשאול מה עיר המגורים?", "May I ask which city you live in?"},
    {"language_code", "באיזו שפה נוח לקבל מאיתנו הודעות?", "Which language do you prefer?"},
    {"preferred_channel", "איך נוח לקבל מאיתנו הודעות?", "How do you like to be reached?"},
};

}  // namespace

std::string ask_line(absl::string_view language_code, absl::string_view field,
                     const v1::ClubSettings& settings) {
  const bool is_hebrew = language_code == "he";
  for (const Question& question : kQuestions) {
    if (question.field == field) return std::string(is_hebrew ? question.hebrew : question.english);
  }
  absl::ConsumePrefix(&field, kCustomPrefix);
  const v1::CustomField* const custom = custom_field(settings, field);
  const absl::string_view title = custom == nullptr ? field : absl::string_view(custom->title());
  return absl::StrCat(is_hebrew ? "אפשר לשאול: " : "May I ask: ", title, "?");
}

}  // namespace moadon
