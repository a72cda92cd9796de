#include "plugin/src/loopback_socket.h"

#include <arpa/inet.h>
#include <fcntl.h>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <poll.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/uio.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <cerrno>
#include <climits>
#include <utility>

namespace moadon::pos {
namespace {

constexpr int kFirstFreeDescriptor = STDERR_FILENO + 1;

// False when the deadline passed; `revents` is 0 then.
bool poll_until(int descriptor, short events, short& revents, const Deadline& deadline) {
  revents = 0;
  while (true) {
    pollfd entry{descriptor, events, 0};
    const int wait_ms = static_cast<int>(std::min<std::int64_t>(deadline.left_ms(), INT_MAX));
    const int ready = ::poll(&entry, 1, wait_ms);
    if (ready > 0) {
      revents = entry.revents;
      return true;
    }
    if (ready < 0 && errno != EINTR) {
      revents = POLLERR;
      return true;
    }
    if (deadline.passed()) return false;
  }
}

}  // namespace

LoopbackSocket::LoopbackSocket(LoopbackSocket&& other) noexcept
    : descriptor_(std::exchange(other.descriptor_, -1)),
      device_(other.device_),
      inode_(other.inode_) {}

LoopbackSocket& LoopbackSocket::operator=(LoopbackSocket&& other) noexcept {
  if (this != &other) {
    close();
    descriptor_ = std::exchange(other.descriptor_, -1);
    device_ = other.device_;
    inode_ = other.inode_;
  }
  return *this;
}

LoopbackSocket LoopbackSocket::adopt(int descriptor) {
  LoopbackSocket socket;
  if (descriptor < 0) return socket;
  if (descriptor < kFirstFreeDescriptor) {
    // The host runs without a standard descriptor; its next printf must not land in our connection.
    const int moved = ::fcntl(descriptor, F_DUPFD_CLOEXEC, kFirstFreeDescriptor);
    ::close(descriptor);
    if (moved < 0) return socket;
    descriptor = moved;
  }
  struct stat identity {};
  if (::fstat(descriptor, &identity) != 0) return socket;
  socket.descriptor_ = descriptor;
  socket.device_ = identity.st_dev;
  socket.inode_ = identity.st_ino;
  return socket;
}

LoopbackSocket LoopbackSocket::connect(std::uint16_t port, const Deadline& deadline) {
  LoopbackSocket socket =
      adopt(::socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC | SOCK_NONBLOCK, IPPROTO_TCP));
  if (!socket.is_open()) return socket;
  const int on = 1;
  ::setsockopt(socket.descriptor_, IPPROTO_TCP, TCP_NODELAY, &on, sizeof(on));
  sockaddr_in address{};
  address.sin_family = AF_INET;
  address.sin_port = htons(port);
  address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
  if (::connect(socket.descriptor_, reinterpret_cast<sockaddr*>(&address), sizeof(address)) == 0) {
    return socket;
  }
  if (errno != EINPROGRESS && errno != EINTR) return {};
  short revents = 0;
  if (!poll_until(socket.descriptor_, POLLOUT, revents, deadline)) return {};
  int error = 0;
  socklen_t size = sizeof(error);
  if (!socket.is_ours() ||
      ::getsockopt(socket.descriptor_, SOL_SOCKET, SO_ERROR, &error, &size) != 0 || error != 0) {
    return {};
  }
  return socket;
}

bool LoopbackSocket::is_ours() const {
  struct stat identity {};
  return descriptor_ >= 0 && ::fstat(descriptor_, &identity) == 0 && S_ISSOCK(identity.st_mode) &&
         identity.st_dev == device_ && identity.st_ino == inode_;
}

bool LoopbackSocket::is_quiet() const {
  if (!is_ours()) return false;
  pollfd entry{descriptor_, POLLIN | POLLRDHUP, 0};
  return ::poll(&entry, 1, 0) == 0;
}

LoopbackSocket::Io LoopbackSocket::send(std::string_view first, std::string_view second,
                                        std::size_t& sent) {
  sent = 0;
  if (!is_ours()) return Io::kLost;
  std::array<iovec, 2> parts = {iovec{const_cast<char*>(first.data()), first.size()},
                                iovec{const_cast<char*>(second.data()), second.size()}};
  msghdr message{};
  message.msg_iov = parts.data();
  message.msg_iovlen = parts.size();
  ssize_t count = 0;
  do {
    count = ::sendmsg(descriptor_, &message, MSG_NOSIGNAL | MSG_DONTWAIT);
  } while (count < 0 && errno == EINTR);
  if (count < 0) return errno == EAGAIN ? Io::kWouldBlock : Io::kClosed;
  sent = static_cast<std::size_t>(count);
  return Io::kOk;
}

LoopbackSocket::Io LoopbackSocket::receive(char* buffer, std::size_t capacity,
                                           std::size_t& received) {
  received = 0;
  if (!is_ours()) return Io::kLost;
  ssize_t count = 0;
  do {
    count = ::recv(descriptor_, buffer, capacity, MSG_DONTWAIT);
  } while (count < 0 && errno == EINTR);
  if (count < 0) return errno == EAGAIN ? Io::kWouldBlock : Io::kClosed;
  if (count == 0) return Io::kClosed;
  received = static_cast<std::size_t>(count);
  return Io::kOk;
}

bool LoopbackSocket::wait(bool to_send, bool& readable, const Deadline& deadline) const {
  short revents = 0;
  const short events = to_send ? POLLIN | POLLOUT : POLLIN;
  const bool in_time = poll_until(descriptor_, events, revents, deadline);
  readable = (revents & ~POLLOUT) != 0;
  return in_time;
}

void LoopbackSocket::close() {
  if (is_ours()) ::close(descriptor_);
  descriptor_ = -1;
}

}  // namespace moadon::pos
