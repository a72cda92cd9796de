#include "gateway/beast_server.h"

#include <spdlog/spdlog.h>

#include <algorithm>
#include <atomic>
#include <boost/asio/awaitable.hpp>
#include <boost/asio/co_spawn.hpp>
#include <boost/asio/detached.hpp>
#include <boost/asio/executor_work_guard.hpp>
#include <boost/asio/io_context.hpp>
#include <boost/asio/ip/tcp.hpp>
#include <boost/asio/post.hpp>
#include <boost/asio/redirect_error.hpp>
#include <boost/asio/ssl/context.hpp>
#include <boost/asio/steady_timer.hpp>
#include <boost/asio/strand.hpp>
#include <boost/asio/use_awaitable.hpp>
#include <boost/beast/core.hpp>
#include <boost/beast/http.hpp>
#include <boost/beast/ssl.hpp>
#include <chrono>
#include <iterator>
#include <optional>
#include <thread>
#include <type_traits>
#include <utility>
#include <vector>

#include "absl/base/thread_annotations.h"
#include "absl/cleanup/cleanup.h"
#include "absl/container/flat_hash_set.h"
#include "absl/memory/memory.h"
#include "absl/strings/ascii.h"
#include "absl/strings/str_cat.h"
#include "absl/synchronization/mutex.h"
#include "gateway/http_answer.h"
#include "rules/refusal.h"

namespace moadon {
namespace {

namespace net = boost::asio;
namespace beast = boost::beast;
namespace http = boost::beast::http;
using boost::system::error_code;
using net::ip::tcp;

constexpr std::size_t kReadChunkBytes = 4096;
constexpr std::ptrdiff_t kMaxHeaderCount = 100;
// After a refusal the rest of the request is dropped for a while, so that the client reads the
// answer instead of a reset.
constexpr std::size_t kMaxLingerBytes = 1024 * 1024;
constexpr auto kLingerTime = std::chrono::seconds(2);
// How long drain() lets a request arrive whose first byte is here.
constexpr absl::Duration kDrainReadTime = absl::Seconds(1);
// How long close() waits for connections to notice before it ends the threads under them.
constexpr absl::Duration kCloseTime = absl::Seconds(2);
// Pause after a failed accept (no descriptors left), which would fail again at once.
constexpr auto kAcceptPause = std::chrono::milliseconds(50);

// Where a connection is between two requests' first bytes.
enum class Phase { kIdle, kReading, kAnswering };

// What the server needs of any connection, plain or TLS.
class Connection {
 public:
  virtual ~Connection() = default;
  // Closes it unless it is past `last`. From any thread.
  virtual void close_until(Phase last) = 0;
};

std::chrono::nanoseconds chrono(absl::Duration duration) {
  return absl::ToChronoNanoseconds(duration);
}

std::ptrdiff_t field_count(const http::fields& fields) {
  return std::distance(fields.begin(), fields.end());
}

HttpRequest head_of(const http::request<http::string_body>& message) {
  HttpRequest head;
  head.method = std::string(message.method_string());
  head.target = std::string(message.target());
  for (const auto& field : message) {
    std::string name = absl::AsciiStrToLower(
        absl::string_view(field.name_string().data(), field.name_string().size()));
    const auto same = std::find_if(head.headers.begin(), head.headers.end(),
                                   [&](const auto& header) { return header.first == name; });
    if (same == head.headers.end()) {
      head.headers.emplace_back(std::move(name), std::string(field.value()));
    } else {
      absl::StrAppend(&same->second, ", ",
                      absl::string_view(field.value().data(), field.value().size()));
    }
  }
  return head;
}

}  // namespace

struct BeastServer::State {
  explicit State(const HttpGatewayOptions& given)
      : options(given), io(given.io_thread_count), acceptor(net::make_strand(io)) {}

  // Fixed before start().
  const HttpGatewayOptions options;
  std::optional<net::ssl::context> tls;
  HttpHandler* handler = nullptr;
  std::uint16_t port = 0;

  std::atomic<bool> draining{false};

  absl::Mutex mutex;
  // Shared with the coroutine that runs the connection, which may end while drain() posts to it.
  absl::flat_hash_set<std::shared_ptr<Connection>> connections ABSL_GUARDED_BY(mutex);

  // Self-locking; the acceptor by its strand. Destroyed before what the coroutines refer to.
  net::io_context io;
  net::executor_work_guard<net::io_context::executor_type> work{io.get_executor()};
  tcp::acceptor acceptor;

  // The owner's.
  std::vector<std::thread> threads;

  bool full() ABSL_LOCKS_EXCLUDED(mutex) {
    absl::MutexLock lock(&mutex);
    return connections.size() >= static_cast<std::size_t>(options.max_connection_count);
  }

  void enter(std::shared_ptr<Connection> connection) ABSL_LOCKS_EXCLUDED(mutex) {
    absl::MutexLock lock(&mutex);
    connections.insert(std::move(connection));
  }

  void leave(const std::shared_ptr<Connection>& connection) ABSL_LOCKS_EXCLUDED(mutex) {
    absl::MutexLock lock(&mutex);
    connections.erase(connection);
  }

