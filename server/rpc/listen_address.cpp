#include "server/rpc/listen_address.h"

#include <arpa/inet.h>
#include <netinet/in.h>
#include <sys/socket.h>
#include <unistd.h>

#include <cerrno>
#include <cstring>

#include "absl/strings/match.h"
#include "absl/strings/numbers.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/strip.h"

namespace moadon::rpc {
namespace {

constexpr int kMaxPort = 65535;

bool is_ipv6(const std::string& host) {
  in6_addr address;
  return inet_pton(AF_INET6, host.c_str(), &address) == 1;
}

bool is_ipv4(const std::string& host) {
  in_addr address;
  return inet_pton(AF_INET, host.c_str(), &address) == 1;
}

int try_bind(const ListenAddress& address) {
  const bool v6 = is_ipv6(address.host);
  const int probe = socket(v6 ? AF_INET6 : AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
  if (probe < 0) return errno;
  const int yes = 1;
  setsockopt(probe, SOL_SOCKET, SO_REUSEADDR, &yes, sizeof yes);
  sockaddr_in6 six{};
  six.sin6_family = AF_INET6;
  six.sin6_port = htons(address.port);
  inet_pton(AF_INET6, address.host.c_str(), &six.sin6_addr);
  sockaddr_in four{};
  four.sin_family = AF_INET;
  four.sin_port = htons(address.port);
  inet_pton(AF_INET, address.host == "localhost" ? "127.0.0.1" : address.host.c_str(),
            &four.sin_addr);
  const int bound = v6 ? bind(probe, reinterpret_cast<const sockaddr*>(&six), sizeof six)
                       : bind(probe, reinterpret_cast<const sockaddr*>(&four), sizeof four);
  const int problem = bound != 0 || listen(probe, 1) != 0 ? errno : 0;
  close(probe);
  return problem;
}

}  // namespace

bool ListenAddress::is_loopback() const {
  return host == "localhost" || host == "::1" || (is_ipv4(host) && absl::StartsWith(host, "127."));
}

absl::StatusOr<ListenAddress> parse_listen_address(absl::string_view text) {
  const absl::Status bad = absl::InvalidArgumentError(
      absl::StrCat("\"", text, "\" is not ADDRESS:PORT with a numeric address or localhost"));
  const auto colon = text.rfind(':');
  if (colon == absl::string_view::npos) return bad;
  ListenAddress address;
  absl::string_view host = text.substr(0, colon);
  const bool bracketed = absl::ConsumePrefix(&host, "[") && absl::ConsumeSuffix(&host, "]");
  address.host = std::string(host);
  const bool known =
      bracketed ? is_ipv6(address.host) : address.host == "localhost" || is_ipv4(address.host);
  int port = 0;
  if (!known || !absl::SimpleAtoi(text.substr(colon + 1), &port) || port < 0 || port > kMaxPort) {
    return bad;
  }
  address.port = static_cast<uint16_t>(port);
  return address;
}

std::string to_string(const ListenAddress& address) {
  if (is_ipv6(address.host)) return absl::StrCat("[", address.host, "]:", address.port);
  return absl::StrCat(address.host, ":", address.port);
}

std::string bind_problem(const ListenAddress& address) {
  const int problem = try_bind(address);
  return problem != 0 ? std::strerror(problem) : "";
}

}  // namespace moadon::rpc
