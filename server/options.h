// What moadond is told on its command line.
#pragma once

#include <string>
#include <vector>

#include "absl/status/status.h"
#include "absl/types/optional.h"
#include "server/rpc/grpc_server.h"
#include "server/rpc/listen_address.h"

namespace moadon {

// How the process ends. A service manager restarts it after kExitDiskFailed: SQLite then recovers
// the file.
inline constexpr int kExitStopped = 0;
inline constexpr int kExitCannotStart = 1;
inline constexpr int kExitUsage = 2;
inline constexpr int kExitDiskFailed = 3;

struct ServerOptions {
  std::string data_directory;
  rpc::ListenAddress grpc;
  rpc::ListenAddress http;
  rpc::TlsFiles tls;  // for both
  bool allow_insecure = false;
  std::vector<std::string> http_hosts;
  std::string port_file;  // empty: none
  std::string log_level;
};

// Whether the options go together: the TLS files all or none; mutual TLS, or --insecure, wherever
// others than this machine can reach.
absl::Status check_options(const ServerOptions& options);

// Options to go on with, or the status to exit with after what had to be said was printed.
struct ParsedOptions {
  absl::optional<ServerOptions> options;
  int exit_status = kExitStopped;
};
ParsedOptions parse_options(int argc, const char* const* argv);

}  // namespace moadon
