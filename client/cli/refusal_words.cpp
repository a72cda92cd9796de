#include "client/cli/refusal_words.h"

#include <algorithm>
#include <iterator>

namespace moadon::cli {
namespace {

struct Words {
  std::string_view value;
  Text text;
};

// Of what a club has too little.
constexpr Words kHistory[] = {
    {"members", {"members who bought", "חברים שקנו"}},
    {"horizon_days", {"days after the date stood at", "ימים אחרי התאריך שעומדים בו"}},
    {"history_days", {"days of history", "ימי היסטוריה"}},
    {"repeat_purchase_days", {"repeated purchase days", "ימי קנייה חוזרים"}},
    {"members_back", {"members who came back", "חברים שחזרו"}},
    {"members_gone", {"members who did not come back", "חברים שלא חזרו"}},
};

constexpr Words kLimits[] = {
    {"a possible phone number", {"a possible phone number", "מספר טלפון אפשרי"}},
    {"a key", {"a key", "מפתח"}},
    {"an IANA time zone", {"an IANA time zone", "אזור זמן של IANA"}},
    {"a known stage", {"a known stage", "שלב מוכר"}},
    {"a known order", {"a known order", "סדר מוכר"}},
    {"a detail", {"a detail of a member", "פרט של חבר"}},
    {"another member", {"another member", "חבר אחר"}},
    {"0 or more", {"0 or more", "0 ומעלה"}},
    {"more than zero", {"more than zero", "יותר מאפס"}},
    {"1970-01-01 to 9999-12-30", {"1970-01-01 to 9999-12-30", "1970-01-01 עד 9999-12-30"}},
    {"32 hexadecimal digits", {"32 hexadecimal digits", "32 ספרות הקסדצימליות"}},
    {"7 to 3650, or 0", {"7 to 3650, or 0", "7 עד 3650, או 0"}},
    {"at most three decimals", {"at most three decimals", "עד שלוש ספרות אחרי הנקודה"}},
    {"not after until_date", {"not after until_date", "לא אחרי until_date"}},
    {"keep, contact or archive",
     {"keep, contact or archive", "keep (להשאיר), contact (ליצור קשר) או archive (לארכיון)"}},
    {"it and the horizon end today at the latest",
     {"it and the days after it end today at the latest", "הוא והימים שאחריו נגמרים עד היום"}},
    {"in a week that has begun", {"in a week that has begun", "בשבוע שכבר התחיל"}},
    {"a sales file, plain or gzip", {"a sales file, plain or gzip", "קובץ מכירות, רגיל או gzip"}},
    {"a readable file", {"a readable file", "קובץ שאפשר לקרוא"}},
    {"a file with one line", {"a file with one line", "קובץ של שורה אחת"}},
    {"a file that can be written", {"a file that can be written", "קובץ שאפשר לכתוב"}},
    {"a directory of our own", {"a directory of our own", "תיקייה משלנו"}},
};

template <typename List>
std::optional<Text> find(const List& list, std::string_view value) {
  const auto found = std::find_if(std::begin(list), std::end(list),
                                  [value](const Words& words) { return words.value == value; });
  if (found == std::end(list)) return std::nullopt;
  return found->text;
}

}  // namespace

std::optional<Text> words_of_value(v1::Reason reason, std::string_view value) {
  return reason == v1::REASON_HISTORY_SHORT ? find(kHistory, value) : find(kLimits, value);
}

}  // namespace moadon::cli
