#include "gateway/http_gateway.h"

#include <utility>

#include "absl/base/thread_annotations.h"
#include "absl/memory/memory.h"
#include "absl/strings/ascii.h"
#include "absl/strings/match.h"
#include "absl/strings/str_cat.h"
#include "absl/synchronization/mutex.h"
#include "gateway/beast_server.h"
#include "gateway/connect_handler.h"

namespace moadon {
namespace {

// How long answers to cancelled requests may take to leave.
constexpr absl::Duration kFlushTime = absl::Seconds(1);

bool is_loopback(absl::string_view address) {
  return address == "localhost" || address == "::1" || absl::StartsWith(address, "127.");
}

absl::Status check_options(const HttpGatewayOptions& options) {
  if (options.channel == nullptr) return absl::InvalidArgumentError("the gateway needs a channel");
  if (options.io_thread_count < 1 || options.max_connection_count < 1) {
    return absl::InvalidArgumentError("the gateway needs a thread and a connection");
  }
  const HttpTlsFiles& tls = options.tls;
  if (tls.certificate_chain_file.empty() != tls.private_key_file.empty()) {
    return absl::InvalidArgumentError("TLS needs both a certificate chain and a private key");
  }
  if (!tls.client_ca_file.empty() && tls.certificate_chain_file.empty()) {
    return absl::InvalidArgumentError("a client CA needs a certificate of the server too");
  }
  if (!is_loopback(options.listen_address) && !options.allow_insecure &&
      tls.client_ca_file.empty()) {
    return absl::FailedPreconditionError(
        absl::StrCat(options.listen_address, " is not loopback: mutual TLS is needed there"));
  }
  return absl::OkStatus();
}

}  // namespace

// In the order in which they are built; each needs those above it.
struct HttpGateway::Parts {
  explicit Parts(HttpGatewayOptions given) : options(std::move(given)) {}

  const HttpGatewayOptions options;
  std::unique_ptr<ConnectHandler> handler;
  std::unique_ptr<BeastServer> server;

  // Held by whoever stops, so that a second stop() returns when the first has finished.
  absl::Mutex stopping;
  bool stopped ABSL_GUARDED_BY(stopping) = false;
};

absl::StatusOr<std::unique_ptr<HttpGateway>> HttpGateway::start(HttpGatewayOptions options) {
  if (const absl::Status checked = check_options(options); !checked.ok()) return checked;
  auto parts = std::make_unique<Parts>(std::move(options));
  auto methods = MethodTable::of_services(parts->options.services);
  if (!methods.ok()) return methods.status();
  auto server = BeastServer::listen(parts->options);
  if (!server.ok()) return server.status();
  parts->server = *std::move(server);
  parts->handler =
      std::make_unique<ConnectHandler>(parts->options, parts->server->port(), *std::move(methods));
  parts->server->start(*parts->handler);
  return absl::WrapUnique(new HttpGateway(std::move(parts)));
}

HttpGateway::HttpGateway(std::unique_ptr<Parts> parts) : parts_(std::move(parts)) {}

HttpGateway::~HttpGateway() { stop(); }

std::uint16_t HttpGateway::port() const { return parts_->server->port(); }

void HttpGateway::stop() {
  absl::MutexLock lock(&parts_->stopping);
  if (parts_->stopped) return;
  parts_->server->drain(parts_->options.shutdown_grace);
  parts_->handler->stop();
  parts_->server->drain(kFlushTime);
  parts_->server->close();
  parts_->stopped = true;
}

}  // namespace moadon
