#include "client/cli/stage_names.h"

#include "absl/strings/ascii.h"

namespace moadon::cli {
namespace {

Text label_of(v1::Stage stage) {
  switch (stage) {
    case v1::STAGE_POTENTIAL:
      return {"potential", "פוטנציאלי"};
    case v1::STAGE_INTERESTED:
      return {"interested", "מתעניין"};
    case v1::STAGE_NEW:
      return {"new", "חדש"};
    case v1::STAGE_ACTIVE:
      return {"active", "פעיל"};
    case v1::STAGE_LOYAL:
      return {"loyal", "נאמן"};
    case v1::STAGE_CHURNING:
      return {"churning", "נוטש"};
    default:
      return {"-", "-"};
  }
}

Text label_of(v1::StageReason reason) {
  switch (reason) {
    case v1::STAGE_REASON_MET:
      return {"first met", "היכרות ראשונה"};
    case v1::STAGE_REASON_INTEREST:
      return {"showed interest", "הביע עניין"};
    case v1::STAGE_REASON_INTEREST_FADED:
      return {"the interest grew old", "העניין התיישן"};
    case v1::STAGE_REASON_PURCHASE:
      return {"a purchase", "קנייה"};
    case v1::STAGE_REASON_SILENCE:
      return {"silent beyond their rhythm", "שתיקה מעבר לקצב הרגיל"};
    case v1::STAGE_REASON_WINDOW:
      return {"purchases left the loyal window", "קניות יצאו מחלון הנאמנות"};
    case v1::STAGE_REASON_RETURN:
      return {"goods came back", "סחורה הוחזרה"};
    case v1::STAGE_REASON_PROGRAM:
      return {"another program version", "גרסה אחרת של התוכנית"};
    case v1::STAGE_REASON_MERGE:
      return {"two members became one, or two again", "שני חברים אוחדו, או הופרדו"};
    default:
      return {"-", "-"};
  }
}

}  // namespace

std::string stage_code(v1::Stage stage) {
  for (const v1::Stage known : kStages) {
    if (known == stage) return std::string(label_of(stage).english);
  }
  return "";
}

std::optional<v1::Stage> stage_of(std::string_view code) {
  const std::string lower = absl::AsciiStrToLower(absl::string_view(code.data(), code.size()));
  for (const v1::Stage stage : kStages) {
    if (stage_code(stage) == lower) return stage;
  }
  return std::nullopt;
}

std::string stage_label(v1::Stage stage, Language language) {
  return std::string(label_of(stage).in(language));
}

std::string stage_reason_label(v1::StageReason reason, Language language) {
  return std::string(label_of(reason).in(language));
}

}  // namespace moadon::cli
