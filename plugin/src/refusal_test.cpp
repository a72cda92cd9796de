#include "plugin/src/refusal.h"

#include <fstream>
#include <iterator>
#include <string>

#include "tests/catch.h"

namespace moadon::pos {

TEST_CASE("every reason of the plugin is a reason of the vocabulary") {
  std::ifstream file(MOADON_ERROR_PROTO);
  const std::string proto{std::istreambuf_iterator<char>(file), {}};
  for (const Reason& known :
       {reason::kTokenUnknown, reason::kMalformed, reason::kFieldMissing, reason::kFieldInvalid,
        reason::kTextInvalid, reason::kTooLarge, reason::kMethodUnknown, reason::kAgentUnreachable,
        reason::kDeadlineExceeded, reason::kBusy, reason::kInternal}) {
    CAPTURE(known.name);
    const auto at = proto.find("  " + std::string(known.name) + " = ");
    REQUIRE(at != std::string::npos);
    // Its comment above names the status code in capitals.
    const auto open = proto.rfind("// (", at);
    std::string code = proto.substr(open + 4, proto.find(')', open) - open - 4);
    for (char& c : code) c = static_cast<char>(std::tolower(c));
    CHECK(code == known.code);
  }
}

TEST_CASE("an error object has four members and survives broken text") {
  CHECK(
      to_json({reason::kBusy, "busy", {{"limit", "64"}}}) ==
      R"({"code":"resource_exhausted","message":"busy","reason":"REASON_BUSY","values":{"limit":"64"}})");
  CHECK(to_json({reason::kBusy, "\xFF", {}}).find("\xEF\xBF\xBD") != std::string::npos);
}

TEST_CASE("an error of the agent is passed on as it is") {
  const std::string body =
      R"({"code":"not_found","reason":"REASON_MEMBER_UNKNOWN","message":"?","values":{},"details":[1]})";
  CHECK(error_from_agent(404, body) == body);
}

TEST_CASE("an error of the agent that lacks members is completed") {
  CHECK(
      error_from_agent(404, R"({"reason":"REASON_MEMBER_UNKNOWN"})") ==
      R"({"code":"unknown","message":"REASON_MEMBER_UNKNOWN","reason":"REASON_MEMBER_UNKNOWN","values":{}})");
}

TEST_CASE("an answer that is no error of the agent becomes one of the plugin") {
  CHECK(error_from_agent(500, "<html>").find("REASON_INTERNAL") != std::string::npos);
  CHECK(error_from_agent(500, "{}").find("REASON_INTERNAL") != std::string::npos);
  CHECK(error_from_agent(503, "").find("REASON_AGENT_UNREACHABLE") != std::string::npos);
}

}  // namespace moadon::pos
