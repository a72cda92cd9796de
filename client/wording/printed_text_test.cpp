#include "client/wording/printed_text.h"

#include "tests/catch.h"

namespace moadon::wording {

TEST_CASE("marks take no column and wide characters take two") {
  CHECK(columns_of("חלב 3%") == 6);
  CHECK(columns_of("שָׁלוֹם") == 4);
  CHECK(columns_of("a\u200Fb\u200E") == 2);
  CHECK(columns_of("面") == 2);
  CHECK(columns_of("\xFFx") == 2);
}

TEST_CASE("lines break at blanks, and in words only where they must") {
  using Lines = std::vector<std::string>;
  CHECK(wrapped("one two three", 7) == Lines{"one two", "three"});
  CHECK(wrapped("one two", 7) == Lines{"one two"});
  CHECK(wrapped("one two", 6) == Lines{"one", "two"});
  CHECK(wrapped("abcdefgh ij", 3) == Lines{"abc", "def", "gh", "ij"});
  CHECK(wrapped("a bcdef", 4) == Lines{"a", "bcde", "f"});
  CHECK(wrapped("", 4) == Lines{""});
  CHECK(wrapped("  a   b  ", 4) == Lines{"a b"});
  CHECK(wrapped("שָׁלוֹם", 2) == Lines{"שָׁל", "וֹם"});
  CHECK(wrapped("面面面", 3) == Lines{"面", "面", "面"});
}

TEST_CASE("a text of the other direction is kept apart from its line") {
  CHECK(kept_apart("Cola 1.5L", Direction::kRightToLeft) == "\u200FCola 1.5L\u200F");
  CHECK(kept_apart("קולה 1.5L", Direction::kRightToLeft) == "קולה 1.5L\u200F");
  CHECK(kept_apart("Cola קטן", Direction::kRightToLeft) == "\u200FCola קטן");
  CHECK(kept_apart("3 × 5.90", Direction::kRightToLeft) == "3 × 5.90");
  CHECK(kept_apart("Cola 1.5L", Direction::kLeftToRight) == "Cola 1.5L");
  CHECK(kept_apart("חלב 3%", Direction::kLeftToRight) == "\u200Eחלב 3%\u200E");
}

TEST_CASE("in visual order Hebrew is turned, numbers and Latin are not, brackets are mirrored") {
  const auto right = [](const char* line) {
    return in_visual_order(line, Direction::kRightToLeft);
  };
  CHECK(right("שלום") == "םולש");
  CHECK(right("חלב 3% (תנובה)") == "(הבונת) 3% בלח");
  CHECK(right("עוד ₪12.00 בקנייה") == "היינקב ₪12.00 דוע");
  CHECK(right("\u200FCola 1.5L\u200F   7.90") == "7.90   Cola 1.5L");
  CHECK(right("הנחה  \u200E-₪0.40") == "-₪0.40  החנה");
  CHECK(right("בתוקף עד 5.11.2026") == "5.11.2026 דע ףקותב");
  CHECK(right("שָׁל") == "לשָׁ");
  CHECK(in_visual_order("\u200Eחלב 3%\u200E 5.90", Direction::kLeftToRight) == "3% בלח 5.90");
  CHECK(in_visual_order("Total 5.90", Direction::kLeftToRight) == "Total 5.90");
}

}  // namespace moadon::wording
