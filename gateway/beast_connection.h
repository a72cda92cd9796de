// One HTTP connection as a coroutine. Included by beast_server.cpp alone: Boost.Beast compiles
// slowly.
#pragma once

#include <algorithm>
#include <atomic>
#include <boost/asio/awaitable.hpp>
#include <boost/asio/co_spawn.hpp>
#include <boost/asio/ip/tcp.hpp>
#include <boost/asio/post.hpp>
#include <boost/asio/redirect_error.hpp>
#include <boost/asio/ssl/context.hpp>
#include <boost/asio/use_awaitable.hpp>
#include <boost/beast/core.hpp>
#include <boost/beast/http.hpp>
#include <boost/beast/ssl.hpp>
#include <chrono>
#include <iterator>
#include <memory>
#include <optional>
#include <string>
#include <type_traits>
#include <utility>

#include "absl/base/thread_annotations.h"
#include "absl/cleanup/cleanup.h"
#include "absl/container/flat_hash_set.h"
#include "absl/strings/ascii.h"
#include "absl/strings/str_cat.h"
#include "absl/synchronization/mutex.h"
#include "gateway/http_answer.h"
#include "gateway/http_gateway.h"
#include "gateway/http_message.h"
#include "rules/refusal.h"

namespace moadon {

namespace net = boost::asio;
namespace beast = boost::beast;
namespace http = boost::beast::http;
using boost::system::error_code;
using net::ip::tcp;

inline constexpr std::size_t kReadChunkBytes = 4096;
inline constexpr std::ptrdiff_t kMaxHeaderCount = 100;
// After a refusal the rest of the request is dropped for a while, so that the client reads the
// answer instead of a reset.
inline constexpr std::size_t kMaxLingerBytes = 1024 * 1024;
inline constexpr auto kLingerTime = std::chrono::seconds(2);
// Where a connection is between two requests' first bytes.
enum class Phase { kIdle, kReading, kAnswering };

// What the server needs of any connection, plain or TLS.
class Connection {
 public:
  virtual ~Connection() = default;
  // Closes it unless it is past `last`. From any thread.
  virtual void close_until(Phase last) = 0;
};

// The connections that are open, and what all of them need. Self-locking; options and handler are
// fixed before the first enter().
struct ConnectionSet {
  explicit ConnectionSet(const HttpGatewayOptions& given) : options(given) {}

  const HttpGatewayOptions options;
  HttpHandler* handler = nullptr;

  // Set once: no connection takes another request.
  std::atomic<bool> draining{false};

  absl::Mutex mutex;
  // Shared with the coroutine that runs the connection, which may end while close_until() posts to
  // it.
  absl::flat_hash_set<std::shared_ptr<Connection>> connections ABSL_GUARDED_BY(mutex);

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
};

inline std::chrono::nanoseconds chrono(absl::Duration duration) {
  return absl::ToChronoNanoseconds(duration);
}

inline std::ptrdiff_t field_count(const http::fields& fields) {
  return std::distance(fields.begin(), fields.end());
}

inline HttpRequest head_of(const http::request<http::string_body>& message) {
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

// One client. Stream is beast::tcp_stream or beast::ssl_stream over it. Everything runs on the
// stream's strand, except the constructor and close_until.
template <class Stream>
class StreamConnection final : public Connection,
                               public std::enable_shared_from_this<StreamConnection<Stream>> {
 public:
  template <class... Arguments>
  explicit StreamConnection(ConnectionSet& server, Arguments&&... arguments)
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

  ConnectionSet& server_;
  // All by the strand.
  Stream stream_;
  beast::flat_buffer buffer_;
  Phase phase_ = Phase::kIdle;
  // Whether the client may still be sending a request that was refused.
  bool unread_ = false;
};

}  // namespace moadon
