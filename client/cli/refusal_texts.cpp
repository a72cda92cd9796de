#include "client/cli/refusal_texts.h"

#include <algorithm>
#include <array>

#include "client/cli/refusal_words.h"

namespace moadon::cli {
namespace {

struct ReasonText {
  v1::Reason reason;
  Text text;
};

// In the order of error.proto. Values stand as {name}; a [part] goes when a value in it is not
// known.
constexpr std::array kTexts = {
    ReasonText{v1::REASON_TOKEN_UNKNOWN,
               {"The token is missing or nobody knows it.", "האסימון חסר או אינו מוכר."}},
    ReasonText{v1::REASON_TOKEN_REVOKED,
               {"The register was revoked. Issue a new token to let it back in.",
                "הקופה בוטלה. כדי להחזיר אותה יש להנפיק לה אסימון חדש."}},
    ReasonText{v1::REASON_NOT_ALLOWED,
               {"This token is not allowed to do that.", "האסימון הזה אינו מורשה לפעולה."}},
    ReasonText{v1::REASON_ORIGIN_NOT_ALLOWED,
               {"Requests from that page or address are not served.",
                "אין מענה לבקשות מן הדף או מן הכתובת הזאת."}},

    ReasonText{v1::REASON_MALFORMED, {"The request cannot be read.", "אי אפשר לקרוא את הבקשה."}},
    ReasonText{v1::REASON_FIELD_MISSING, {"{field} is missing.", "חסר {field}."}},
    ReasonText{v1::REASON_FIELD_INVALID,
               {"{field} has a value that is not allowed[ (allowed: {limit})].",
                "הערך של {field} אינו חוקי[ (מותר: {limit})]."}},
    ReasonText{v1::REASON_TEXT_INVALID,
               {"{field} is not clean text: it is not UTF-8, or has control characters.",
                "{field} אינו טקסט תקין: אינו UTF-8, או שיש בו תווי בקרה."}},
    ReasonText{v1::REASON_AMOUNT_OUT_OF_RANGE,
               {"{field} is negative or too large[ (limit: {limit})].",
                "{field} שלילי או גדול מדי[ (הגבול: {limit})]."}},
    ReasonText{v1::REASON_TIME_OUT_OF_RANGE,
               {"{field} is outside 1970-01-01 to 9999-12-30.",
                "{field} מחוץ לטווח 1970-01-01 עד 9999-12-30."}},
    ReasonText{v1::REASON_TOO_LARGE,
               {"{field} is larger than allowed[ (limit: {limit})].",
                "{field} גדול מן המותר[ (הגבול: {limit})]."}},
    ReasonText{v1::REASON_PAGE_TOKEN_INVALID,
               {"The list cannot be continued there; start it again.",
                "אי אפשר להמשיך את הרשימה מכאן; יש להתחיל אותה מחדש."}},
    ReasonText{v1::REASON_METHOD_UNKNOWN,
               {"The server does not know this call; it may be older than this program.",
                "השרת אינו מכיר את הפעולה; ייתכן שהוא ישן מן התוכנה הזאת."}},

    ReasonText{v1::REASON_RECEIPT_REUSED,
               {"Register {register_id} already reported receipt {receipt} with other content. "
                "Nothing changed.",
                "הקופה {register_id} כבר דיווחה על קבלה {receipt} בתוכן אחר. דבר לא השתנה."}},
    ReasonText{v1::REASON_RECEIPT_UNKNOWN,
               {"There is no receipt {receipt} of register {register_id}.",
                "אין קבלה {receipt} של הקופה {register_id}."}},
    ReasonText{v1::REASON_MEMBER_UNKNOWN,
               {"No member has this key or id.", "אין חבר מועדון עם המפתח או המזהה הזה."}},
    ReasonText{v1::REASON_KEY_TAKEN,
               {"{field} belongs to another member.", "{field} שייך לחבר מועדון אחר."}},
    ReasonText{v1::REASON_KEY_AMBIGUOUS,
               {"Several members end in these digits; give the whole number.",
                "כמה חברי מועדון מסתיימים בספרות האלה; יש לתת את המספר המלא."}},
    ReasonText{v1::REASON_RETURN_EXCEEDS_SOLD,
               {"More of {sku} would come back than was sold and kept.",
                "מוחזר יותר מן הפריט {sku} ממה שנמכר ונשאר אצל הלקוח."}},
    ReasonText{v1::REASON_LINE_UNKNOWN,
               {"The receipt has no such line: {field}.", "אין בקבלה שורה כזאת: {field}."}},
    ReasonText{v1::REASON_HOLD_UNKNOWN,
               {"There is no hold {hold_id}; it ended or never was.",
                "אין שריון {hold_id}; הוא הסתיים או שמעולם לא היה."}},
    ReasonText{v1::REASON_POINTS_SHORT,
               {"There are not that many points left[ (thousandths available: {available_milli})].",
                "אין די נקודות ביתרה[ (אלפיות זמינות: {available_milli})]."}},
    ReasonText{v1::REASON_RIGHT_NOT_LEFT,
               {"The right {grant_id} is used up, set aside, or not valid that day.",
                "הזכות {grant_id} נוצלה, שוריינה, או שאינה בתוקף באותו יום."}},
    ReasonText{v1::REASON_REQUEST_REUSED,
               {"The request id {request_id} was used for something else. Nothing changed.",
                "מזהה הבקשה {request_id} שימש לדבר אחר. דבר לא השתנה."}},
    ReasonText{
        v1::REASON_RIGHT_UNKNOWN,
        {"The program in force has no right {right_id}.", "בתוכנית שבתוקף אין זכות {right_id}."}},
    ReasonText{
        v1::REASON_TIER_UNKNOWN,
        {"The program in force has no tier {tier_id}.", "בתוכנית שבתוקף אין דרגה {tier_id}."}},
    ReasonText{v1::REASON_MEMBER_MERGED,
               {"This member is part of member {member_id} since a merge; use that one.",
                "חבר המועדון הזה אוחד עם {member_id}; יש להשתמש בו."}},
    ReasonText{v1::REASON_MEMBER_HELD,
               {"A register has set aside points or rights of member {member_id}; try again when "
                "that sale is done.",
                "קופה שיריינה נקודות או זכויות של {member_id}; יש לנסות שוב כשהמכירה תסתיים."}},
    ReasonText{v1::REASON_MERGE_UNKNOWN,
               {"No merge of member {member_id} is in force.", "אין איחוד בתוקף של {member_id}."}},
    ReasonText{v1::REASON_MEMBER_ERASED,
               {"The details of member {member_id} were erased; nothing new is kept of them.",
                "הפרטים של {member_id} נמחקו; דבר חדש אינו נשמר עליו."}},
    ReasonText{v1::REASON_SALE_NOT_HERE,
               {"Receipt {receipt} of register {register_id} is not here, and the server is out of "
                "reach.",
                "הקבלה {receipt} של הקופה {register_id} אינה כאן, והשרת אינו זמין."}},

    ReasonText{v1::REASON_BRANCH_UNKNOWN,
               {"There is no branch {branch_id}.", "אין סניף {branch_id}."}},
    ReasonText{v1::REASON_REGISTER_UNKNOWN,
               {"There is no register {register_id}.", "אין קופה {register_id}."}},
    ReasonText{
        v1::REASON_ID_TAKEN,
        {"The id {branch_id}{register_id} is taken.", "המזהה {branch_id}{register_id} תפוס."}},
    ReasonText{v1::REASON_BRANCH_IN_USE,
               {"Branch {branch_id} still has registers; revoke them first.",
                "לסניף {branch_id} יש עדיין קופות; יש לבטל אותן קודם."}},

    ReasonText{v1::REASON_PROGRAM_MISSING,
               {"No program has been published yet (see `moadon program template`).",
                "עוד לא פורסמה תוכנית מועדון (ראו `moadon program template`)."}},
    ReasonText{v1::REASON_PROGRAM_UNKNOWN,
               {"There is no program version {version}.", "אין גרסה {version} של התוכנית."}},
    ReasonText{v1::REASON_PROGRAM_FIELD_FIXED,
               {"{field} was fixed for ever by the first version of the program.",
                "{field} נקבע לתמיד בגרסה הראשונה של התוכנית."}},
    ReasonText{
        v1::REASON_PROGRAM_START_PAST,
        {"A version starts now or later, and not before an earlier one[ (start: {start_time})].",
         "גרסה מתחילה עכשיו או אחר כך, ולא לפני קודמתה[ (ההתחלה: {start_time})]."}},
    ReasonText{v1::REASON_PROGRAM_NOT_UNDERSTOOD,
               {"The program has parts that this version does not know; upgrade first.",
                "יש בתוכנית חלקים שהגרסה הזאת אינה מכירה; יש לשדרג קודם."}},
    ReasonText{v1::REASON_PROGRAM_CONTRADICTS,
               {"{field} does not go together with another part of the program, or names what is "
                "not there.",
                "{field} סותר חלק אחר של התוכנית, או נוקב במה שאין בה."}},
    ReasonText{v1::REASON_PROGRAM_NOTICE_SHORT,
               {"{field} takes something away sooner than the notice allows[ (start: "
                "{start_time})]; start later, or give a reason in notice_waiver.",
                "{field} נוטל דבר מה לפני תום תקופת ההודעה[ (ההתחלה: {start_time})]; יש להתחיל "
                "מאוחר יותר, או לנמק ב-notice_waiver."}},

    ReasonText{v1::REASON_SETTINGS_CHANGED,
               {"The settings were changed meanwhile (revision {revision}); read them again.",
                "ההגדרות שונו בינתיים (מהדורה {revision}); יש לקרוא אותן שוב."}},
    ReasonText{v1::REASON_GROUP_UNKNOWN,
               {"There is no group {group_id}.", "אין קבוצה {group_id}."}},
    ReasonText{v1::REASON_HISTORY_SHORT,
               {"The club has too little history for this: needed are {limit} {field}.",
                "למועדון אין די היסטוריה לכך: נדרשים {limit} {field}."}},

    ReasonText{v1::REASON_SERVER_UNREACHABLE,
               {"The server cannot be reached.", "אין קשר עם השרת."}},
    ReasonText{v1::REASON_AGENT_UNREACHABLE,
               {"The agent on this machine cannot be reached.", "אין קשר עם הסוכן שבמחשב הזה."}},
    ReasonText{v1::REASON_OUTCOME_UNKNOWN,
               {"The server's disk failed: whether it was done is unknown. Repeat it after the "
                "server was looked after.",
                "הדיסק של השרת נכשל: לא ידוע אם הפעולה בוצעה. יש לחזור עליה אחרי טיפול בשרת."}},
    ReasonText{v1::REASON_STOPPING,
               {"The server is stopping; try again later.", "השרת נעצר; יש לנסות שוב אחר כך."}},
    ReasonText{v1::REASON_DEADLINE_EXCEEDED,
               {"The server did not answer in time.", "השרת לא ענה בזמן."}},
    ReasonText{v1::REASON_BUSY,
               {"The server is too busy; try again later.", "השרת עמוס מדי; יש לנסות שוב אחר כך."}},
    ReasonText{v1::REASON_INTERNAL,
               {"A fault of ours. The server's log has it[ (request {request_id})].",
                "תקלה שלנו. היא רשומה ביומן השרת[ (בקשה {request_id})]."}},
    ReasonText{v1::REASON_VERSION_MISMATCH,
               {"The two programs are of versions that do not fit[: {theirs} and {ours}].",
                "גרסאות שתי התוכנות אינן מתאימות[: {theirs} ו-{ours}]."}},
    ReasonText{
        v1::REASON_JOURNAL_FORKED,
        {"Register {register_id} delivers from a copied or restored disk. On the machine that "
         "is to go on: stop the agent, `moadon-agent rejoin {register_id}`, start it.",
         "הקופה {register_id} שולחת מדיסק שהועתק או שוחזר. במכונה שתמשיך לעבוד: לעצור את "
         "הסוכן, להריץ `moadon-agent rejoin {register_id}` ולהפעיל אותו."}},
    ReasonText{
        v1::REASON_JOURNAL_ALTERED,
        {"Entry {sequence} of register {register_id} was changed on its disk; it is set aside "
         "and not delivered.",
         "רשומה {sequence} של הקופה {register_id} שונתה בדיסק שלה; היא הונחה בצד ואינה "
         "נשלחת."}},
    ReasonText{
        v1::REASON_JOURNAL_FULL,
        {"The register's disk is full, or its journal has reached its size[ ({limit} bytes)]; "
         "nothing was stored.",
         "הדיסק של הקופה מלא, או שהיומן שלה הגיע לגודל המותר[ ({limit} בתים)]; דבר לא נשמר."}},
};

const ReasonText* find_text(v1::Reason reason) {
  const auto found = std::find_if(kTexts.begin(), kTexts.end(), [reason](const ReasonText& entry) {
    return entry.reason == reason;
  });
  return found == kTexts.end() ? nullptr : &*found;
}

// Replaces each {name}. A part in [brackets] is left out when the detail lacks a value in it;
// elsewhere a missing value becomes nothing.
class Filler final {
 public:
  Filler(const v1::ErrorDetail& detail, Language language) : detail_(detail), language_(language) {}

