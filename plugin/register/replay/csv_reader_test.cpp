#include "plugin/register/replay/csv_reader.h"

#include "tests/catch.h"

namespace moadon {
namespace {

using Records = std::vector<std::vector<std::string>>;

// Every record of `text`, and the problem that ended reading, with its line.
struct Everything {
  Records records;
  std::string problem;
  size_t line = 0;
};

Everything read_all(std::string_view text) {
  std::deque<std::string> unescaped;
  CsvReader reader(text, unescaped);
  Everything all;
  CsvReader::Next next = reader.next();
  for (; next == CsvReader::Next::kRecord; next = reader.next()) {
    all.records.emplace_back(reader.fields().begin(), reader.fields().end());
  }
  all.problem = reader.problem();
  all.line = reader.line();
  return all;
}

}  // namespace

TEST_CASE("fields end at commas and records at line ends of any kind") {
  const Records expected = {{"a", "b"}, {"", "c"}, {"d"}};
  CHECK(read_all("a,b\n,c\nd\n").records == expected);
  CHECK(read_all("a,b\r\n,c\r\nd").records == expected);
  CHECK(read_all("\xEF\xBB\xBF"
                 "a,b\n,c\nd")
            .records == expected);
  CHECK(read_all("").records.empty());
  CHECK(read_all("a,\n").records == Records{{"a", ""}});
}

TEST_CASE("quoted fields hold commas, quotes and line ends") {
  CHECK(read_all("\"FANCY FONT,\",24\n").records == Records{{"FANCY FONT,", "24"}});
  CHECK(read_all("\"RECORD FRAME 7\"\" SINGLE\"\n").records ==
        Records{{"RECORD FRAME 7\" SINGLE"}});
  CHECK(read_all("\"\"\"\"\"\"").records == Records{{"\"\""}});
  CHECK(read_all("\"\",\"\"").records == Records{{"", ""}});
  CHECK(read_all("\"a\nb\"\nc\n").records == Records{{"a\nb"}, {"c"}});
}

TEST_CASE("broken quotes are told with the line where the record starts") {
  CHECK(read_all("a\nb\"c\n").problem == "a quote in the middle of a field without quotes");
  CHECK(read_all("a\nb\"c\n").line == 2);
  CHECK(read_all("\"a\n\"\n\"b").problem == "a quoted field that never ends");
  CHECK(read_all("\"a\n\"\n\"b").line == 3);
  CHECK(read_all("\"a\"b").problem == "text behind a field's closing quote");
}

}  // namespace moadon
