#include "server/stop_request.h"

#include <signal.h>

#include <thread>

#include "tests/catch.h"

namespace moadon {
namespace {

TEST_CASE("a signal and a failed disk each end the wait, and the disk is told first") {
  auto stop = StopRequest::create();
  REQUIRE(stop.ok());
  raise(SIGTERM);
  CHECK((*stop)->wait() == StopRequest::Cause::kSignal);
  std::thread disk([&] { (*stop)->report_disk_failure(); });
  disk.join();
  CHECK((*stop)->wait() == StopRequest::Cause::kDiskFailed);
}

}  // namespace
}  // namespace moadon
