// The Connect protocol's unary calls: from a parsed HTTP request to a gRPC call and back.
#pragma once

#include <cstdint>
#include <optional>
#include <string>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "absl/time/time.h"
#include "gateway/access.h"
#include "gateway/http_gateway.h"
#include "gateway/http_message.h"
#include "gateway/method_table.h"
#include "gateway/rpc_caller.h"
#include "gateway/transcode.h"

namespace moadon {

// Checks in this order: Host and Origin, path, HTTP method, content type and encoding, protocol
// version, the forwarded headers; then the body. Each call's outcome is the service's. Safe from
// any thread.
class ConnectHandler final : public HttpHandler {
 public:
  ConnectHandler(const HttpGatewayOptions& options, std::uint16_t port, MethodTable methods);

  std::optional<HttpAnswer> answer_head(const HttpRequest& head) const override;
  void serve(const HttpRequest& request, HttpResponder respond) override;
  void finish(const HttpRequest& head, HttpAnswer& answer) const override;

  // Cancels the calls in flight and returns when their responders have been called; later requests
  // are answered REASON_STOPPING.
  void stop() { caller_.stop(); }

 private:
  absl::StatusOr<RpcCall> call_of(const ServedMethod& method, const HttpRequest& request) const;
  HttpAnswer answer_of(const ServedMethod& method, bool json,
                       const absl::StatusOr<std::string>& response) const;

  const absl::Duration default_deadline_;
  const absl::Duration max_deadline_;
  const Access access_;
  const MethodTable methods_;
  const Transcoder transcoder_;
  // Self-locking.
  RpcCaller caller_;
};

}  // namespace moadon
