#include "plugin/src/config.h"

#include <string>
#include <variant>

#include "tests/catch.h"

namespace moadon::pos {

TEST_CASE("a full configuration is read") {
  const auto parsed = parse_config(R"({"agent_dir": "/var/lib/moadon-agent", "register_id": "R1",
      "start_agent": true, "agent_program": "/usr/bin/moadon-agent",
      "agent_arguments": ["--http-port", "0"], "log_file": "/var/log/קופה.log"})");
  REQUIRE(std::holds_alternative<Config>(parsed));
  const auto& config = std::get<Config>(parsed);
  CHECK(config.agent_dir == "/var/lib/moadon-agent");
  CHECK(config.register_id == "R1");
  CHECK(config.start_agent);
  CHECK(config.agent_program == "/usr/bin/moadon-agent");
  CHECK(config.agent_arguments == std::vector<std::string>{"--http-port", "0"});
  CHECK(config.log_file == "/var/log/קופה.log");
}

TEST_CASE("relative paths start at the working directory") {
  const auto parsed = parse_config(R"({"agent_dir": "agent", "register_id": "R1"})");
  REQUIRE(std::holds_alternative<Config>(parsed));
  const auto& path = std::get<Config>(parsed).agent_dir;
  CHECK(path.front() == '/');
  CHECK(path.ends_with("/agent"));
}

TEST_CASE("a configuration that is wrong says where") {
  struct Row {
    std::string config, reason, field;
  };
  const std::string start = R"({"agent_dir": "/a", "register_id": "R1")";
  const auto row = GENERATE_COPY(values<Row>({
      {"", "REASON_MALFORMED", ""},
      {"[]", "REASON_MALFORMED", ""},
      {"{}", "REASON_FIELD_MISSING", "agent_dir"},
      {R"({"agent_dir": 7})", "REASON_FIELD_INVALID", "agent_dir"},
      {R"({"agent_dir": "/a"})", "REASON_FIELD_MISSING", "register_id"},
      {R"({"agent_dir": "/a", "register_id": "../R1"})", "REASON_FIELD_INVALID", "register_id"},
      {R"({"agent_dir": "/a\u0000", "register_id": "R1"})", "REASON_FIELD_INVALID", "agent_dir"},
      {start + R"(, "registre": 1})", "REASON_FIELD_INVALID", "registre"},
      {start + R"(, "start_agent": "yes"})", "REASON_FIELD_INVALID", "start_agent"},
      {start + R"(, "start_agent": true})", "REASON_FIELD_MISSING", "agent_program"},
      {start + R"(, "agent_arguments": [1]})", "REASON_FIELD_INVALID", "agent_arguments"},
      {start + R"(, "log_file": ""})", "REASON_FIELD_INVALID", "log_file"},
  }));
  CAPTURE(row.config);
  const auto parsed = parse_config(row.config);
  REQUIRE(std::holds_alternative<Refusal>(parsed));
  const auto& refusal = std::get<Refusal>(parsed);
  CHECK(refusal.reason.name == row.reason);
  if (!row.field.empty()) CHECK(refusal.values.front().second == row.field);
}

}  // namespace moadon::pos
