#include "gateway/beast_server.h"

#include <spdlog/spdlog.h>

#include <algorithm>
#include <boost/asio/detached.hpp>
#include <boost/asio/executor_work_guard.hpp>
#include <boost/asio/io_context.hpp>
#include <boost/asio/steady_timer.hpp>
#include <boost/asio/strand.hpp>
#include <chrono>
#include <optional>
#include <thread>
#include <utility>
#include <vector>

#include "absl/memory/memory.h"
#include "absl/strings/str_cat.h"
#include "gateway/beast_connection.h"
#include "gateway/http_answer.h"
#include "rules/refusal.h"

namespace moadon {
namespace {

// How long drain() lets a request arrive whose first byte is here.
constexpr absl::Duration kDrainReadTime = absl::Seconds(1);
// How long close() waits for connections to notice before it ends the threads under them.
constexpr absl::Duration kCloseTime = absl::Seconds(2);
// Pause after a failed accept (no descriptors left), which would fail again at once.
constexpr auto kAcceptPause = std::chrono::milliseconds(50);

}  // namespace

struct BeastServer::State {
  explicit State(const HttpGatewayOptions& options)
      : shared(options), io(options.io_thread_count), acceptor(net::make_strand(io)) {}

  // Fixed before start().
  std::optional<net::ssl::context> tls;
  std::uint16_t port = 0;

  // Self-locking.
  ConnectionSet shared;

  // Self-locking; the acceptor by its strand. Destroyed before what the coroutines refer to.
  net::io_context io;
  net::executor_work_guard<net::io_context::executor_type> work{io.get_executor()};
  tcp::acceptor acceptor;

  // The owner's.
  std::vector<std::thread> threads;

