#include "plugin/src/loopback_socket.h"

#include <arpa/inet.h>
#include <fcntl.h>
#include <netinet/in.h>
#include <sys/socket.h>
#include <unistd.h>

#include <csignal>

#include "tests/catch.h"

namespace moadon::pos {
namespace {

using Io = LoopbackSocket::Io;

constexpr int kTimeout_ms = 5000;

struct Listener {
  Listener() {
    sockaddr_in address{};
    address.sin_family = AF_INET;
    address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
    socklen_t size = sizeof(address);
    REQUIRE(::bind(descriptor, reinterpret_cast<sockaddr*>(&address), size) == 0);
    REQUIRE(::listen(descriptor, 8) == 0);
    REQUIRE(::getsockname(descriptor, reinterpret_cast<sockaddr*>(&address), &size) == 0);
    port = ntohs(address.sin_port);
  }
  ~Listener() { ::close(descriptor); }

  const int descriptor = ::socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
  std::uint16_t port = 0;
};

}  // namespace

TEST_CASE("nobody listening is a closed socket") {
  std::uint16_t port = 0;
  { port = Listener().port; }
  CHECK_FALSE(LoopbackSocket::connect(port, Deadline(kTimeout_ms)).is_open());
}

TEST_CASE("writing to a peer that is gone is an answer, not a signal") {
  REQUIRE(::signal(SIGPIPE, SIG_DFL) != SIG_ERR);
  const Listener listener;
  LoopbackSocket socket = LoopbackSocket::connect(listener.port, Deadline(kTimeout_ms));
  const int peer = ::accept(listener.descriptor, nullptr, nullptr);
  CHECK(socket.is_quiet());
  std::size_t sent = 0;
  REQUIRE(socket.send("he", "llo", sent) == Io::kOk);
  CHECK(sent == 5);
  ::close(peer);  // with unread bytes: a reset
  CHECK_FALSE(socket.is_quiet());
  CHECK(socket.send("more", "", sent) == Io::kClosed);
  CHECK(socket.send("more", "", sent) == Io::kClosed);
}

TEST_CASE("a descriptor that became another's is lost, and left open") {
  const Listener listener;
  // The socket's number is the lowest free one, which this tells.
  const int number = ::fcntl(listener.descriptor, F_DUPFD_CLOEXEC, STDERR_FILENO + 1);
  ::close(number);
  LoopbackSocket socket = LoopbackSocket::connect(listener.port, Deadline(kTimeout_ms));
  REQUIRE(socket.is_open());
  const int other = ::open("/dev/null", O_RDWR | O_CLOEXEC);
  REQUIRE(::dup2(other, number) == number);
  std::size_t count = 0;
  char byte = 0;
  CHECK_FALSE(socket.is_quiet());
  CHECK(socket.send("x", "", count) == Io::kLost);
  CHECK(socket.receive(&byte, 1, count) == Io::kLost);
  socket.close();
  CHECK_FALSE(socket.is_open());
  CHECK(::fcntl(number, F_GETFD) != -1);
  ::close(number);
  ::close(other);
}

}  // namespace moadon::pos