  void close_until(Phase last) ABSL_LOCKS_EXCLUDED(mutex) {
    absl::MutexLock lock(&mutex);
    for (const auto& connection : connections) connection->close_until(last);
  }

  bool wait_empty(absl::Duration limit) ABSL_LOCKS_EXCLUDED(mutex) {
    const auto empty = [this]() ABSL_SHARED_LOCKS_REQUIRED(mutex) { return connections.empty(); };
    absl::MutexLock lock(&mutex);
    return mutex.AwaitWithTimeout(absl::Condition(&empty), limit);
  }

  net::awaitable<void> accept_all();
  void admit(tcp::socket socket);
  template <class OneConnection>
  void begin(std::shared_ptr<OneConnection> connection);
};

namespace {

using ServerState = BeastServer::State;

// One client. Stream is beast::tcp_stream or beast::ssl_stream over it. Everything runs on the
// stream's strand, except the constructor and close_until.
template <class Stream>
class StreamConnection final : public Connection,
                               public std::enable_shared_from_this<StreamConnection<Stream>> {
 public:
  template <class... Arguments>
  explicit StreamConnection(ServerState& server, Arguments&&... arguments)
      : server_(server), stream_(std::forward<Arguments>(arguments)...) {}

  net::any_io_executor executor() { return stream_.get_executor(); }

  void close_until(Phase last) override {
    net::post(stream_.get_executor(), [self = this->shared_from_this(), last] {
      if (self->phase_ <= last) beast::get_lowest_layer(self->stream_).close();
    });
  }

  // Serves requests until the client, a limit or drain() ends it. The argument keeps the connection
  // alive.
  static net::awaitable<void> run(std::shared_ptr<StreamConnection> self) {
    const absl::Cleanup leave = [&self] { self->server_.leave(self); };
    if constexpr (kTls) {
      if (!co_await self->handshake()) co_return;
    }
    bool more = true;
    while (more && !self->server_.draining) {
      more = co_await self->await_request();
      if (more) more = co_await self->serve_one();
    }
    co_await self->say_goodbye();
  }

 private:
  static constexpr bool kTls = !std::is_same_v<Stream, beast::tcp_stream>;
  using Parser = http::request_parser<http::string_body>;

  beast::tcp_stream& lowest() { return beast::get_lowest_layer(stream_); }

  net::awaitable<bool> handshake() {
    error_code error;
    phase_ = Phase::kReading;
    lowest().expires_after(chrono(server_.options.read_timeout));
    co_await stream_.async_handshake(net::ssl::stream_base::server,
                                     net::redirect_error(net::use_awaitable, error));
    co_return !error;
  }

  // Waits for the first byte of the next request.
  net::awaitable<bool> await_request() {
    phase_ = Phase::kIdle;
    if (buffer_.size() > 0) co_return true;
    error_code error;
    lowest().expires_after(chrono(server_.options.idle_timeout));
    const std::size_t count = co_await stream_.async_read_some(
        buffer_.prepare(kReadChunkBytes), net::redirect_error(net::use_awaitable, error));
    buffer_.commit(count);
    co_return !error;
  }

  // Reads and answers one request; whether the connection can carry another.
  net::awaitable<bool> serve_one() {
    phase_ = Phase::kReading;
    lowest().expires_after(chrono(server_.options.read_timeout));
    Parser parser;
    parser.header_limit(static_cast<std::uint32_t>(server_.options.max_header_bytes));
    parser.body_limit(server_.options.max_body_bytes);

    error_code error;
    co_await http::async_read_header(stream_, buffer_, parser,
                                     net::redirect_error(net::use_awaitable, error));
    if (!error && field_count(parser.get()) > kMaxHeaderCount) error = http::error::header_limit;
    HttpRequest request;
    if (error != http::error::header_limit) request = head_of(parser.get());
    if (error) co_return co_await refuse_unread(request, error);
    if (auto answer = server_.handler->answer_head(request); answer.has_value()) {
      const bool whole = parser.is_done();
      unread_ = !whole;
      co_return co_await write(request, *std::move(answer), whole && parser.keep_alive()) && whole;
    }
    if (!parser.is_done()) {
      if (beast::iequals(parser.get()[http::field::expect], "100-continue")) {
        http::response<http::empty_body> go_on(http::status::continue_, parser.get().version());
        co_await http::async_write(stream_, go_on, net::redirect_error(net::use_awaitable, error));
      }
      if (!error) {
        co_await http::async_read(stream_, buffer_, parser,
                                  net::redirect_error(net::use_awaitable, error));
      }
      if (error) co_return co_await refuse_unread(request, error);
    }
    request.body = std::move(parser.get().body());

    phase_ = Phase::kAnswering;
    lowest().expires_never();
    HttpAnswer answer = co_await ask_handler(request);
    co_return co_await write(request, std::move(answer), parser.keep_alive());
  }

  // Answers what could not be read, where there is somebody to answer. The connection is done.
  net::awaitable<bool> refuse_unread(const HttpRequest& request, const error_code& error) {
    unread_ = true;
    std::optional<HttpAnswer> answer;
    if (error == http::error::body_limit) {
      answer = error_answer(
          refuse(v1::REASON_TOO_LARGE, "The body is too large.",
                 {{"field", "body"}, {"limit", absl::StrCat(server_.options.max_body_bytes)}}),
          413);
    } else if (error == http::error::header_limit) {
      answer = error_answer(
          refuse(v1::REASON_TOO_LARGE, "The headers are too large.",
                 {{"field", "headers"}, {"limit", absl::StrCat(server_.options.max_header_bytes)}}),
          431);
    } else if (error.category() == http::make_error_code(http::error::bad_version).category() &&
               error != http::error::end_of_stream && error != http::error::partial_message) {
      answer = error_answer(refuse(v1::REASON_MALFORMED,
                                   absl::StrCat("This is not an HTTP request: ", error.message())),
                            400);
    }
    if (answer.has_value()) co_await write(request, *std::move(answer), false);
    co_return false;
  }

  net::awaitable<HttpAnswer> ask_handler(const HttpRequest& request) {
    co_return co_await net::async_initiate<const net::use_awaitable_t<>&, void(HttpAnswer)>(
        [this, &request](auto completion) {
          const auto executor = net::get_associated_executor(completion);
          // Shared because std::function must be copyable and the completion is not.
          auto shared = std::make_shared<decltype(completion)>(std::move(completion));
          server_.handler->serve(request, [shared, executor](HttpAnswer answer) {
            net::post(executor, [shared, answer = std::move(answer)]() mutable {
              (*shared)(std::move(answer));
            });
          });
        },
        net::use_awaitable);
  }

  // Whether the connection can carry another request.
  net::awaitable<bool> write(const HttpRequest& request, HttpAnswer answer, bool keep_alive) {
    phase_ = Phase::kAnswering;
    server_.handler->finish(request, answer);
    http::response<http::string_body> response(static_cast<http::status>(answer.status), 11);
    for (const auto& [name, value] : answer.headers) response.set(name, value);
    response.keep_alive(keep_alive && !server_.draining);
    response.body() = std::move(answer.body);
    if (answer.status != 204) response.content_length(response.body().size());

    error_code error;
    lowest().expires_after(chrono(server_.options.write_timeout));
    co_await http::async_write(stream_, response, net::redirect_error(net::use_awaitable, error));
    co_return !error && response.keep_alive();
  }

  // Says that nothing more comes; after a refusal drops what the client still sends, within limits.
  net::awaitable<void> say_goodbye() {
    error_code error;
    phase_ = Phase::kIdle;
    lowest().expires_after(kLingerTime);
    if constexpr (kTls) {
      co_await stream_.async_shutdown(net::redirect_error(net::use_awaitable, error));
    } else {
      lowest().socket().shutdown(tcp::socket::shutdown_send, error);
    }
    std::size_t dropped = 0;
    while (unread_ && !error && dropped < kMaxLingerBytes) {
      buffer_.clear();
      dropped += co_await lowest().async_read_some(buffer_.prepare(kReadChunkBytes),
                                                   net::redirect_error(net::use_awaitable, error));
    }
    lowest().close();
  }

  ServerState& server_;
  // All by the strand.
  Stream stream_;
  beast::flat_buffer buffer_;
  Phase phase_ = Phase::kIdle;
  // Whether the client may still be sending a request that was refused.
  bool unread_ = false;
};

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
  if (full()) return turn_away(socket);
  if (tls.has_value()) {
    begin(std::make_shared<TlsConnection>(*this, std::move(socket), *tls));
  } else {
    begin(std::make_shared<PlainConnection>(*this, std::move(socket)));
  }
}

template <class OneConnection>
void BeastServer::State::begin(std::shared_ptr<OneConnection> connection) {
  enter(connection);
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
  state_->handler = &handler;
  net::co_spawn(state_->acceptor.get_executor(), state_->accept_all(), net::detached);
  for (int i = 0; i < state_->options.io_thread_count; ++i) {
    state_->threads.emplace_back([state = state_.get()] { state->io.run(); });
  }
}

void BeastServer::drain(absl::Duration grace) {
  if (state_->threads.empty()) return;
  state_->draining = true;
  net::post(state_->acceptor.get_executor(), [state = state_.get()] {
    error_code ignored;
    state->acceptor.close(ignored);
  });
  state_->close_until(Phase::kIdle);
  const absl::Duration read_time = std::min(grace, kDrainReadTime);
  if (state_->wait_empty(read_time)) return;
  state_->close_until(Phase::kReading);
  state_->wait_empty(grace - read_time);
}

void BeastServer::close() {
  if (state_->threads.empty()) return;
  drain(absl::ZeroDuration());
  state_->close_until(Phase::kAnswering);
  state_->wait_empty(kCloseTime);
  state_->work.reset();
  state_->io.stop();
  for (std::thread& thread : state_->threads) thread.join();
  state_->threads.clear();
}

}  // namespace moadon
