// What a handle of moadon_pos.h stands for.
#pragma once

#include <sys/types.h>

#include <atomic>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

#include "plugin/src/config.h"
#include "plugin/src/connections.h"
#include "plugin/src/deadline.h"
#include "plugin/src/refusal.h"

namespace moadon::pos {

// Not more often than this is the agent started.
inline constexpr std::int64_t kStartAgainAfter_ms = 2000;
// A started agent that is not ready by then counts as unreachable, however long the call may take.
inline constexpr std::int64_t kAgentReadyWait_ms = 15000;
// Pauses between looks for a starting agent: from the first to the second, doubling.
inline constexpr std::int64_t kReadyPollFirst_ms = 2;
inline constexpr std::int64_t kReadyPollLast_ms = 50;

// The agent of one register, as seen from the host's process: finds it, starts it if told to, and
// carries calls to it. Any number of threads may call at once. Takes no locks, so that a child made
// by fork at any moment can go on.
class Agent final {
 public:
  struct Answer {
    bool ok;
    std::string json;  // the response, or the error object
  };

  explicit Agent(Config config);
  Agent(const Agent&) = delete;
  Agent& operator=(const Agent&) = delete;
  // Waits for the calls under way.
  ~Agent();

  // `method` and `request_json` were checked. Sends the request at most twice, the second time only
  // as moadon_pos.h says under "Repeating".
  Answer call(std::string_view method, std::string_view request_json, const Deadline& deadline);

 private:
  // Those of this process, made anew in a child.
  Connections& connections();
  Answer call_on(Connection& connection, std::string_view method, std::string_view request_json,
                 const Deadline& deadline);
  std::optional<Refusal> connect(Connection& connection, const Deadline& deadline);
  LoopbackSocket connect_running(std::uint16_t& port, const Deadline& deadline) const;
  LoopbackSocket start_and_connect(std::uint16_t& port, const Deadline& deadline, int& start_error);
  // 0 if the agent was started now or not long ago, else why it could not be.
  int start_if_due();
  Refusal unreachable(int start_error) const;
  void note_reachable(bool reachable);

  // Fixed at construction.
  const Config config_;

  // Each for itself.
  std::atomic<Connections*> connections_;  // owned; replaced only in a child
  std::atomic<std::int64_t> last_start_ms_{-kStartAgainAfter_ms};
  std::atomic<int> last_start_error_{0};
  std::atomic<bool> reachable_{true};  // for the log: what was last seen
};

}  // namespace moadon::pos
