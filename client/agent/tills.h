// The registers of this machine.
#pragma once

#include <memory>
#include <string>
#include <vector>

#include "absl/base/thread_annotations.h"
#include "absl/container/flat_hash_map.h"
#include "absl/strings/string_view.h"
#include "absl/synchronization/mutex.h"
#include "client/agent/agent_directory.h"
#include "client/agent/courier.h"
#include "client/agent/occasion.h"
#include "client/agent/server_line.h"

namespace moadon::agent {

// A directory that looks unchanged is read again when an unknown token comes, but not more often
// than this.
inline constexpr absl::Duration kRescanPause = absl::Milliseconds(50);

// One register: its line, its place, what its cashiers were asked to ask for, its deliveries.
class Till final {
 public:
  Till(const RegisterFiles& files, const Courier::Parts& parts)
      : register_id(files.register_id),
        line(parts.link, parts.cancellation, files.server_token),
        place(parts.journal.place(files.register_id).value_or(Place())),
        courier(files.register_id, line, place, asks, parts) {}

  const std::string register_id;
  ServerLine line;
  PlaceMemory place;
  AskReports asks;
  Courier courier;
  // Held from reading what may be given without the server until it is taken, so that it is not
  // given twice.
  absl::Mutex offline_mutex;
};

// Finds registers by the local tokens in the agent's directory and notices what is added or
// replaced there. A register whose files are gone is not served any more, but its backlog is still
// delivered. Thread-safe. Tills live as long as this does.
class Tills final {
 public:
  Tills(const AgentDirectory& directory, const Courier::Parts& parts)
      : directory_(directory), parts_(parts) {}
  Tills(const Tills&) = delete;
  Tills& operator=(const Tills&) = delete;

  // Null: nobody's token. Reads the directory again before saying so.
  Till* find(absl::string_view local_token) ABSL_LOCKS_EXCLUDED(mutex_);
  // Reads the directory if it changed.
  void refresh() ABSL_LOCKS_EXCLUDED(mutex_);
  // All of them, in no order.
  std::vector<Till*> all() const ABSL_LOCKS_EXCLUDED(mutex_);
  // Courier::try_now of all.
  void try_now() ABSL_LOCKS_EXCLUDED(mutex_);
  // Ends all deliveries. Cancel them first.
  void stop() ABSL_LOCKS_EXCLUDED(mutex_);

 private:
  Till* till_with(absl::string_view local_token) const ABSL_EXCLUSIVE_LOCKS_REQUIRED(mutex_);
  void scan() ABSL_EXCLUSIVE_LOCKS_REQUIRED(mutex_);

  // Fixed at construction.
  const AgentDirectory directory_;
  const Courier::Parts parts_;

  mutable absl::Mutex mutex_;
  bool stopping_ ABSL_GUARDED_BY(mutex_) = false;
  int64_t mark_ ABSL_GUARDED_BY(mutex_) = 0;  // of the directory when it was read last
  absl::Duration scanned_at_ ABSL_GUARDED_BY(mutex_) = -absl::InfiniteDuration();
  absl::flat_hash_map<std::string, std::unique_ptr<Till>> by_id_ ABSL_GUARDED_BY(mutex_);
  // Null: several registers have this token, as after copying a file. Whose sale it would be cannot
  // be known, so none of them is served.
  absl::flat_hash_map<std::string, Till*> by_token_ ABSL_GUARDED_BY(mutex_);
  int shared_tokens_ ABSL_GUARDED_BY(mutex_) = 0;  // as of the last line in the log
};

}  // namespace moadon::agent
