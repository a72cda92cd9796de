#include "plugin/src/http_exchange.h"

#include <array>

namespace moadon::pos {
namespace {

using Io = LoopbackSocket::Io;

constexpr std::size_t kReceiveBytes = 16384;

enum class Sent { kAll, kAnswerWaits, kBroken, kTimedOut };

Sent send_all(LoopbackSocket& socket, std::string_view head, std::string_view body,
              const Deadline& deadline, bool& any) {
  any = false;
  while (true) {
    std::size_t sent = 0;
    const Io io = socket.send(head, body, sent);
    if (io == Io::kLost) return Sent::kBroken;
    // A peer that refuses the request early may have closed already, its answer still to be read.
    if (io == Io::kClosed) return any ? Sent::kAnswerWaits : Sent::kBroken;
    any = any || sent > 0;
    const std::size_t of_head = sent < head.size() ? sent : head.size();
    head.remove_prefix(of_head);
    body.remove_prefix(sent - of_head);
    if (head.empty() && body.empty()) return Sent::kAll;
    if (deadline.passed()) return Sent::kTimedOut;
    if (io != Io::kWouldBlock) continue;
    bool readable = false;
    if (!socket.wait(/*to_send=*/true, readable, deadline)) return Sent::kTimedOut;
    if (readable) return Sent::kAnswerWaits;
  }
}

Exchanged receive_all(LoopbackSocket& socket, const Deadline& deadline, HttpReply& reply) {
  std::array<char, kReceiveBytes> buffer;
  while (true) {
    std::size_t received = 0;
    const Io io = socket.receive(buffer.data(), buffer.size(), received);
    if (io == Io::kWouldBlock) {
      bool readable = false;
      if (!socket.wait(/*to_send=*/false, readable, deadline)) return Exchanged::kTimedOut;
      continue;
    }
    if (io == Io::kLost) return reply.begun() ? Exchanged::kCutOff : Exchanged::kNoReply;
    const HttpReply::State state =
        io == Io::kClosed ? reply.end() : reply.feed({buffer.data(), received});
    switch (state) {
      case HttpReply::State::kDone:
        return Exchanged::kAnswered;
      case HttpReply::State::kTooLarge:
        return Exchanged::kTooLarge;
      case HttpReply::State::kBroken:
        return reply.begun() ? Exchanged::kCutOff : Exchanged::kNoReply;
      case HttpReply::State::kMore:
        break;
    }
    if (deadline.passed()) return Exchanged::kTimedOut;
  }
}

}  // namespace

Exchanged exchange(LoopbackSocket& socket, std::string_view head, std::string_view body,
                   const Deadline& deadline, HttpReply& reply, bool& reusable) {
  reusable = false;
  bool any_sent = false;
  const Sent sent = send_all(socket, head, body, deadline, any_sent);
  if (sent == Sent::kTimedOut) return Exchanged::kTimedOut;
  if (sent == Sent::kBroken) return any_sent ? Exchanged::kNoReply : Exchanged::kNotSent;
  const Exchanged result = receive_all(socket, deadline, reply);
  reusable = result == Exchanged::kAnswered && sent == Sent::kAll && reply.keep_alive();
  return result;
}

}  // namespace moadon::pos
