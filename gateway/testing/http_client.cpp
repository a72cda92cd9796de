#include "gateway/testing/http_client.h"

#include <arpa/inet.h>
#include <netinet/tcp.h>
#include <poll.h>
#include <sys/socket.h>
#include <unistd.h>

#include <stdexcept>
#include <vector>

#include "absl/strings/ascii.h"
#include "absl/strings/numbers.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_split.h"

namespace moadon::gateway_testing {
namespace {

constexpr int kPatienceMs = 10000;

}  // namespace

HttpClient::HttpClient(std::uint16_t port)
    : port_(port), socket_(::socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0)) {
  sockaddr_in address{};
  address.sin_family = AF_INET;
  address.sin_port = htons(port);
  address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
  const int on = 1;
  ::setsockopt(socket_, IPPROTO_TCP, TCP_NODELAY, &on, sizeof(on));
  if (::connect(socket_, reinterpret_cast<sockaddr*>(&address), sizeof(address)) != 0) {
    ::close(socket_);
    throw std::runtime_error("cannot connect");
  }
}

HttpClient::~HttpClient() { ::close(socket_); }

void HttpClient::send(absl::string_view bytes) {
  while (!bytes.empty()) {
    const ssize_t sent = ::send(socket_, bytes.data(), bytes.size(), MSG_NOSIGNAL);
    if (sent <= 0) return;  // The other side is gone; receive() tells.
    bytes.remove_prefix(static_cast<std::size_t>(sent));
  }
}

HttpResult HttpClient::receive() {
  HttpResult result;
  std::size_t end = 0;
  while ((end = pending_.find("\r\n\r\n")) == std::string::npos) {
    if (!fill()) return result;
  }
  const std::vector<std::string> lines = absl::StrSplit(pending_.substr(0, end), "\r\n");
  pending_.erase(0, end + 4);
  const std::vector<std::string> words = absl::StrSplit(lines[0], ' ');
  if (!absl::SimpleAtoi(words.at(1), &result.status)) return {};
  for (std::size_t i = 1; i < lines.size(); ++i) {
    const std::pair<std::string, std::string> field =
        absl::StrSplit(lines[i], absl::MaxSplits(':', 1));
    result.headers[absl::AsciiStrToLower(field.first)] =
        std::string(absl::StripAsciiWhitespace(field.second));
  }
  std::size_t length = 0;
  if (!absl::SimpleAtoi(result.headers["content-length"], &length)) length = 0;
  while (pending_.size() < length && fill()) {
  }
  result.body = pending_.substr(0, length);
  pending_.erase(0, length);
  return result;
}

HttpResult HttpClient::request(absl::string_view method, absl::string_view target,
                               absl::string_view headers, absl::string_view body) {
  send(absl::StrCat(method, " ", target, " HTTP/1.1\r\nHost: 127.0.0.1:", port_,
                    "\r\nContent-Length: ", body.size(), "\r\n", headers, "\r\n", body));
  return receive();
}

HttpResult HttpClient::call(absl::string_view method, absl::string_view json,
                            absl::string_view headers) {
  return request("POST", absl::StrCat("/moadon.gateway_testing.EchoService/", method),
                 absl::StrCat("Content-Type: application/json\r\n", headers), json);
}

bool HttpClient::is_closed(int wait_ms) {
  pollfd waiting{socket_, POLLIN, 0};
  if (::poll(&waiting, 1, wait_ms) <= 0) return false;
  char byte = 0;
  return ::recv(socket_, &byte, 1, MSG_PEEK) <= 0;
}

bool HttpClient::fill() {
  pollfd waiting{socket_, POLLIN, 0};
  if (::poll(&waiting, 1, kPatienceMs) <= 0) return false;
  char chunk[16384];
  const ssize_t count = ::recv(socket_, chunk, sizeof(chunk), 0);
  if (count <= 0) return false;
  pending_.append(chunk, static_cast<std::size_t>(count));
  return true;
}

}  // namespace moadon::gateway_testing
