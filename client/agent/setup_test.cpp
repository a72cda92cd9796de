// agent.json and the files of registers.
#include <sys/stat.h>
#include <time.h>

#include <fstream>

#include "client/agent/agent_directory.h"
#include "client/agent/clock.h"
#include "client/agent/scratch_directory.h"
#include "client/agent/settings.h"
#include "rules/refusal.h"
#include "tests/catch.h"

namespace moadon::agent {
namespace {

int mode_of(const std::string& path) {
  struct stat facts {};
  return ::stat(path.c_str(), &facts) == 0 ? static_cast<int>(facts.st_mode & 0777) : -1;
}

TEST_CASE("a register has two tokens that only their owner can read") {
  const ScratchDirectory scratch;
  const AgentDirectory directory(scratch.path() + "/deep/agent");
  REQUIRE(directory.add_register("R1", "secret").ok());
  const std::string files = directory.path() + "/registers/R1";
  CHECK(mode_of(files + ".server-token") == 0600);
  CHECK(mode_of(files + ".local-token") == 0600);
  CHECK(mode_of(directory.path()) == 0700);
  const auto registers = directory.registers();
  REQUIRE(registers->size() == 1);
  CHECK((*registers)[0].register_id == "R1");
  CHECK((*registers)[0].server_token == "secret");
  CHECK((*registers)[0].local_token.size() == 32);
}

TEST_CASE("adding a register again replaces the server's token and keeps the local one") {
  const ScratchDirectory scratch;
  const AgentDirectory directory(scratch.path());
  REQUIRE(directory.add_register("R1", "old").ok());
  const std::string local_token = directory.registers()->front().local_token;
  const int64_t mark = directory.registers_mark();
  REQUIRE(directory.add_register("R1", "new").ok());
  CHECK(directory.registers()->front().server_token == "new");
  CHECK(directory.registers()->front().local_token == local_token);
  CHECK(directory.registers_mark() != mark);
}

TEST_CASE("ids and tokens that cannot be are refused") {
  const ScratchDirectory scratch;
  const AgentDirectory directory(scratch.path());
  CHECK(reason_of(directory.add_register("", "t")) == v1::REASON_FIELD_MISSING);
  CHECK(reason_of(directory.add_register("../R1", "t")) == v1::REASON_FIELD_INVALID);
  CHECK(reason_of(directory.add_register("R1", "")) == v1::REASON_FIELD_MISSING);
  CHECK(reason_of(directory.add_register("R1", "two words")) == v1::REASON_FIELD_INVALID);
}

TEST_CASE("the time since the last answer goes on while the machine sleeps") {
  const auto since_boot = [] {
    timespec time{};
    ::clock_gettime(CLOCK_BOOTTIME, &time);
    return absl::DurationFromTimespec(time);
  };
  const absl::Duration before = since_boot();
  const absl::Duration told = SystemClock().monotonic();
  CHECK(before <= told);
  CHECK(told <= since_boot());
}

TEST_CASE("settings are read as they were written") {
  const ScratchDirectory scratch;
  const std::string path = scratch.path() + "/agent.json";
  Settings settings;
  settings.server.address = "club.example:7070";
  settings.server.tls.ca_file = "/ca.pem";
  settings.http_port = 8123;
  settings.allowed_origins = {"https://till.example"};
  REQUIRE(write_settings(path, settings).ok());
  const auto read = read_settings(path);
  REQUIRE(read.ok());
  CHECK(read->server.address == "club.example:7070");
  CHECK(read->server.tls.ca_file == "/ca.pem");
  CHECK(read->http_port == 8123);
  CHECK(read->allowed_origins == settings.allowed_origins);
}

TEST_CASE("no settings file means the defaults, and a wrong one is refused by name") {
  const ScratchDirectory scratch;
  const std::string path = scratch.path() + "/agent.json";
  REQUIRE(read_settings(path).ok());
  const auto reading = [&](const std::string& text) {
    std::ofstream(path) << text;
    return read_settings(path).status();
  };
  CHECK(reason_of(reading("{")) == v1::REASON_MALFORMED);
  CHECK(reason_of(reading("{\"server\": 5}")) == v1::REASON_MALFORMED);
  CHECK(reason_of(reading("{\"http_port\": 70000}")) == v1::REASON_FIELD_INVALID);
  const absl::Status unknown = reading("{\"tls\": {\"ca\": \"x\"}}");
  CHECK(reason_of(unknown) == v1::REASON_FIELD_INVALID);
  CHECK(detail_of(unknown).values().at("field") == "tls.ca");
}

}  // namespace
}  // namespace moadon::agent
