// The connections of one handle to its agent, kept from call to call.
#pragma once

#include <sys/types.h>

#include <array>
#include <atomic>
#include <cstddef>
#include <optional>
#include <string>
#include <utility>

#include "moadon_pos.h"
#include "plugin/src/deadline.h"
#include "plugin/src/loopback_socket.h"

namespace moadon::pos {

inline constexpr std::size_t kConnectionsMax = MOADON_POS_CALLS_MAX;
inline constexpr int kTurnPoll_ms = 1;

// What a call needs: a socket and the headers that go with it, read when it was connected.
struct Connection {
  LoopbackSocket socket;
  std::string headers;  // Host and Authorization, each with its line end
};

// A fixed number of slots, claimed and returned without locks: a mutex held by another thread at
// the moment of a fork would stay locked in the child for ever. Belongs to the process that made
// it.
class Connections final {
  struct Slot;

 public:
  // The right to use one connection, and a place among the calls under way, until it is destroyed.
  class Claim final {
   public:
    Claim(Claim&& other) noexcept : slot_(std::exchange(other.slot_, nullptr)) {}
    Claim& operator=(Claim&&) = delete;
    ~Claim();
    Connection& operator*() const { return slot_->connection; }

   private:
    friend class Connections;
    explicit Claim(Slot* slot) : slot_(slot) {}
    Slot* slot_;
  };

  // `inherited` are those of the parent when a child made by fork makes its own, else nullptr.
  Connections(pid_t process, Connections* inherited) : process_(process), inherited_(inherited) {}

  pid_t process() const { return process_; }
  // A kept connection if there is one, else an unconnected slot; waits its turn. Nothing if the
  // deadline passes first.
  std::optional<Claim> claim(const Deadline& deadline);
  // Returns when no call is under way.
  void wait_until_unused() const;
  // In the child: closes its copies of the parent's descriptors, writing nothing to them. What the
  // parent's other threads were in the middle of is left alone, memory included.
  void drop_inherited();

 private:
  enum class State { kEmpty, kKept, kBusy };
  struct Slot {
    std::atomic<State> state{State::kEmpty};
    Connection connection;  // guarded by state: kBusy belongs to whoever set it
  };

  Slot* take(State wanted);

  const pid_t process_;
  // Not owned, never deleted: in the child it is a picture of memory that other threads were
  // changing.
  Connections* const inherited_;
  std::array<Slot, kConnectionsMax> slots_;
};

}  // namespace moadon::pos
