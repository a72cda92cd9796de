// The plugin starts the agent.
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

#include <atomic>
#include <chrono>
#include <csignal>
#include <fstream>
#include <iterator>
#include <string>
#include <thread>
#include <vector>

#include "tests/abi/abi_host.h"
#include "tests/catch.h"

namespace moadon::abi_test {
namespace {

using Clock = std::chrono::steady_clock;

std::atomic<int> children_reported{0};

std::string text_of(const std::string& path) {
  std::ifstream file(path);
  return {std::istreambuf_iterator<char>(file), {}};
}

}  // namespace

TEST_CASE("a started agent has nothing of the host") {
  const AgentDirectory directory;
  const int result = in_child([&] {
    struct sigaction count {};
    count.sa_handler = [](int) { ++children_reported; };
    ::sigaction(SIGCHLD, &count, nullptr);
    ::signal(SIGHUP, SIG_IGN);
    sigset_t blocked;
    sigemptyset(&blocked);
    sigaddset(&blocked, SIGTERM);
    ::sigprocmask(SIG_BLOCK, &blocked, nullptr);
    std::ofstream leak(directory.path() + "/host-secret");
    const Handle handle(directory.starting_config());
    const Result self = handle.call("Self");
    if (self.status != MOADON_POS_OK) return 1;
    const auto& status = self.json["status"];
    if (self.json["session"] == ::getsid(0)) return 2;
    if (status["PPid"] == std::to_string(::getpid())) return 3;
    if (status["SigBlk"] != "0000000000000000") return 4;
    if (status["SigIgn"] != "0000000000000000") return 5;
    int standard = 0;
    for (const auto& descriptor : self.json["descriptors"]) {
      if (descriptor == directory.path() + "/host-secret") return 6;
      standard += descriptor == "/dev/null";
    }
    if (standard != 3) return 7;
    sigset_t now;
    ::sigprocmask(SIG_SETMASK, nullptr, &now);
    if (sigismember(&now, SIGTERM) != 1 || sigismember(&now, SIGINT) != 0) return 8;
    if (::waitpid(-1, nullptr, __WALL | WNOHANG) != -1 || errno != ECHILD) return 9;
    return children_reported == 0 ? 0 : 10;
  });
  CHECK(result == 0);
  CHECK(directory.start_count() == 1);
}

TEST_CASE("several tills that start at once end up with one agent") {
  const AgentDirectory directory;
  auto config = directory.starting_config();
  config["agent_arguments"] = {"300"};
  std::atomic<int> good{0};
  std::vector<std::thread> tills;
  for (int i = 0; i < 4; ++i) {
    tills.emplace_back([&] {
      const Handle handle(config);
      std::thread second([&] { good += handle.call("Empty").status == MOADON_POS_OK; });
      good += handle.call("Empty").status == MOADON_POS_OK;
      second.join();
    });
  }
  for (auto& till : tills) till.join();
  CHECK(good == 8);
  CHECK(directory.start_count() <= 4);
}

TEST_CASE("an agent that was killed is started again") {
  const AgentDirectory directory;
  auto config = directory.starting_config();
  config["log_file"] = directory.path() + "/pos.log";
  const Handle handle(config);
  for (int i = 0; i < 2; ++i) {
    const Result counts = handle.call("Counts");
    REQUIRE(counts.status == MOADON_POS_OK);
    ::kill(counts.json["pid"].get<pid_t>(), SIGKILL);
    std::this_thread::sleep_for(std::chrono::milliseconds(50));
  }
  CHECK(handle.call("Empty").status == MOADON_POS_OK);
  CHECK(directory.start_count() == 3);
  CHECK(text_of(directory.path() + "/pos.log").find("event=agent_started") != std::string::npos);
}

TEST_CASE("a port file that a killed agent left to a stranger does not keep the agent away") {
  AgentDirectory stranger;
  stranger.write_token("another");
  stranger.start_agent();
  const AgentDirectory directory;
  std::ofstream(directory.path() + "/agent.port") << stranger.port() << "\n";
  const Handle handle(directory.starting_config());
  CHECK(handle.call("Empty").reason() == "REASON_TOKEN_UNKNOWN");
  bool works = false;
  for (int i = 0; i < 100 && !works; ++i) {
    std::this_thread::sleep_for(std::chrono::milliseconds(50));
    works = handle.call("Empty").status == MOADON_POS_OK;
  }
  CHECK(works);
  CHECK(directory.start_count() == 1);
}

TEST_CASE("a program that cannot be executed is told at once, with its errno") {
  const AgentDirectory directory;
  auto config = directory.starting_config();
  config["agent_program"] = "/nonexistent/moadon-agent";
  const Handle handle(config);
  const auto start = Clock::now();
  for (int i = 0; i < 2; ++i) {
    const Result result = handle.call("Empty");
    CHECK(result.reason() == "REASON_AGENT_UNREACHABLE");
    CHECK(result.json["values"]["errno"] == std::to_string(ENOENT));
  }
  CHECK(Clock::now() - start < std::chrono::seconds(2));
}

TEST_CASE("an agent that dies at once is not started in a hot loop") {
  const AgentDirectory directory;
  const std::string program = directory.path() + "/dies";
  std::ofstream(program) << "#!/bin/sh\necho 1 >> " << directory.path() << "/starts\nexit 3\n";
  ::chmod(program.c_str(), 0700);
  auto config = directory.starting_config();
  config["agent_program"] = program;
  const Handle handle(config);
  const auto start = Clock::now();
  CHECK(handle.call("Empty", "{}", 1000).reason() == "REASON_AGENT_UNREACHABLE");
  CHECK(handle.call("Empty", "{}", 300).reason() == "REASON_AGENT_UNREACHABLE");
  CHECK(Clock::now() - start < std::chrono::milliseconds(1900));
  CHECK(directory.start_count() == 1);
}

}  // namespace moadon::abi_test
