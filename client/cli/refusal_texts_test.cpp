#include "client/cli/refusal_texts.h"

#include "tests/catch.h"

namespace moadon::cli {
namespace {

v1::ErrorDetail detail(v1::Reason reason,
                       std::initializer_list<std::pair<std::string, std::string>> values) {
  v1::ErrorDetail detail;
  detail.set_reason(reason);
  for (const auto& [name, value] : values) (*detail.mutable_values())[name] = value;
  return detail;
}

TEST_CASE("every reason has a sentence in both languages") {
  const auto* reasons = v1::Reason_descriptor();
  for (int i = 0; i < reasons->value_count(); ++i) {
    const auto reason = static_cast<v1::Reason>(reasons->value(i)->number());
    if (reason == v1::REASON_UNSPECIFIED) continue;
    INFO(reasons->value(i)->name());
    CHECK(has_refusal_text(reason));
    CHECK(refusal_text(detail(reason, {}), Language::kEnglish) !=
          refusal_text(detail(reason, {}), Language::kHebrew));
  }
}

TEST_CASE("values stand in the sentence") {
  const auto reused =
      detail(v1::REASON_RECEIPT_REUSED, {{"register_id", "R1"}, {"receipt", "S17"}});
  CHECK(refusal_text(reused, Language::kEnglish) ==
        "Register R1 already reported receipt S17 with other content. Nothing changed.");
  CHECK(refusal_text(reused, Language::kHebrew) ==
        "הקופה \u2066R1\u2069 כבר דיווחה על קבלה \u2066S17\u2069 בתוכן אחר. דבר לא השתנה.");
}

TEST_CASE("a value that is words is said in the language of the sentence") {
  const auto history =
      detail(v1::REASON_HISTORY_SHORT, {{"field", "members_back"}, {"limit", "30"}});
  CHECK(refusal_text(history, Language::kEnglish) ==
        "The club has too little history for this: needed are 30 members who came back.");
  CHECK(refusal_text(history, Language::kHebrew) ==
        "למועדון אין די היסטוריה לכך: נדרשים \u206630\u2069 חברים שחזרו.");
  const auto phone = detail(v1::REASON_FIELD_INVALID,
                            {{"field", "key.phone"}, {"limit", "a possible phone number"}});
  CHECK(refusal_text(phone, Language::kHebrew) ==
        "הערך של \u2066key.phone\u2069 אינו חוקי (מותר: מספר טלפון אפשרי).");
}

TEST_CASE("a part whose value is not known is left out") {
  CHECK(refusal_text(detail(v1::REASON_FIELD_INVALID, {{"field", "page_size"}, {"limit", "1000"}}),
                     Language::kEnglish) ==
        "page_size has a value that is not allowed (allowed: 1000).");
  CHECK(refusal_text(detail(v1::REASON_FIELD_INVALID, {{"field", "page_size"}}),
                     Language::kEnglish) == "page_size has a value that is not allowed.");
}

TEST_CASE("a reason of a newer version is told by its number") {
  CHECK(refusal_text(detail(static_cast<v1::Reason>(999), {}), Language::kEnglish) ==
        "Refused for a reason that this version does not know: 999");
}

}  // namespace
}  // namespace moadon::cli
