// Where a server listens.
#pragma once

#include <cstdint>
#include <string>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "absl/strings/string_view.h"

namespace moadon::rpc {

struct ListenAddress {
  std::string host;  // a numeric address without brackets, or "localhost"
  uint16_t port = 0;

  // Only this machine can reach it.
  bool is_loopback() const;
};

// "127.0.0.1:7070", "[::1]:7070", "localhost:7070"; port 0 lets the system pick. Names are not
// taken: what they resolve to may change, and with it whether strangers can reach the port.
absl::StatusOr<ListenAddress> parse_listen_address(absl::string_view text);

// The same form again, brackets included.
std::string to_string(const ListenAddress& address);

// Why nothing can listen there, in the system's words; empty: something can.
std::string bind_problem(const ListenAddress& address);

}  // namespace moadon::rpc
