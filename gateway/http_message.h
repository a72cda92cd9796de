// One HTTP request and its answer as plain values, so that nothing but beast_server.cpp knows which
// library parsed them.
#pragma once

#include <functional>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "absl/strings/string_view.h"

namespace moadon {

// Names are lower-case. A header sent twice is one entry, joined by ", ".
using HttpHeaders = std::vector<std::pair<std::string, std::string>>;

struct HttpRequest {
  std::string method;
  std::string target;
  HttpHeaders headers;
  std::string body;

  // The header's value, empty when it was not sent.
  absl::string_view header(absl::string_view name) const {
    for (const auto& [key, value] : headers) {
      if (key == name) return value;
    }
    return {};
  }
};

struct HttpAnswer {
  int status = 200;
  HttpHeaders headers;
  std::string body;
};

// Takes the one answer of one request, from any thread.
using HttpResponder = std::function<void(HttpAnswer)>;

// What stands behind the HTTP server. Its functions are called from several io threads at once,
// must not block, and must not throw.
class HttpHandler {
 public:
  virtual ~HttpHandler() = default;

  // Called with the head alone, before the body is read: an answer here ends the request unread.
  virtual std::optional<HttpAnswer> answer_head(const HttpRequest& head) const = 0;

  // Called with the whole request when answer_head had no answer. `request` stays valid until
  // `respond` has been called, which must happen exactly once, possibly before this returns.
  virtual void serve(const HttpRequest& request, HttpResponder respond) = 0;

  // Adds the headers that every answer to this head carries, whoever made the answer.
  virtual void finish(const HttpRequest& head, HttpAnswer& answer) const = 0;
};

}  // namespace moadon
