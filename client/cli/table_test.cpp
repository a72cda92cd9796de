#include "client/cli/table.h"

#include <sstream>

#include "client/cli/display_width.h"
#include "client/cli/language.h"
#include "tests/catch.h"

namespace moadon::cli {
namespace {

std::string printed(const Table& table) {
  std::ostringstream out;
  table.print(out);
  return out.str();
}

TEST_CASE("width counts what a terminal shows") {
  CHECK(display_width("") == 0);
  CHECK(display_width("abc") == 3);
  CHECK(display_width("שלום") == 4);
  CHECK(display_width("שָׁלוֹם") == 4);  // points take no room
  CHECK(display_width(left_to_right("050-1234567", Language::kHebrew)) == 11);
  CHECK(display_width("牛乳") == 4);
  CHECK(display_width("\xff\xe2\x82") == 3);  // not UTF-8: a column a byte
}

TEST_CASE("columns align by width, numbers to the right") {
  Table table({{"stage"}, {"members", Align::kRight}});
  table.add({"חדש", "7"});
  table.add({"churning", "1,204"});
  CHECK(printed(table) ==
        "stage     members\n"
        "חדש             7\n"
        "churning    1,204\n");
}

TEST_CASE("a table without headings prints none") {
  Table table({{""}, {""}});
  table.add({"a", "1"});
  CHECK(printed(table) == "a  1\n");
}

TEST_CASE("only Hebrew text gets direction marks") {
  CHECK(left_to_right("12", Language::kEnglish) == "12");
  CHECK(left_to_right("12", Language::kHebrew) == "\u206612\u2069");
  CHECK(left_to_right("", Language::kHebrew).empty());
}

TEST_CASE("the language comes from a locale") {
  CHECK(language_of("he_IL.UTF-8") == Language::kHebrew);
  CHECK(language_of("he") == Language::kHebrew);
  CHECK(language_of("iw_IL") == Language::kHebrew);
  CHECK(language_of("help") == Language::kEnglish);
  CHECK(language_of("C.UTF-8") == Language::kEnglish);
  CHECK(language_of("") == Language::kEnglish);
}

}  // namespace
}  // namespace moadon::cli
