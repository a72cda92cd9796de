// How others find a running moadond.
#pragma once

#include <string>

#include "absl/status/status.h"

namespace moadon {

inline constexpr char kReadyFileName[] = "moadond.json";

struct ReadyNote {
  std::string grpc;  // address:port
  std::string http;
  int pid = 0;
};

// Writes {"grpc":"127.0.0.1:7070","http":"127.0.0.1:7071","pid":1} to `path`: readers see all of it
// or nothing. What stood there is replaced.
absl::Status write_ready_file(const std::string& path, const ReadyNote& note);

// Nothing there is fine.
void remove_ready_file(const std::string& path);

}  // namespace moadon
