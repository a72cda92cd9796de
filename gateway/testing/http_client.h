// A blocking HTTP client over one raw socket: sends exactly the bytes a test wants, however wrong.
#pragma once

#include <cstdint>
#include <map>
#include <string>

#include "absl/strings/string_view.h"

namespace moadon::gateway_testing {

struct HttpResult {
  // 0 when the connection ended without an answer.
  int status = 0;
  // Names lower-case.
  std::map<std::string, std::string> headers;
  std::string body;
};

// One connection to 127.0.0.1. Every wait is bounded by ten seconds. One thread.
class HttpClient final {
 public:
  explicit HttpClient(std::uint16_t port);
  ~HttpClient();
  HttpClient(const HttpClient&) = delete;
  HttpClient& operator=(const HttpClient&) = delete;

  void send(absl::string_view bytes);
  HttpResult receive();

  // A whole request with Host, Content-Length and `headers` ("Name: value\r\n"...), and its answer.
  HttpResult request(absl::string_view method, absl::string_view target, absl::string_view headers,
                     absl::string_view body);
  // POST of JSON to a method of the echo service.
  HttpResult call(absl::string_view method, absl::string_view json, absl::string_view headers = "");

  // Whether the other side has closed within `wait_ms`.
  bool is_closed(int wait_ms);

 private:
  bool fill();

  const std::uint16_t port_;
  const int socket_;
  std::string pending_;
};

}  // namespace moadon::gateway_testing