  std::string fill(std::string_view text) {
    std::string out;
    while (!text.empty()) {
      const std::size_t open = text.find_first_of("{[");
      out.append(text.substr(0, open));
      if (open == std::string_view::npos) break;
      const std::size_t close = text.find(text[open] == '{' ? '}' : ']', open);
      const std::string_view inside = text.substr(open + 1, close - open - 1);
      out += text[open] == '{' ? value(inside) : optional_part(inside);
      text.remove_prefix(close + 1);
    }
    return out;
  }

 private:
  std::string value(std::string_view name) {
    const auto found = detail_.values().find(std::string(name));
    if (found == detail_.values().end()) {
      lacks_value_ = true;
      return "";
    }
    if (const auto words = words_of_value(detail_.reason(), found->second); words) {
      return std::string(words->in(language_));
    }
    return left_to_right(found->second, language_);
  }

  std::string optional_part(std::string_view text) {
    lacks_value_ = false;
    const std::string filled = fill(text);
    return lacks_value_ ? "" : filled;
  }

  const v1::ErrorDetail& detail_;
  const Language language_;
  bool lacks_value_ = false;
};

}  // namespace

std::string refusal_text(const v1::ErrorDetail& detail, Language language) {
  if (const ReasonText* entry = find_text(detail.reason()); entry != nullptr) {
    return Filler(detail, language).fill(entry->text.in(language));
  }
  constexpr Text kNewer = {"Refused for a reason that this version does not know: ",
                           "הפעולה סורבה מסיבה שהגרסה הזאת אינה מכירה: "};
  return std::string(kNewer.in(language)) + std::to_string(static_cast<int>(detail.reason()));
}

bool has_refusal_text(v1::Reason reason) { return find_text(reason) != nullptr; }

}  // namespace moadon::cli
