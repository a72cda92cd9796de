#include "plugin/register/text_columns.h"

#include "tests/catch.h"

namespace moadon {

TEST_CASE("Hebrew letters take one column and vowel points none") {
  CHECK(text_columns("שלום") == 4);
  CHECK(text_columns("שָׁלוֹם") == 4);
  CHECK(text_columns("₪12.50") == 6);
  CHECK(text_columns("牛乳") == 4);
  CHECK(text_columns("") == 0);
}

TEST_CASE("text is cut between characters") {
  CHECK(fit_columns("שלום", 2) == "של");
  CHECK(fit_columns("milk", 9) == "milk");
  CHECK(fit_columns("牛乳", 3) == "牛");
  CHECK(pad_before("חלב", 5) == "  חלב");
  CHECK(pad_after("חלב", 5) == "חלב  ");
}

TEST_CASE("visual order turns Hebrew around and leaves numbers as they are") {
  CHECK(visual_order("חלב 12.50") == "12.50 בלח");
  CHECK(visual_order("טלפון 054-123-4567") == "054-123-4567 ןופלט");
  CHECK(visual_order("סה\"כ") == "כ\"הס");
}

TEST_CASE("a number behind a Latin name stays apart from it in a Hebrew line") {
  CHECK(closed_right_to_left("חלב") == "חלב");
  CHECK(closed_right_to_left("7290") == "7290");
  CHECK(text_columns(closed_right_to_left("Cola 1.5L")) == 9);
  CHECK(visual_order(closed_right_to_left("Cola 1.5L") + "  7.90") == "7.90  Cola 1.5L");
  CHECK(visual_order("קבלה: 261121-200554-482913") == "261121-200554-482913 :הלבק");
}

TEST_CASE("control and bidirectional formatting characters are unwelcome") {
  CHECK(is_clean_text("חלב 3% ½ £"));
  CHECK_FALSE(is_clean_text("a\tb"));
  CHECK_FALSE(
      is_clean_text("a\xE2\x80\xAE"
                    "b"));
  CHECK_FALSE(is_clean_text("a\xFF"));
  CHECK(clean_text("a\tb\xE2\x80\x8F"
                   "c\r") == "a bc");
}

}  // namespace moadon
