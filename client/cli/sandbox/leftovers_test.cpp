#include "client/cli/sandbox/leftovers.h"

#include <signal.h>
#include <unistd.h>

#include <cerrno>
#include <thread>

#include "client/cli/sandbox/child_process.h"
#include "tests/catch.h"

namespace moadon::cli {
namespace {

TEST_CASE("what a child left running is stopped in the end") {
  pid_t orphan = 0;
  {
    const Leftovers leftovers;
    Launch launch;
    launch.arguments = {"sh", "-c", "sleep 60 & exit 0"};
    sigemptyset(&launch.mask);
    auto child = ChildProcess::start(launch);
    REQUIRE(child.ok());
    const pid_t parent = child->pid();
    for (int i = 0; i < 1000 && (!child->ended() || children_of_ours().empty()); ++i) {
      std::this_thread::sleep_for(std::chrono::milliseconds(5));
    }
    const std::set<pid_t> children = children_of_ours();
    REQUIRE(children.size() == 1);
    orphan = *children.begin();
    CHECK(orphan != parent);
    CHECK(kill(orphan, 0) == 0);
  }
  CHECK(kill(orphan, 0) == -1);
  CHECK(errno == ESRCH);
}

}  // namespace
}  // namespace moadon::cli
