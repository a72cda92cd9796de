// Serves gRPC services of this process over HTTP as well, for registers in a browser, curl, and any
// language without gRPC: the Connect protocol's unary calls.
//
//   POST /moadon.v1.XService/Method
//   Content-Type: application/json (the proto mapping) or application/proto (binary)
//
// The body goes to the service through a gRPC channel, with the headers `authorization`,
// `x-request-id` and `accept-language` as metadata and `connect-timeout-ms` as the deadline. So
// authentication, limits and checks live once, in the services. JSON answers use proto field names,
// 64-bit integers as strings, and print zeros; JSON requests may use either spelling of names, and
// a field that the message does not have is refused by name. Errors are error_json() of status.h
// under the HTTP code that Connect prescribes. `GET /healthz` answers 200 "ok" to any allowed host,
// without a token.
#pragma once

#include <grpcpp/channel.h>

#include <cstddef>
#include <cstdint>
#include <memory>
#include <string>
#include <vector>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "absl/time/time.h"

namespace moadon {

// Certificates in PEM files. With `client_ca_file` set, only clients holding a certificate signed
// by it get past the handshake (mutual TLS).
struct HttpTlsFiles {
  std::string certificate_chain_file;
  std::string private_key_file;
  std::string client_ca_file;
};

struct HttpGatewayOptions {
  // Where to listen: a numeric address or "localhost". Port 0 lets the system pick; see port().
  std::string listen_address = "127.0.0.1";
  std::uint16_t port = 0;
  // On an address other than loopback the gateway starts only with mutual TLS, or with this set.
  bool allow_insecure = false;
  // All three files empty: plain HTTP.
  HttpTlsFiles tls;

  // What the Host header may say besides localhost, 127.0.0.1, [::1] and `listen_address`, which
  // are always allowed with the gateway's own port. "name:port" is taken exactly; "name" stands for
  // "name" and for "name:<own port>". Everything else is refused, so that a hostile page cannot
  // reach a loopback port by rebinding its own name.
  std::vector<std::string> allowed_hosts;
  // Web origins ("https://till.example") whose pages may call. A request with any other Origin is
  // refused; a request without one does not come from a page.
  std::vector<std::string> allowed_origins;

  // The way to the services, usually LocalChannel::open, and the full names of those to serve
  // ("moadon.v1.RegisterService"); their generated code must be linked in. Shared because gRPC
  // hands channels out that way; the server behind it must outlive stop().
  std::shared_ptr<grpc::Channel> channel;
  std::vector<std::string> services;

  int io_thread_count = 2;
  // Connections above the limit are answered 429 REASON_BUSY and closed.
  int max_connection_count = 2048;
  std::size_t max_header_bytes = 16 * 1024;
  // Larger bodies are answered 413 REASON_TOO_LARGE and not read. Above gRPC's own 4 MiB the server
  // and the channel need their limits raised too.
  std::size_t max_body_bytes = 4 * 1024 * 1024;
  // How long a kept-alive connection may be silent between requests.
  absl::Duration idle_timeout = absl::Seconds(120);
  // How long a client may take to send one whole request, to finish a TLS handshake, and to take
  // one answer.
  absl::Duration read_timeout = absl::Seconds(30);
  absl::Duration write_timeout = absl::Seconds(30);
  // The deadline of a call whose client names none, and the most that a client may name (more is
  // cut to it).
  absl::Duration default_deadline = absl::Seconds(30);
  absl::Duration max_deadline = absl::Minutes(5);
  // How long stop() lets requests in flight finish before it cancels them.
  absl::Duration shutdown_grace = absl::Seconds(10);
};

// A listening HTTP server with its own io threads; no thread is ever held by a slow or idle client.
//
// Threads: start() and the destructor belong to the owner; port() and stop() may be called from any
// thread that is not one of the gateway's own. Owns its threads and sockets, shares the channel.
class HttpGateway final {
 public:
  // Listens and serves when it returns. Fails without leaving anything behind when the address
  // cannot be had, a TLS file cannot be read, a service is not linked in, or the address would need
  // mutual TLS.
  static absl::StatusOr<std::unique_ptr<HttpGateway>> start(HttpGatewayOptions options);

  // Same as stop().
  ~HttpGateway();
  HttpGateway(const HttpGateway&) = delete;
  HttpGateway& operator=(const HttpGateway&) = delete;

  // The port it listens on.
  std::uint16_t port() const;

  // Stops accepting, closes idle connections, lets requests in flight finish for `shutdown_grace`,
  // then cancels what remains (answered 503 REASON_STOPPING), joins the threads. Repeating it does
  // nothing. Call it before grpc::Server::Shutdown.
  void stop();

 private:
  struct Parts;
  explicit HttpGateway(std::unique_ptr<Parts> parts);
  const std::unique_ptr<Parts> parts_;
};

}  // namespace moadon
