// Who takes turns in a register's name: one journal at a time, and of a journal one disk.
#pragma once

#include <cstdint>
#include <string>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "sqlite/connection.h"

namespace moadon {

struct TurnName {
  std::string register_id;
  std::string journal_id;
  int64_t turn = 0;
  int64_t previous_turn = 0;  // the journal's last one before it that was answered; 0: none
};

enum class TurnStanding {
  kNew,
  kRepeated,  // the last one that was answered: its answer was lost
  kForked,    // JOURNAL_FORKED
};

// A journal numbers its turns upwards, repeats one until it is answered, and says with each which
// one was answered last. So whoever takes a turn after another disk with the same journal did does
// not know of that turn, and is forked, for good: of a clone and its original the first one to ask
// goes on. The same is said of a turn that was overtaken on its way; nobody waits for that answer.
// A journal that the register has left for another one (moadon-agent rejoin) does not come back.
absl::StatusOr<TurnStanding> turn_standing(sqlite::Connection& connection, const TurnName& name);

// Keeps a new turn as the register's last one. On the writer's thread.
absl::Status keep_new_turn(sqlite::Connection& connection, const TurnName& name, int64_t now_us);

}  // namespace moadon
