// The gRPC server in front of the methods.
#pragma once

#include <grpcpp/channel.h>

#include <memory>
#include <string>

#include "absl/status/statusor.h"
#include "absl/time/time.h"
#include "server/rpc/listen_address.h"
#include "server/rpc/methods.h"

namespace moadon::rpc {

// PEM files of mutual TLS: only clients that hold a certificate signed by `client_ca` get past the
// handshake. All set, or none.
struct TlsFiles {
  std::string certificate;
  std::string key;
  std::string client_ca;

  bool is_set() const { return !certificate.empty(); }
};

// Limits against floods. Packaged gRPC 1.51 has no more of them, which is why strangers are kept
// out by mutual TLS and not by these.
inline constexpr int kMaxStreamsPerConnection = 1024;
inline constexpr int kMaxMetadataBytes = 16 << 10;
inline constexpr int kStreamWindowBytes = 1 << 20;
inline constexpr size_t kMaxBufferedBytes = 512 << 20;
inline constexpr absl::Duration kHandshakeTimeout = absl::Seconds(10);
inline constexpr absl::Duration kKeepaliveInterval = absl::Seconds(60);
inline constexpr absl::Duration kKeepaliveTimeout = absl::Seconds(20);
// Clients that ping more often than this are told to go away after a few strikes.
inline constexpr absl::Duration kMinPingInterval = absl::Seconds(10);
inline constexpr int kMaxPingStrikes = 3;

// Listens from start() to stop(). Belongs to one thread.
class GrpcServer final {
 public:
  // `methods` must outlive stop(). Fails with a sentence for the operator when a file cannot be
  // read or the address cannot be had; a port in use is never shared.
  static absl::StatusOr<std::unique_ptr<GrpcServer>> start(const ListenAddress& address,
                                                           const TlsFiles& tls, Methods& methods);
  ~GrpcServer();
  GrpcServer(const GrpcServer&) = delete;
  GrpcServer& operator=(const GrpcServer&) = delete;

  // The address with the real port.
  const ListenAddress& address() const;

  // A way to the methods without the network. Shared, because gRPC hands channels out that way; no
  // call on it may be open when this object goes.
  std::shared_ptr<grpc::Channel> local_channel();

  // Stops accepting, waits for what was accepted, at most `grace`, then cancels it; returns when
  // every call has been answered. May be called again.
  void stop(absl::Duration grace);

 private:
  struct Parts;
  explicit GrpcServer(std::unique_ptr<Parts> parts);
  const std::unique_ptr<Parts> parts_;
};

}  // namespace moadon::rpc
