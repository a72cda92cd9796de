// What the main thread waits for while the others serve.
#pragma once

#include <memory>

#include "absl/status/statusor.h"

namespace moadon {

// Turns SIGTERM and SIGINT, and a disk that failed, into one wait: nothing is ever done inside a
// signal handler.
//
// Made by the main thread before it starts any other: the signals are then blocked in all of them.
// report_disk_failure() may be called from any thread, the rest from the main thread.
class StopRequest final {
 public:
  enum class Cause {
    kSignal,
    kDiskFailed,
  };

  static absl::StatusOr<std::unique_ptr<StopRequest>> create();
  ~StopRequest();
  StopRequest(const StopRequest&) = delete;
  StopRequest& operator=(const StopRequest&) = delete;

  void report_disk_failure();

  // Returns at the first of them. When both are there, it is the disk.
  Cause wait();

 private:
  StopRequest(int signals, int failure) : signals_(signals), failure_(failure) {}

  // File descriptors.
  const int signals_;
  const int failure_;
};

}  // namespace moadon
