#include "client/cli/sandbox/child_process.h"

#include <thread>

#include "tests/catch.h"

namespace moadon::cli {
namespace {

constexpr std::chrono::milliseconds kTestPatience{10'000};

Launch shell(const std::string& script) {
  Launch launch;
  launch.arguments = {"sh", "-c", script};
  sigemptyset(&launch.mask);
  return launch;
}

int end_of(ChildProcess& child) {
  const auto limit = std::chrono::steady_clock::now() + kTestPatience;
  while (std::chrono::steady_clock::now() < limit) {
    if (const auto end = child.ended()) return *end;
    std::this_thread::sleep_for(std::chrono::milliseconds(2));
  }
  FAIL("the child did not end");
  return -1;
}

TEST_CASE("a child's exit status comes back") {
  auto child = ChildProcess::start(shell("exit 7"));
  REQUIRE(child.ok());
  CHECK(exit_code_of(end_of(*child)) == 7);
}

TEST_CASE("a signal counts as 128 and its number") {
  auto child = ChildProcess::start(shell("kill -9 $$"));
  REQUIRE(child.ok());
  const int end = end_of(*child);
  CHECK(exit_code_of(end) == 137);
  CHECK(describe_end(end) == "signal 9");
}

TEST_CASE("the environment is ours with the launch's over it") {
  Launch launch = shell("test \"$MOADON_TEST\" = new && test -n \"$PATH\"");
  launch.environment = {{"MOADON_TEST", "new"}};
  auto child = ChildProcess::start(launch);
  REQUIRE(child.ok());
  CHECK(exit_code_of(end_of(*child)) == 0);
}

TEST_CASE("a child reads the text it is given, and then the end") {
  auto text = open_text("a token\n");
  REQUIRE(text.ok());
  Launch launch = shell("test \"$(cat)\" = 'a token'");
  launch.input = text->number();
  auto child = ChildProcess::start(launch);
  REQUIRE(child.ok());
  CHECK(exit_code_of(end_of(*child)) == 0);
}

TEST_CASE("a program that is not there ends with 127") {
  Launch launch = shell("");
  launch.arguments = {"/nowhere/to/be/found"};
  const auto log = open_log("/dev/null");
  REQUIRE(log.ok());
  launch.errors = log->number();
  auto child = ChildProcess::start(launch);
  REQUIRE(child.ok());
  CHECK(exit_code_of(end_of(*child)) == 127);
}

TEST_CASE("stopping asks first, and kills who does not listen") {
  auto polite = ChildProcess::start(shell("exec sleep 60"));
  REQUIRE(polite.ok());
  CHECK(polite->stop(kTestPatience));
  auto deaf = ChildProcess::start(shell("trap '' TERM; while :; do sleep 1; done"));
  REQUIRE(deaf.ok());
  std::this_thread::sleep_for(std::chrono::milliseconds(300));  // until it is deaf
  CHECK_FALSE(deaf->stop(std::chrono::milliseconds(100)));
}

}  // namespace
}  // namespace moadon::cli
