#include "plugin/src/connections.h"

#include <chrono>
#include <thread>

namespace moadon::pos {

Connections::Claim::~Claim() {
  if (slot_ == nullptr) return;
  const bool kept = slot_->connection.socket.is_open();
  slot_->state.store(kept ? State::kKept : State::kEmpty, std::memory_order_release);
}

Connections::Slot* Connections::take(State wanted) {
  for (Slot& slot : slots_) {
    State expected = wanted;
    if (slot.state.load(std::memory_order_relaxed) == wanted &&
        slot.state.compare_exchange_strong(expected, State::kBusy, std::memory_order_acquire)) {
      return &slot;
    }
  }
  return nullptr;
}

std::optional<Connections::Claim> Connections::claim(const Deadline& deadline) {
  while (true) {
    if (Slot* slot = take(State::kKept)) return Claim(slot);
    if (Slot* slot = take(State::kEmpty)) return Claim(slot);
    if (deadline.passed()) return std::nullopt;
    std::this_thread::sleep_for(std::chrono::milliseconds(kTurnPoll_ms));
  }
}

void Connections::wait_until_unused() const {
  for (const Slot& slot : slots_) {
    while (slot.state.load(std::memory_order_acquire) == State::kBusy) {
      std::this_thread::sleep_for(std::chrono::milliseconds(kTurnPoll_ms));
    }
  }
}

void Connections::drop_inherited() {
  if (inherited_ == nullptr) return;
  for (Slot& slot : inherited_->slots_) {
    // Closing the child's copy sends nothing while the parent has its own.
    slot.connection.socket.close();
  }
}

}  // namespace moadon::pos