  net::awaitable<void> accept_all();
  void admit(tcp::socket socket);
  template <class OneConnection>
  void begin(std::shared_ptr<OneConnection> connection);
};

namespace {

using PlainConnection = StreamConnection<beast::tcp_stream>;
using TlsConnection = StreamConnection<beast::ssl_stream<beast::tcp_stream>>;

// Tells one connection too many, without ever waiting for it.
void turn_away(tcp::socket& socket) {
  const HttpAnswer answer =
      error_answer(refuse(v1::REASON_BUSY, "Too many connections are open already."));
  const std::string text = absl::StrCat(
      "HTTP/1.1 ", answer.status,
      " Busy\r\nContent-Type: application/json\r\nContent-Length: ", answer.body.size(),
      "\r\nConnection: close\r\n\r\n", answer.body);
  error_code ignored;
  socket.non_blocking(true, ignored);
  socket.write_some(net::buffer(text), ignored);
  socket.shutdown(tcp::socket::shutdown_send, ignored);
}

absl::Status load_tls(const HttpTlsFiles& files, std::optional<net::ssl::context>& tls) {
  if (files.certificate_chain_file.empty() && files.private_key_file.empty() &&
      files.client_ca_file.empty()) {
    return absl::OkStatus();
  }
  error_code error;
  const auto failed = [&error](absl::string_view what, const std::string& file) {
    return absl::InvalidArgumentError(absl::StrCat(what, " ", file, ": ", error.message()));
  };
  tls.emplace(net::ssl::context::tls_server);
  tls->set_options(net::ssl::context::default_workarounds | net::ssl::context::no_sslv2 |
                   net::ssl::context::no_sslv3 | net::ssl::context::no_tlsv1 |
                   net::ssl::context::no_tlsv1_1);
  tls->use_certificate_chain_file(files.certificate_chain_file, error);
  if (error) return failed("cannot use certificate chain", files.certificate_chain_file);
  tls->use_private_key_file(files.private_key_file, net::ssl::context::pem, error);
  if (error) return failed("cannot use private key", files.private_key_file);
  if (!files.client_ca_file.empty()) {
    tls->load_verify_file(files.client_ca_file, error);
    if (error) return failed("cannot use client CA", files.client_ca_file);
    tls->set_verify_mode(net::ssl::verify_peer | net::ssl::verify_fail_if_no_peer_cert);
  }
  return absl::OkStatus();
}

}  // namespace

net::awaitable<void> BeastServer::State::accept_all() {
  net::steady_timer pause(acceptor.get_executor());
  while (acceptor.is_open()) {
    error_code error;
    tcp::socket socket(net::make_strand(io));
    co_await acceptor.async_accept(socket, net::redirect_error(net::use_awaitable, error));
    if (!acceptor.is_open()) co_return;
    if (!error) {
      admit(std::move(socket));
      continue;
    }
    spdlog::warn("event=http_accept_failed error={}", error.value());
    pause.expires_after(kAcceptPause);
    co_await pause.async_wait(net::redirect_error(net::use_awaitable, error));
  }
}

void BeastServer::State::admit(tcp::socket socket) {
  error_code ignored;
  socket.set_option(tcp::no_delay(true), ignored);
  if (shared.full()) return turn_away(socket);
  if (tls.has_value()) {
    begin(std::make_shared<TlsConnection>(shared, std::move(socket), *tls));
  } else {
    begin(std::make_shared<PlainConnection>(shared, std::move(socket)));
  }
}

template <class OneConnection>
void BeastServer::State::begin(std::shared_ptr<OneConnection> connection) {
  shared.enter(connection);
  const auto executor = connection->executor();
  net::co_spawn(executor, OneConnection::run(std::move(connection)), net::detached);
}

absl::StatusOr<std::unique_ptr<BeastServer>> BeastServer::listen(
    const HttpGatewayOptions& options) {
  auto state = std::make_unique<State>(options);
  if (const absl::Status loaded = load_tls(options.tls, state->tls); !loaded.ok()) return loaded;

  error_code error;
  const bool by_name = options.listen_address == "localhost";
  const auto address = net::ip::make_address(by_name ? "127.0.0.1" : options.listen_address, error);
  const tcp::endpoint endpoint(address, options.port);
  tcp::acceptor& acceptor = state->acceptor;
  if (!error) acceptor.open(endpoint.protocol(), error);
  if (!error) acceptor.set_option(tcp::acceptor::reuse_address(true), error);
  if (!error) acceptor.bind(endpoint, error);
  if (!error) acceptor.listen(tcp::acceptor::max_listen_connections, error);
  if (error) {
    return absl::FailedPreconditionError(absl::StrCat("cannot listen on ", options.listen_address,
                                                      " port ", options.port, ": ",
                                                      error.message()));
  }
  state->port = acceptor.local_endpoint(error).port();
  return absl::WrapUnique(new BeastServer(std::move(state)));
}

BeastServer::BeastServer(std::unique_ptr<State> state) : state_(std::move(state)) {}

BeastServer::~BeastServer() { close(); }

std::uint16_t BeastServer::port() const { return state_->port; }

void BeastServer::start(HttpHandler& handler) {
  state_->shared.handler = &handler;
  net::co_spawn(state_->acceptor.get_executor(), state_->accept_all(), net::detached);
  for (int i = 0; i < state_->shared.options.io_thread_count; ++i) {
    state_->threads.emplace_back([state = state_.get()] { state->io.run(); });
  }
}

void BeastServer::drain(absl::Duration grace) {
  if (state_->threads.empty()) return;
  state_->shared.draining = true;
  net::post(state_->acceptor.get_executor(), [state = state_.get()] {
    error_code ignored;
    state->acceptor.close(ignored);
  });
  state_->shared.close_until(Phase::kIdle);
  const absl::Duration read_time = std::min(grace, kDrainReadTime);
  if (state_->shared.wait_empty(read_time)) return;
  state_->shared.close_until(Phase::kReading);
  state_->shared.wait_empty(grace - read_time);
}

void BeastServer::close() {
  if (state_->threads.empty()) return;
  drain(absl::ZeroDuration());
  state_->shared.close_until(Phase::kAnswering);
  state_->shared.wait_empty(kCloseTime);
  state_->work.reset();
  state_->io.stop();
  for (std::thread& thread : state_->threads) thread.join();
  state_->threads.clear();
}

}  // namespace moadon
