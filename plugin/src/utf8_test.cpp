#include "plugin/src/utf8.h"

#include <string>
#include <string_view>

#include "tests/catch.h"

namespace moadon::pos {

TEST_CASE("well-formed UTF-8 is accepted at every position of a word") {
  using namespace std::string_view_literals;
  const auto text =
      GENERATE(""sv, "a"sv, "שלום"sv, "\xC2\x80"sv, "\xE0\xA0\x80"sv, "\xED\x9F\xBF"sv,
               "\xEF\xBF\xBF"sv, "\xF0\x90\x80\x80"sv, "\xF4\x8F\xBF\xBF"sv);
  for (std::size_t before = 0; before < 20; ++before) {
    std::string padded(before, 'x');
    padded.append(text).append("yz");
    CHECK(is_utf8(padded));
  }
}

TEST_CASE("broken UTF-8 is refused at every position of a word") {
  using namespace std::string_view_literals;
  const auto text =
      GENERATE("\0"sv, "\x80"sv, "\xBF"sv, "\xC0\x80"sv, "\xC1\xBF"sv, "\xC2"sv, "\xE0\x9F\xBF"sv,
               "\xED\xA0\x80"sv, "\xE2\x82"sv, "\xF0\x8F\xBF\xBF"sv, "\xF4\x90\x80\x80"sv,
               "\xF5\x80\x80\x80"sv, "\xF0\x90\x80"sv, "\xFF"sv);
  for (std::size_t before = 0; before < 20; ++before) {
    std::string padded(before, 'x');
    padded.append(text);
    CHECK_FALSE(is_utf8(padded));
    CHECK_FALSE(is_utf8(padded + "yz"));
  }
}

}  // namespace moadon::pos
