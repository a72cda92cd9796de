#include "server/rpc/listen_address.h"

#include "tests/catch.h"

namespace moadon::rpc {
namespace {

TEST_CASE("addresses are read and written in the same form") {
  for (const char* text :
       {"127.0.0.1:7070", "localhost:0", "[::1]:65535", "0.0.0.0:1", "[::]:7070"}) {
    INFO(text);
    const auto address = parse_listen_address(text);
    REQUIRE(address.ok());
    CHECK(to_string(*address) == text);
  }
}

TEST_CASE("names, missing ports and impossible ports are not addresses") {
  for (const char* text :
       {"", "7070", "127.0.0.1", "example.com:7070", "127.0.0.1:65536", "127.0.0.1:-1", "::1:7070",
        "[127.0.0.1]:7070", "127.0.0.1:x", "[::1]", "unix:/tmp/socket", "127.1:7070"}) {
    INFO(text);
    CHECK_FALSE(parse_listen_address(text).ok());
  }
}

TEST_CASE("only this machine reaches a loopback address") {
  CHECK(parse_listen_address("127.0.0.1:1")->is_loopback());
  CHECK(parse_listen_address("127.9.9.9:1")->is_loopback());
  CHECK(parse_listen_address("[::1]:1")->is_loopback());
  CHECK(parse_listen_address("localhost:1")->is_loopback());
  CHECK_FALSE(parse_listen_address("0.0.0.0:1")->is_loopback());
  CHECK_FALSE(parse_listen_address("[::]:1")->is_loopback());
  CHECK_FALSE(parse_listen_address("192.168.1.2:1")->is_loopback());
}

}  // namespace
}  // namespace moadon::rpc
