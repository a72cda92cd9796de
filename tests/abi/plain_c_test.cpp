// A host that knows no C++.
#include <cstdlib>
#include <string>

#include "tests/abi/abi_host.h"
#include "tests/catch.h"

namespace moadon::abi_test {

TEST_CASE("a plain C program calls the agent, Hebrew intact") {
  AgentDirectory directory;
  directory.start_agent();
  const std::string command = std::string(MOADON_PLAIN_C) + " " + directory.path() + " > /dev/null";
  CHECK(std::system(command.c_str()) == 0);
}

}  // namespace moadon::abi_test
