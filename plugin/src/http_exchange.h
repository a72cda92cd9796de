// One request and its answer on a connection.
#pragma once

#include <string_view>

#include "plugin/src/deadline.h"
#include "plugin/src/http_reply.h"
#include "plugin/src/loopback_socket.h"

namespace moadon::pos {

enum class Exchanged {
  kAnswered,  // the reply is complete
  kNotSent,   // the connection ended before a byte was sent
  kNoReply,   // ended after bytes were sent, before a byte of the answer
  kCutOff,    // ended, or turned into nonsense, inside the answer
  kTooLarge,  // the answer is over its limit
  kTimedOut,  // whatever was sent may still take effect
};

// Sends `head` and `body`, then reads `reply`. Anything but kAnswered leaves the connection
// unusable. An answer that comes before everything was sent ends the sending (and the connection's
// reuse).
Exchanged exchange(LoopbackSocket& socket, std::string_view head, std::string_view body,
                   const Deadline& deadline, HttpReply& reply, bool& reusable);

}  // namespace moadon::pos
