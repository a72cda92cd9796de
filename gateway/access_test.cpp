// Who may call: Host, Origin, preflight.
#include "gateway/access.h"

#include "absl/strings/str_cat.h"
#include "gateway/testing/echo_server.h"
#include "gateway/testing/http_client.h"
#include "rules/refusal.h"
#include "tests/catch.h"

namespace moadon::gateway_testing {
namespace {

constexpr char kEchoPath[] = "/moadon.gateway_testing.EchoService/Echo";

TEST_CASE("only the loopback names with the own port are hosts, unless more are named") {
  const Access access("127.0.0.1", 8080, {"Club.example", "till:99"}, {});
  for (const char* host : {"localhost:8080", "LOCALHOST:8080", "127.0.0.1:8080", "[::1]:8080",
                           "club.example", "club.example:8080", "till:99"}) {
    INFO(host);
    CHECK(access.check(host, "").ok());
  }
  for (const char* host : {"", "localhost", "localhost:80", "127.0.0.1", "evil.example:8080",
                           "localhost:8080.evil.example", "till", "till:8080", "club.example:99",
                           "localhost:8080, localhost:8080"}) {
    INFO(host);
    CHECK(reason_of(access.check(host, "")) == v1::REASON_ORIGIN_NOT_ALLOWED);
  }
}

TEST_CASE("an address of IPv6 is a host in brackets") {
  const Access access("fd00::7", 8080, {}, {});
  CHECK(access.check("[fd00::7]:8080", "").ok());
}

TEST_CASE("only listed origins may call, and a request without one is no page") {
  const Access access("127.0.0.1", 8080, {}, {"https://till.example"});
  CHECK(access.check("localhost:8080", "").ok());
  CHECK(access.check("localhost:8080", "https://till.example").ok());
  for (const char* origin : {"null", "http://till.example", "https://till.example:444",
                             "https://till.example.evil", "http://localhost:8080"}) {
    INFO(origin);
    CHECK(reason_of(access.check("localhost:8080", origin)) == v1::REASON_ORIGIN_NOT_ALLOWED);
  }
}

TEST_CASE("a foreign or missing Host is refused, also for health and with a right token") {
  EchoServer server;
  for (const char* host : {"Host: evil.example\r\n", "Host: 127.0.0.1:1\r\n", ""}) {
    for (const char* path : {"/healthz", kEchoPath}) {
      HttpClient client(server.port());
      client.send(absl::StrCat("GET ", path, " HTTP/1.1\r\n", host, "\r\n"));
      const auto result = client.receive();
      CHECK(result.status == 403);
      CHECK(result.body.find("REASON_ORIGIN_NOT_ALLOWED") != std::string::npos);
    }
  }
}

TEST_CASE("a page of a listed origin may ask and call, another may do neither") {
  HttpGatewayOptions options;
  options.allowed_origins = {"https://till.example"};
  EchoServer server(std::move(options));
  constexpr char kAsk[] =
      "Access-Control-Request-Method: POST\r\n"
      "Access-Control-Request-Headers: content-type\r\n"
      "Access-Control-Request-Private-Network: true\r\n";

  HttpClient good(server.port());
  auto result = good.request("OPTIONS", kEchoPath,
                             absl::StrCat("Origin: https://till.example\r\n", kAsk), "");
  CHECK(result.status == 204);
  CHECK(result.headers["access-control-allow-origin"] == "https://till.example");
  CHECK(result.headers["access-control-allow-methods"].find("POST") != std::string::npos);
  CHECK(result.headers["access-control-allow-headers"].find("authorization") != std::string::npos);
  CHECK(result.headers["access-control-allow-private-network"] == "true");
  CHECK(result.headers["vary"] == "Origin");
  result = good.call("Echo", "{}", "Origin: https://till.example\r\n");
  CHECK(result.status == 200);
  CHECK(result.headers["access-control-allow-origin"] == "https://till.example");
  result = good.call("Refuse", "{}", "Origin: https://till.example\r\n");
  CHECK(result.status == 400);
  CHECK(result.headers["access-control-allow-origin"] == "https://till.example");

  for (const char* origin : {"Origin: https://evil.example\r\n", "Origin: null\r\n"}) {
    HttpClient bad(server.port());
    result = bad.request("OPTIONS", kEchoPath, absl::StrCat(origin, kAsk), "");
    CHECK(result.status == 403);
    CHECK(result.headers.count("access-control-allow-origin") == 0);
    result = bad.call("Echo", "{}", origin);
    CHECK(result.status == 403);
    CHECK(result.body.find("REASON_ORIGIN_NOT_ALLOWED") != std::string::npos);
  }
}

}  // namespace
}  // namespace moadon::gateway_testing
