// A small asynchronous HTTP/1.1 server. The one place that knows Boost; this header does not show
// it.
#pragma once

#include <cstddef>
#include <cstdint>
#include <memory>
#include <string>

#include "absl/status/statusor.h"
#include "absl/time/time.h"
#include "gateway/http_gateway.h"
#include "gateway/http_message.h"

namespace moadon {

// Connections are coroutines on `io_thread_count` threads; each has one request at a time and costs
// memory only while it waits. Limits and times are those of HttpGatewayOptions. HTTP's own refusals
// (too large, not HTTP, too many connections) are made here, everything else by the handler.
//
// Threads: every function belongs to the owner's thread.
class BeastServer final {
 public:
  // Binds and listens; connections wait in the backlog until start().
  static absl::StatusOr<std::unique_ptr<BeastServer>> listen(const HttpGatewayOptions& options);

  // Same as close().
  ~BeastServer();
  BeastServer(const BeastServer&) = delete;
  BeastServer& operator=(const BeastServer&) = delete;

  std::uint16_t port() const;

  // Starts the threads. `handler` must live until close() has returned. Once.
  void start(HttpHandler& handler);

  // Stops accepting, closes idle connections, and waits until the others have their answers, at
  // most `grace`. May be repeated.
  void drain(absl::Duration grace);

  // Closes what is left and joins the threads. No responder may be outstanding. Repeating it does
  // nothing.
  void close();

  // Opaque; named here for the code behind.
  struct State;

 private:
  explicit BeastServer(std::unique_ptr<State> state);
  const std::unique_ptr<State> state_;
};

}  // namespace moadon
