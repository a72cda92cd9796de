#include "plugin/register/json_mode.h"

#include <sstream>

#include "tests/catch.h"

namespace moadon {
namespace {

// What json mode answers when no club can be opened: every good line is refused for the same
// reason.
std::vector<Json> replies(const std::string& lines) {
  std::istringstream in(lines);
  std::ostringstream out;
  const OpenClub open_club = [](const std::string& register_id) {
    return PluginClub::Opened{nullptr,
                              {"invalid_argument", "REASON_FIELD_INVALID", register_id, {}}};
  };
  run_json_mode(in, out, open_club, "R1");
  std::istringstream written(out.str());
  std::vector<Json> replies;
  for (std::string line; std::getline(written, line);) replies.push_back(Json::parse(line));
  return replies;
}

}  // namespace

TEST_CASE("each line is answered, by the register it names or the default one") {
  const auto answers = replies(
      "{\"method\": \"Status\", \"request\": {}}\n\n"
      "{\"method\": \"Status\", \"register\": \"R2\", \"timeout_ms\": 50}\n");
  REQUIRE(answers.size() == 2);
  CHECK(answers[0]["error"]["message"] == "R1");
  CHECK(answers[1]["error"]["message"] == "R2");
  CHECK(answers[0]["error"].size() == 4);
}

TEST_CASE("a broken line is answered MALFORMED and the next one still works") {
  const std::string deep = "{\"method\":\"Quote\",\"request\":" + std::string(200'000, '[');
  for (const std::string& line :
       {std::string("{"), std::string("[]"), std::string("{\"request\": {}}"),
        std::string("{\"method\": 7}"), std::string("{\"method\": \"A\", \"request\": []}"),
        std::string("{\"method\": \"A\", \"timeout_ms\": 0}"),
        std::string("{\"method\": \"A\", \"timeout_ms\": 1.5}"),
        std::string("{\"method\": \"A\", \"register\": 1}"), std::string("{\"method\": \"\xFF\"}"),
        std::string("{\"method\": \"A\\u0000B\"}"), deep, deep + std::string(200'000, ']') + "}"}) {
    CAPTURE(line.substr(0, 60));
    const auto answers = replies(line + "\n{\"method\": \"Status\"}\n");
    REQUIRE(answers.size() == 2);
    CHECK(answers[0]["error"]["reason"] == "REASON_MALFORMED");
    CHECK(answers[0]["error"].size() == 4);
    CHECK(answers[1]["error"]["reason"] == "REASON_FIELD_INVALID");
  }
}

}  // namespace moadon
