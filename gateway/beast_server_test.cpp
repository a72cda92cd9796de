// The HTTP server: limits, slow clients, many clients, stopping.
#include <algorithm>
#include <chrono>
#include <memory>
#include <thread>
#include <vector>

#include "absl/strings/str_cat.h"
#include "gateway/testing/echo_server.h"
#include "gateway/testing/http_client.h"
#include "tests/catch.h"

namespace moadon::gateway_testing {
namespace {

using std::chrono::milliseconds;
using std::chrono::steady_clock;

constexpr char kEchoPath[] = "/moadon.gateway_testing.EchoService/Echo";

std::string head(std::uint16_t port, absl::string_view headers) {
  return absl::StrCat("POST ", kEchoPath, " HTTP/1.1\r\nHost: 127.0.0.1:", port,
                      "\r\nContent-Type: application/json\r\n", headers, "\r\n");
}

bool has_reason(const HttpResult& result, absl::string_view reason) {
  return result.body.find(std::string(reason)) != std::string::npos;
}

TEST_CASE("a body over the limit is refused before it is sent") {
  EchoServer server;
  HttpClient client(server.port());
  client.send(head(server.port(), "Content-Length: 4194305\r\n"));
  const auto result = client.receive();
  CHECK(result.status == 413);
  CHECK(has_reason(result, "REASON_TOO_LARGE"));
  CHECK(has_reason(result, "4194304"));
}

TEST_CASE("a client that sends too much anyway still reads why") {
  HttpGatewayOptions options;
  options.max_body_bytes = 1000;
  EchoServer server(std::move(options));
  HttpClient client(server.port());
  const auto result = client.call("Echo", std::string(500000, ' '));
  CHECK(result.status == 413);
  CHECK(result.headers.at("connection") == "close");
}

TEST_CASE("a body of the largest size is served") {
  EchoServer server;
  HttpClient client(server.port());
  std::string json = R"({"text":"x"})";
  json.append(4 * 1024 * 1024 - json.size(), ' ');
  CHECK(client.call("Echo", json).status == 200);
}

TEST_CASE("chunked bodies are read, within the same limit") {
  HttpGatewayOptions options;
  options.max_body_bytes = 1000;
  EchoServer server(std::move(options));
  HttpClient client(server.port());
  client.send(head(server.port(), "Transfer-Encoding: chunked\r\n"));
  client.send("9\r\n{\"text\":\"\r\n");
  client.send("4\r\nשל\r\n2\r\n\"}\r\n0\r\n\r\n");
  const auto result = client.receive();
  CHECK(result.status == 200);
  CHECK(has_reason(result, "\"של\""));

  client.send(head(server.port(), "Transfer-Encoding: chunked\r\n"));
  for (int i = 0; i < 20; ++i) client.send(absl::StrCat("64\r\n", std::string(100, ' '), "\r\n"));
  CHECK(client.receive().status == 413);
}

TEST_CASE("a client that asks before it sends is told to go on") {
  EchoServer server;
  HttpClient client(server.port());
  client.send(head(server.port(), "Content-Length: 2\r\nExpect: 100-continue\r\n"));
  CHECK(client.receive().status == 100);
  client.send("{}");
  CHECK(client.receive().status == 200);
}

TEST_CASE("a flood of headers is refused") {
  EchoServer server;
  HttpClient large(server.port());
  auto result =
      large.call("Echo", "{}", absl::StrCat("X-Large: ", std::string(17000, 'x'), "\r\n"));
  CHECK(result.status == 431);
  CHECK(has_reason(result, "REASON_TOO_LARGE"));
  std::string many;
  for (int i = 0; i < 101; ++i) absl::StrAppend(&many, "x", i, ": 1\r\n");
  HttpClient counted(server.port());
  CHECK(counted.call("Echo", "{}", many).status == 431);
}

TEST_CASE("what is not HTTP is refused and the connection closed") {
  EchoServer server;
  for (const char* bytes :
       {"hello\r\n\r\n", "\x16\x03\x01\x02\r\n\r\n", "POST / HTTP/1.1\r\nContent-Length: x\r\n\r\n",
        "PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n"}) {
    HttpClient client(server.port());
    client.send(bytes);
    const auto result = client.receive();
    CHECK(result.status == 400);
    CHECK(has_reason(result, "REASON_MALFORMED"));
    CHECK(client.is_closed(3000));
  }
}

TEST_CASE("one connection carries many calls, also sent at once") {
  EchoServer server;
  HttpClient client(server.port());
  for (int i = 0; i < 50; ++i) CHECK(client.call("Echo", "{}").status == 200);
  const std::string one = head(server.port(), "Content-Length: 2\r\n") + "{}";
  client.send(one + one + one);
  for (int i = 0; i < 3; ++i) CHECK(client.receive().status == 200);
  CHECK(client.call("Echo", "{}", "Connection: close\r\n").status == 200);
  CHECK(client.is_closed(3000));
}

TEST_CASE("a slow client is cut off and delays nobody") {
  HttpGatewayOptions options;
  options.read_timeout = absl::Milliseconds(2000);
  EchoServer server(std::move(options));
  std::vector<std::unique_ptr<HttpClient>> slow;
  for (int i = 0; i < 20; ++i) {
    slow.push_back(std::make_unique<HttpClient>(server.port()));
    slow.back()->send(i % 2 == 0 ? "POST /x HT" : head(server.port(), "Content-Length: 9\r\n"));
  }
  HttpClient quick(server.port());
  const auto start = steady_clock::now();
  CHECK(quick.call("Echo", "{}").status == 200);
  CHECK(steady_clock::now() - start < milliseconds(1500));
  for (auto& client : slow) CHECK(client->is_closed(6000));
}

TEST_CASE("an idle connection is closed after its time") {
  HttpGatewayOptions options;
  options.idle_timeout = absl::Milliseconds(200);
  EchoServer server(std::move(options));
  HttpClient client(server.port());
  CHECK(client.call("Echo", "{}").status == 200);
  CHECK(client.is_closed(3000));
}

TEST_CASE("five hundred idle connections do not delay a new caller") {
  EchoServer server;
  std::vector<std::unique_ptr<HttpClient>> idle;
  for (int i = 0; i < 500; ++i) {
    idle.push_back(std::make_unique<HttpClient>(server.port()));
    if (i % 5 == 0) REQUIRE(idle.back()->call("Echo", "{}").status == 200);
  }
  const auto start = steady_clock::now();
  HttpClient fresh(server.port());
  CHECK(fresh.call("Echo", "{}").status == 200);
  CHECK(steady_clock::now() - start < milliseconds(1500));
}

TEST_CASE("one connection too many is told so, and there is room again when another leaves") {
  HttpGatewayOptions options;
  options.max_connection_count = 2;
  EchoServer server(std::move(options));
  HttpClient first(server.port());
  auto second = std::make_unique<HttpClient>(server.port());
  CHECK(first.call("Echo", "{}").status == 200);
  CHECK(second->call("Echo", "{}").status == 200);
  HttpClient third(server.port());
  const auto result = third.receive();
  CHECK(result.status == 429);
  CHECK(has_reason(result, "REASON_BUSY"));
  second.reset();
  int status = 0;
  for (int attempt = 0; attempt < 100 && status != 200; ++attempt) {
    std::this_thread::sleep_for(milliseconds(20));
    status = HttpClient(server.port()).call("Echo", "{}").status;
  }
  CHECK(status == 200);
}

TEST_CASE("stopping finishes what is in flight and closes what is idle") {
  EchoServer server;
  HttpClient idle(server.port());
  CHECK(idle.call("Echo", "{}").status == 200);
  HttpClient busy(server.port());
  busy.send(head(server.port(), "Content-Length: 16\r\n") + R"({"delay_ms":600})");
  std::this_thread::sleep_for(milliseconds(200));
  const auto start = steady_clock::now();
  server.gateway().stop();
  CHECK(steady_clock::now() - start < milliseconds(3000));
  const auto result = busy.receive();
  CHECK(result.status == 200);
  CHECK(result.headers.at("connection") == "close");
  CHECK(idle.is_closed(0));
  CHECK_THROWS(HttpClient(server.port()));
  server.gateway().stop();
}

TEST_CASE("what outlives the grace is cancelled and told so") {
  HttpGatewayOptions options;
  options.shutdown_grace = absl::Milliseconds(100);
  EchoServer server(std::move(options));
  HttpClient busy(server.port());
  busy.send(head(server.port(), "Content-Length: 18\r\n") + R"({"delay_ms":20000})");
  std::this_thread::sleep_for(milliseconds(200));
  const auto start = steady_clock::now();
  server.gateway().stop();
  CHECK(steady_clock::now() - start < milliseconds(5000));
  const auto result = busy.receive();
  CHECK(result.status == 503);
  CHECK(has_reason(result, "REASON_STOPPING"));
}

TEST_CASE("stopping under many callers answers each or closes, and hangs nowhere") {
  for (int round = 0; round < 5; ++round) {
    EchoServer server;
    std::vector<std::thread> callers;
    for (int i = 0; i < 8; ++i) {
      callers.emplace_back([port = server.port()] {
        try {
          HttpClient client(port);
          while (client.call("Echo", R"({"text":"x"})").status == 200) {
          }
        } catch (const std::runtime_error&) {
        }
      });
    }
    std::this_thread::sleep_for(milliseconds(50));
    const auto start = steady_clock::now();
    server.gateway().stop();
    CHECK(steady_clock::now() - start < milliseconds(5000));
    for (auto& caller : callers) caller.join();
  }
}

TEST_CASE("a gateway starts only where and with what it can serve safely") {
  EchoServiceImpl service;
  grpc::ServerBuilder builder;
  builder.RegisterService(&service);
  const LocalChannel local(builder);
  const auto grpc_server = builder.BuildAndStart();
  HttpGatewayOptions options;
  CHECK_FALSE(HttpGateway::start(options).ok());
  options.channel = local.open(1 << 20);
  options.services = {"moadon.v1.NoSuchService"};
  CHECK(absl::IsNotFound(HttpGateway::start(options).status()));
  options.services = {};
  options.listen_address = "0.0.0.0";
  CHECK(absl::IsFailedPrecondition(HttpGateway::start(options).status()));
  options.allow_insecure = true;
  CHECK(HttpGateway::start(options).ok());
  options.listen_address = "127.0.0.1";
  options.tls.certificate_chain_file = "/nonexistent.pem";
  options.tls.private_key_file = "/nonexistent.pem";
  CHECK_FALSE(HttpGateway::start(options).ok());
  options.tls = {};
  const auto first = HttpGateway::start(options);
  REQUIRE(first.ok());
  options.port = (*first)->port();
  CHECK(absl::IsFailedPrecondition(HttpGateway::start(options).status()));
}

// Not run unless named: what one call costs.
TEST_CASE("latency of one call", "[.][bench]") {
  EchoServer server;
  HttpClient client(server.port());
  std::string json = R"({"text":"שלום","lines":[)";
  for (int i = 0; i < 10; ++i)
    absl::StrAppend(&json, i ? "," : "", R"({"sku":"x","quantity_milli":"1000"})");
  json += "]}";
  std::vector<std::int64_t> times_us;
  for (int i = 0; i < 5000; ++i) {
    const auto start = steady_clock::now();
    REQUIRE(client.call("Echo", json).status == 200);
    times_us.push_back(
        std::chrono::duration_cast<std::chrono::microseconds>(steady_clock::now() - start).count());
  }
  std::sort(times_us.begin(), times_us.end());
  WARN("one JSON call with ten lines: median " << times_us[2500] << " us, p99 " << times_us[4950]
                                               << " us");
}

}  // namespace
}  // namespace moadon::gateway_testing
