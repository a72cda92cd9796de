// A TCP connection to 127.0.0.1 that survives a host which closes descriptors it does not know.
#pragma once

#include <sys/types.h>

#include <cstdint>
#include <string_view>

#include "plugin/src/deadline.h"

namespace moadon::pos {

// Owns a descriptor together with the identity (device, inode) of the socket behind it. Before each
// use the two are compared: if the host closed our descriptor or gave its number to something else,
// every operation answers kLost and neither reads, writes nor closes what is not ours. Never 0, 1
// or 2, close-on-exec, non-blocking, raises no SIGPIPE. Not for use by two threads at once.
class LoopbackSocket final {
 public:
  enum class Io { kOk, kWouldBlock, kClosed, kLost };

  LoopbackSocket() = default;
  LoopbackSocket(LoopbackSocket&& other) noexcept;
  LoopbackSocket& operator=(LoopbackSocket&& other) noexcept;
  ~LoopbackSocket() { close(); }

  // A closed socket if nobody listens or the deadline passes first.
  static LoopbackSocket connect(std::uint16_t port, const Deadline& deadline);

  bool is_open() const { return descriptor_ >= 0; }
  // Whether a new request may be written: still ours, and the peer has neither closed nor sent
  // anything unasked.
  bool is_quiet() const;
  // Writes as much of `first` followed by `second` as the kernel takes; `sent` is how much.
  Io send(std::string_view first, std::string_view second, std::size_t& sent);
  // Reads up to `capacity` bytes; kOk with `received` 0 never happens, the end is kClosed.
  Io receive(char* buffer, std::size_t capacity, std::size_t& received);
  // Waits for bytes to read or, if `to_send`, for room to write. False when the deadline passed.
  bool wait(bool to_send, bool& readable, const Deadline& deadline) const;
  void close();

 private:
  bool is_ours() const;
  // Remembers the socket's identity and moves it above the standard descriptors.
  static LoopbackSocket adopt(int descriptor);

  int descriptor_ = -1;
  dev_t device_ = 0;
  ino_t inode_ = 0;
};

}  // namespace moadon::pos
