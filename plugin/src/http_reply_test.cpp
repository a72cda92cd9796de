#include "plugin/src/http_reply.h"

#include <string>
#include <string_view>

#include "tests/catch.h"

namespace moadon::pos {
namespace {

using State = HttpReply::State;

constexpr std::size_t kBodyMaxBytes = 100;

// Feeds `text` in pieces of `piece` bytes and returns the last state.
State feed_in_pieces(HttpReply& reply, std::string_view text, std::size_t piece) {
  State state = State::kMore;
  while (!text.empty() && state == State::kMore) {
    const auto part = text.substr(0, piece);
    state = reply.feed(part);
    text.remove_prefix(part.size());
  }
  return state;
}

}  // namespace

TEST_CASE("an answer is the same however its bytes are cut") {
  const auto text = GENERATE(
      std::string("HTTP/1.1 200 OK\r\nContent-Length: 5\r\n\r\nhello"),
      std::string("HTTP/1.1 100 Continue\r\n\r\nHTTP/1.1 200 \r\ncontent-length:5 \r\n\r\nhello"),
      std::string("HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n"
                  "2\r\nhe\r\n3;a=b\r\nllo\r\n0\r\nTrailer: x\r\n\r\n"));
  for (std::size_t piece = 1; piece <= text.size(); ++piece) {
    HttpReply reply(kBodyMaxBytes);
    CHECK(feed_in_pieces(reply, text, piece) == State::kDone);
    CHECK(reply.status() == 200);
    CHECK(reply.body() == "hello");
    CHECK(reply.keep_alive());
  }
}

TEST_CASE("an answer without a length runs until the end") {
  HttpReply reply(kBodyMaxBytes);
  CHECK(reply.feed("HTTP/1.1 200 OK\r\n\r\nhel") == State::kMore);
  CHECK(reply.feed("lo") == State::kMore);
  CHECK(reply.end() == State::kDone);
  CHECK(reply.body() == "hello");
  CHECK_FALSE(reply.keep_alive());
}

TEST_CASE("a connection is not kept after close, HTTP/1.0 or surplus bytes") {
  const auto text =
      GENERATE(std::string("HTTP/1.1 200 OK\r\nConnection: close\r\nContent-Length: 0\r\n\r\n"),
               std::string("HTTP/1.0 200 OK\r\nContent-Length: 0\r\n\r\n"),
               std::string("HTTP/1.1 200 OK\r\nContent-Length: 0\r\n\r\nmore"));
  HttpReply reply(kBodyMaxBytes);
  CHECK(reply.feed(text) == State::kDone);
  CHECK_FALSE(reply.keep_alive());
}

TEST_CASE("what is not an answer is refused") {
  const auto text = GENERATE(
      std::string("SSH-2.0-OpenSSH\r\n\r\n"), std::string("HTTP/2 200\r\n\r\n"),
      std::string("HTTP/1.1 abc OK\r\n\r\n"), std::string("HTTP/1.1 200 OK\r\nno colon\r\n\r\n"),
      std::string("HTTP/1.1 200 OK\r\nContent-Length: -1\r\n\r\n"),
      std::string("HTTP/1.1 200 OK\r\nContent-Length: 99999999999999999999\r\n\r\n"),
      std::string("HTTP/1.1 200 OK\r\nContent-Length: 1\r\nContent-Length: 2\r\n\r\n"),
      std::string("HTTP/1.1 200 OK\r\nContent-Length: 1\r\nTransfer-Encoding: chunked\r\n\r\n"),
      std::string("HTTP/1.1 200 OK\r\nTransfer-Encoding: gzip\r\n\r\n"),
      std::string("HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\nzz\r\n"),
      std::string("HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n1\r\nab\r\n"),
      std::string(kReplyHeadMaxBytes + 1, 'x'));
  HttpReply reply(kBodyMaxBytes);
  CHECK(reply.feed(text) == State::kBroken);
}

TEST_CASE("a body over its limit is refused before it is read") {
  const auto text =
      GENERATE(std::string("HTTP/1.1 200 OK\r\nContent-Length: 101\r\n\r\n"),
               std::string("HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n65\r\n"),
               "HTTP/1.1 200 OK\r\n\r\n" + std::string(kBodyMaxBytes + 1, 'x'));
  HttpReply reply(kBodyMaxBytes);
  CHECK(reply.feed(text) == State::kTooLarge);
}

TEST_CASE("an answer that ends early is broken") {
  HttpReply reply(kBodyMaxBytes);
  CHECK_FALSE(reply.begun());
  CHECK(reply.feed("HTTP/1.1 200 OK\r\nContent-Length: 5\r\n\r\nhel") == State::kMore);
  CHECK(reply.begun());
  CHECK(reply.end() == State::kBroken);
}

}  // namespace moadon::pos
