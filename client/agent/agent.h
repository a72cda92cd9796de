// The agent: one process per machine that stands between its registers and the club's server.
#pragma once

#include <grpcpp/server.h>

#include <cstdint>
#include <memory>
#include <string>
#include <thread>

#include "absl/base/thread_annotations.h"
#include "absl/status/statusor.h"
#include "absl/synchronization/mutex.h"
#include "client/agent/agent_directory.h"
#include "client/agent/asks.h"
#include "client/agent/card_feed.h"
#include "client/agent/card_shelf.h"
#include "client/agent/clock.h"
#include "client/agent/journal.h"
#include "client/agent/journal_offline.h"
#include "client/agent/lease_feed.h"
#include "client/agent/member_memory.h"
#include "client/agent/program_shelf.h"
#include "client/agent/register_service.h"
#include "client/agent/server_link.h"
#include "client/agent/settings.h"
#include "client/agent/tills.h"
#include "client/agent/trusted_clock.h"
#include "client/lib/cancellation.h"
#include "gateway/http_gateway.h"
#include "sqlite/data_lock.h"

namespace moadon::agent {

// Delivered entries and holds that ended are forgotten after this long, entries so many at a time.
inline constexpr absl::Duration kKeepDelivered = absl::Hours(60 * 24);
inline constexpr absl::Duration kPruneInterval = absl::Hours(1);
// While the journal is in its reserve: only entries that the server does not have need the room.
inline constexpr absl::Duration kKeepDeliveredPressed = absl::Hours(24);
inline constexpr absl::Duration kPruneIntervalPressed = absl::Minutes(1);
// A journal that has half of its reserve lets go of delivered entries of any age, the oldest first:
// what the server has must not keep a till from selling.
inline constexpr absl::Duration kPruneIntervalNearlyFull = absl::Seconds(15);
inline constexpr int kPruneStep = 200;
// How often registers/ is looked at for changes.
inline constexpr absl::Duration kRefreshInterval = absl::Seconds(1);

// Builds the parts, runs them, stops them. Thread-safe: stop() may be called from any thread.
class Agent final {
 public:
  // Serves when it returns: agent.port names the port. Fails with ALREADY_EXISTS when another
  // process serves the directory, and as settings, journal, channel and gateway do.
  static absl::StatusOr<std::unique_ptr<Agent>> start(const AgentDirectory& directory,
                                                      const Settings& settings, const Clock& clock);
  ~Agent();  // stop()
  Agent(const Agent&) = delete;
  Agent& operator=(const Agent&) = delete;

  std::uint16_t port() const { return gateway_->port(); }
  // The way to RegisterService for callers inside this process. Shared because gRPC hands channels
  // out that way; not used after stop().
  std::shared_ptr<grpc::Channel> local_channel() const { return channel_; }

  // Accepts nothing any more, finishes the calls under way, breaks deliveries off (what is not
  // delivered stays in the journal). Once.
  void stop() ABSL_LOCKS_EXCLUDED(mutex_);

 private:
  Agent(AgentDirectory directory, sqlite::DataLock lock, const Clock& clock)
      : directory_(std::move(directory)), lock_(std::move(lock)), clock_(clock) {}

  absl::Status open(const Settings& settings);
  absl::Status serve(const Settings& settings);
  void keep_house() ABSL_LOCKS_EXCLUDED(mutex_);
  void prune();
  void prune_before(int64_t now_us);
  // Lets go of some delivered entries; false: there are no more, or there is no time.
  bool prune_step(int64_t before_us);
  bool is_nearly_full() const;
  absl::Duration prune_interval() const;

  // Fixed at construction.
  const AgentDirectory directory_;
  const sqlite::DataLock lock_;
  const Clock& clock_;

  // Self-locking; in the order in which they need each other.
  Cancellation delivery_cancellation_;
  ProgramShelf shelf_;
  FactsMemory facts_;
  AskMemory asks_;
  std::unique_ptr<CardShelf> cards_;
  std::unique_ptr<JournalReserve> reserve_;
  std::unique_ptr<Journal> journal_;
  std::unique_ptr<EnrollmentBook> enrollments_;
  std::unique_ptr<OfflineBook> offline_;
  std::unique_ptr<ServerLink> link_;
  std::unique_ptr<TrustedClock> time_;
  std::unique_ptr<Tills> tills_;
  std::unique_ptr<CardFeed> card_feed_;
  std::unique_ptr<LeaseFeed> lease_feed_;
  std::unique_ptr<RegisterService> service_;
  std::unique_ptr<grpc::Server> server_;
  std::shared_ptr<grpc::Channel> channel_;
  std::unique_ptr<HttpGateway> gateway_;

  absl::Mutex mutex_;
  bool stopping_ ABSL_GUARDED_BY(mutex_) = false;

  std::thread housekeeper_;
};

}  // namespace moadon::agent
