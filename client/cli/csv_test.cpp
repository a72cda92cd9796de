#include "client/cli/csv.h"

#include "tests/catch.h"

namespace moadon::cli {
namespace {

std::vector<std::vector<std::string>> records_of(std::string_view text) {
  CsvReader reader;
  std::vector<std::vector<std::string>> records;
  for (const char c : text) {
    if (reader.take(c)) records.push_back(reader.record());
  }
  if (reader.finish()) records.push_back(reader.record());
  return records;
}

using Records = std::vector<std::vector<std::string>>;

TEST_CASE("what a spreadsheet would compute is shown as text") {
  CHECK(csv_field("=1+1") == "'=1+1");
  CHECK(csv_field("=HYPERLINK(\"x\")") == "\"'=HYPERLINK(\"\"x\"\")\"");
  CHECK(csv_field("@SUM(A1)") == "'@SUM(A1)");
  CHECK(csv_field("+972541234567") == "+972541234567");
  CHECK(csv_field("-12.50") == "-12.50");
  CHECK(csv_field("-2+cmd|' /C calc'!A0") == "'-2+cmd|' /C calc'!A0");
  CHECK(csv_field("דנה") == "דנה");
  CHECK(csv_field("").empty());
}

TEST_CASE("a plain field stands as it is") {
  CHECK(csv_field("131") == "131");
  CHECK(csv_field("") == "");
  CHECK(csv_field("חלב 3%") == "חלב 3%");
}

TEST_CASE("commas, quotes and line breaks are quoted") {
  CHECK(csv_field("a,b") == "\"a,b\"");
  CHECK(csv_field("5\" nail") == "\"5\"\" nail\"");
  CHECK(csv_field("a\nb") == "\"a\nb\"");
  CHECK(csv_field("a\rb") == "\"a\rb\"");
}

TEST_CASE("a record keeps its empty fields") {
  CHECK(csv_record({"k", "", "", "x,y"}) == "k,,,\"x,y\"");
}

TEST_CASE("the reader splits lines of either ending") {
  CHECK(records_of("a,b\r\nc,\n") == Records{{"a", "b"}, {"c", ""}});
  CHECK(records_of("a,b\nc,d") == Records{{"a", "b"}, {"c", "d"}});
  CHECK(records_of("").empty());
}

TEST_CASE("the reader undoes quoting, line breaks inside included") {
  CHECK(records_of("R1,\"a,\"\"b\"\"\nc\",2\nR2,x,3\n") ==
        Records{{"R1", "a,\"b\"\nc", "2"}, {"R2", "x", "3"}});
}

TEST_CASE("a quote inside an unquoted field is itself") {
  CHECK(records_of("5\" nail,x\n") == Records{{"5\" nail", "x"}});
}

}  // namespace
}  // namespace moadon::cli
