// Gives the owner's queue what one register's journal has waited with for too long.
#pragma once

#include <string>

#include "absl/status/statusor.h"
#include "client/agent/journal.h"
#include "client/agent/server_line.h"

namespace moadon::agent {

// Entries that the server refuses, or that were altered, go to the owner's queue after so long.
inline constexpr absl::Duration kHandOverAge = absl::Hours(45 * 24);
inline constexpr BatchLimits kHandOverLimits{.count = 64, .bytes = 512 * 1024};

// Goes through them oldest first, a call at a time. What the queue refuses for what it is stays in
// the journal and stops nothing else: of a call that was refused each entry goes by itself. For one
// thread; everything handed over outlives it.
class HandOverRound final {
 public:
  HandOverRound(const std::string& register_id, ServerLine& line, Journal& journal)
      : register_id_(register_id), line_(line), journal_(journal) {}
  HandOverRound(const HandOverRound&) = delete;
  HandOverRound& operator=(const HandOverRound&) = delete;

  // One call to the server. False: the round is over, because nothing is left or because the server
  // takes nothing now; the next call begins another. Fails as the journal does. `now_us`: the
  // server's time.
  absl::StatusOr<bool> step(int64_t now_us);

 private:
  absl::StatusOr<bool> on_taken(const v1::HandOverRequest& request, int64_t now_us);
  bool on_refused(const v1::HandOverRequest& request, const absl::Status& refusal);
  void begin();

  const std::string register_id_;
  ServerLine& line_;
  Journal& journal_;

  int64_t after_sequence_ = 0;  // what was passed over in this round is not after it
  int single_entries_ = 0;      // so many go one by one
};

}  // namespace moadon::agent
