// What the agent knows of its server: the channel, whether it answers, and what time it is there.
#pragma once

#include <grpcpp/channel.h>

#include <cstdint>
#include <functional>
#include <memory>
#include <optional>
#include <thread>

#include "absl/base/thread_annotations.h"
#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "absl/synchronization/mutex.h"
#include "client/agent/clock.h"
#include "client/lib/channel.h"
#include "google/protobuf/timestamp.pb.h"

namespace moadon::agent {

// How often the channel is looked at besides when it changes; how long stop() may take.
inline constexpr absl::Duration kLookInterval = absl::Milliseconds(200);
// Somebody waits at the till, 400 ms in all at most: no second try, and none at all while the
// breaker is open.
inline constexpr absl::Duration kCashierWait = absl::Milliseconds(360);
// The breaker: after so many calls without an answer in time, and none within kCashierWait between
// them, no cashier waits any more, until a call in the background (the heartbeat) is answered
// within kCashierWait.
inline constexpr int kMissesBeforeBreaker = 3;
// After so many in a row, with no answer at all between them, the connection is given up for a new
// one: TCP notices a dead line only after minutes.
inline constexpr int kTimeoutsBeforeReconnect = 3;
// A machine's clock that is further from the server's than this should be set right.
inline constexpr absl::Duration kMaxClockSkew = absl::Minutes(5);

// When the server was last heard of, by the machine's clock. One that answers too slowly for a
// cashier is not online, though it is heard of.
struct Contact {
  bool is_online = false;
  std::optional<int64_t> offline_since_us;  // unset while online
  std::optional<int64_t> last_contact_us;   // unset: never
};

// One per agent, shared by all its registers. Keeps the channel connecting, so that the server's
// return is noticed without a call; remembers whether the last call was answered, so that a cashier
// does not wait for a server that is known to be away. Thread-safe.
class ServerLink final {
 public:
  // Called when it is time to ask the server how it is: it may have come back, or has just not
  // answered. From any thread, several at once; must not block.
  using OnDoubt = std::function<void()>;

  // Refuses as open_channel; an empty address is none at all: then the server is always away.
  static absl::StatusOr<std::unique_ptr<ServerLink>> open(const ChannelOptions& options,
                                                          const Clock& clock);
  ~ServerLink();  // stop()
  ServerLink(const ServerLink&) = delete;
  ServerLink& operator=(const ServerLink&) = delete;

  // Begins to watch the channel. Once, before the first report.
  void watch(OnDoubt on_doubt);
  // Ends watching; from then on only reports can call on_doubt.
  void stop() ABSL_LOCKS_EXCLUDED(mutex_);

  // The channel of the moment, null without a server, and its number, which grows when it is
  // replaced. Shared because gRPC hands channels out that way.
  struct NumberedChannel {
    std::shared_ptr<grpc::Channel> channel;
    int64_t number = 0;
  };
  NumberedChannel channel() const ABSL_LOCKS_EXCLUDED(mutex_);

  // Whether the server is known not to answer, or not before a cashier has waited too long: for
  // whoever makes one wait.
  bool is_away() const ABSL_LOCKS_EXCLUDED(mutex_);
  // Whether it is worth asking in the background: false where it did not answer the last time. A
  // slow answer is one.
  bool is_reachable() const ABSL_LOCKS_EXCLUDED(mutex_);
  Contact contact() const ABSL_LOCKS_EXCLUDED(mutex_);

  // How a call ended, and after how long. Refusals of the server are answers, too.
  void report(const absl::Status& answered, absl::Duration took) ABSL_LOCKS_EXCLUDED(mutex_);
  // What the server's clock said just now.
  void report_server_time(const google::protobuf::Timestamp& time) ABSL_LOCKS_EXCLUDED(mutex_);

  // What this machine heard before this process began: the server's time less the monotonic time.
  // Before the first report.
  void resume_server_time(int64_t offset_us) ABSL_LOCKS_EXCLUDED(mutex_);
  std::optional<int64_t> server_offset_us() const ABSL_LOCKS_EXCLUDED(mutex_);

  // Last server time plus the monotonic time since; unset: the server was never heard.
  std::optional<int64_t> corrected_now_us() const ABSL_LOCKS_EXCLUDED(mutex_);
  // The machine's clock less the server's; zero until the server was heard.
  absl::Duration clock_skew() const;
  // The clock's, for measuring how long a call took.
  absl::Duration monotonic() const { return clock_.monotonic(); }

 private:
  enum class Reach { kUnknown, kOnline, kAway };

  ServerLink(ChannelOptions options, const Clock& clock, std::shared_ptr<grpc::Channel> channel)
      : options_(std::move(options)), clock_(clock), channel_{std::move(channel), 1} {}

  void watch_until_stopped() ABSL_LOCKS_EXCLUDED(mutex_);
  // Each returns whether it is time to ask the server how it is.
  bool note_late() ABSL_EXCLUSIVE_LOCKS_REQUIRED(mutex_);
  bool note_away() ABSL_EXCLUSIVE_LOCKS_REQUIRED(mutex_);
  void note_answer(absl::Duration took) ABSL_EXCLUSIVE_LOCKS_REQUIRED(mutex_);
  void replace_channel() ABSL_EXCLUSIVE_LOCKS_REQUIRED(mutex_);
  bool is_stopping() const ABSL_LOCKS_EXCLUDED(mutex_);

  // Fixed at construction; on_doubt_ by watch().
  const ChannelOptions options_;
  const Clock& clock_;
  OnDoubt on_doubt_;

  mutable absl::Mutex mutex_;
  NumberedChannel channel_ ABSL_GUARDED_BY(mutex_);
  Reach reach_ ABSL_GUARDED_BY(mutex_) = Reach::kUnknown;
  std::optional<int64_t> away_since_us_ ABSL_GUARDED_BY(mutex_);
  std::optional<int64_t> last_contact_us_ ABSL_GUARDED_BY(mutex_);
  int timeouts_in_a_row_ ABSL_GUARDED_BY(mutex_) = 0;  // on this connection
  int misses_in_a_row_ ABSL_GUARDED_BY(mutex_) = 0;    // without an answer within kCashierWait
  bool is_breaker_open_ ABSL_GUARDED_BY(mutex_) = false;
  bool is_skewed_ ABSL_GUARDED_BY(mutex_) = false;  // as logged
  // The server's time less the monotonic time, microseconds.
  std::optional<int64_t> server_offset_us_ ABSL_GUARDED_BY(mutex_);
  bool stopping_ ABSL_GUARDED_BY(mutex_) = false;

  std::thread watcher_;
};

}  // namespace moadon::agent
