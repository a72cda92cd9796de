// The way to a Moadon server: one gRPC channel, shared by any number of clients.
#pragma once

#include <grpcpp/channel.h>

#include <memory>
#include <string>

#include "absl/status/statusor.h"
#include "absl/time/time.h"

namespace moadon {

// The limits that the server keeps: requests up to 4 MiB, answers (export pages) up to 16 MiB.
inline constexpr int kMaxSendBytes = 4 * 1024 * 1024;
inline constexpr int kMaxReceiveBytes = 16 * 1024 * 1024;
// While the server is away the channel tries again after pauses from the first to the second.
inline constexpr absl::Duration kReconnectPauseFirst = absl::Milliseconds(100);
inline constexpr absl::Duration kReconnectPauseLast = absl::Seconds(1);
// One attempt to connect takes no longer.
inline constexpr absl::Duration kConnectTimeout = absl::Seconds(5);

// Certificates in PEM files. All empty: no TLS.
struct ClientTlsFiles {
  std::string ca_file;           // who signs servers; required with TLS
  std::string certificate_file;  // ours, with its chain; both of these or neither
  std::string private_key_file;
  // The name in the server's certificate when it is not the host of the address.
  std::string server_name;

  bool enabled() const { return !ca_file.empty(); }
};

struct ChannelOptions {
  std::string address;  // "host:port"
  ClientTlsFiles tls = {};
};

// Makes a channel; connects with the first call, and again by itself whenever the connection is
// lost. Shared because gRPC hands channels out that way; safe from any thread. Refuses with
// FIELD_MISSING or FIELD_INVALID (values: field) what can be seen without the network: no address,
// a TLS file that cannot be read, half a certificate.
absl::StatusOr<std::shared_ptr<grpc::Channel>> open_channel(const ChannelOptions& options);

}  // namespace moadon
