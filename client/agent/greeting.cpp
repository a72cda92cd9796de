#include "client/agent/greeting.h"

#include "absl/strings/str_cat.h"

namespace moadon::agent {
namespace {

struct Words {
  absl::string_view hebrew;
  absl::string_view english;
};

Words words_for(v1::Stage stage) {
  switch (stage) {
    case v1::STAGE_NEW:
      return {"כיף לראות אותך שוב", "Good to see you again"};
    case v1::STAGE_ACTIVE:
      return {"תודה שחזרת אלינו", "Thank you for coming back"};
    case v1::STAGE_LOYAL:
      return {"תודה על הנאמנות", "Thank you for your loyalty"};
    case v1::STAGE_CHURNING:
      return {"התגעגענו, טוב לראות אותך", "We have missed you, good to see you"};
    default:
      return {"ברוכים הבאים למועדון", "Welcome to the club"};
  }
}

}  // namespace

std::string greeting(v1::Stage stage, absl::string_view display_name,
                     absl::string_view language_code) {
  const Words words = words_for(stage);
  const absl::string_view line = language_code == "he" ? words.hebrew : words.english;
  if (display_name.empty()) return std::string(line);
  return absl::StrCat(line, ", ", display_name);
}

}  // namespace moadon::agent
