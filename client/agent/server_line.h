// One register's line to the server: the shared channel with the register's own token.
#pragma once

#include <memory>
#include <string>

#include "absl/base/thread_annotations.h"
#include "absl/status/statusor.h"
#include "absl/synchronization/mutex.h"
#include "client/agent/server_link.h"
#include "client/lib/client.h"
#include "rules/refusal.h"

namespace moadon::agent {

// As kCashierWait, for what must reach the server to take effect (enrolling).
inline constexpr absl::Duration kCashierLongWait = absl::Seconds(3);

// Thread-safe. The link and the cancellation outlive it.
class ServerLine final {
 public:
  // `cancellation` ends background calls. An empty token is none yet: every call is refused with
  // SERVER_UNREACHABLE.
  ServerLine(ServerLink& link, Cancellation& cancellation, std::string token)
      : link_(link), cancellation_(cancellation), token_(std::move(token)) {}
  ServerLine(const ServerLine&) = delete;
  ServerLine& operator=(const ServerLine&) = delete;

  // True when it is another token than before.
  bool set_token(const std::string& token) ABSL_LOCKS_EXCLUDED(mutex_);

  bool has_token() ABSL_LOCKS_EXCLUDED(mutex_);

  // TOKEN_REVOKED or TOKEN_UNKNOWN where the server said that of this token, whatever it was asked,
  // and has granted nothing since; else UNSPECIFIED.
  v1::Reason turned_away() ABSL_LOCKS_EXCLUDED(mutex_);

  // For a cashier who will wait for `limit` and has `time_left` of their own. Whatever kept the
  // server from answering in time is SERVER_UNREACHABLE.
  template <typename Stub, typename Request, typename Response>
  absl::StatusOr<Response> ask(grpc::Status (Stub::*method)(grpc::ClientContext*, const Request&,
                                                            Response*),
                               const Request& request, absl::Duration limit,
                               absl::Duration time_left) {
    const auto client = link_.is_away() ? nullptr : current_client();
    if (client == nullptr) return unreachable();
    const absl::Duration begin = link_.monotonic();
    auto answer =
        client->call(method, request, {.deadline = std::min(limit, time_left), .tries = 1});
    note_standing(client.get(), answer.status());
    const bool is_late = reason_of(answer.status()) == v1::REASON_DEADLINE_EXCEEDED;
    // A caller in a hurry says nothing about the server.
    if (!is_late || time_left >= limit) link_.report(answer.status(), link_.monotonic() - begin);
    if (is_late || reason_of(answer.status()) == v1::REASON_STOPPING) return unreachable();
    return answer;
  }

  // For whoever works in the background; also a way to find out whether the server is back.
  template <typename Stub, typename Request, typename Response>
  absl::StatusOr<Response> ask_in_background(grpc::Status (Stub::*method)(grpc::ClientContext*,
                                                                          const Request&,
                                                                          Response*),
                                             const Request& request, absl::Duration limit) {
    const auto client = current_client();
    if (client == nullptr) return unreachable();
    const absl::Duration begin = link_.monotonic();
    auto answer = client->call(method, request,
                               {.deadline = limit, .tries = 1, .cancellation = &cancellation_});
    note_standing(client.get(), answer.status());
    if (!cancellation_.is_cancelled()) link_.report(answer.status(), link_.monotonic() - begin);
    return answer;
  }

 private:
  static absl::Status unreachable();
  // Null: no server or no token. Shared with the calls under way when channel or token change.
  std::shared_ptr<const Client> current_client() ABSL_LOCKS_EXCLUDED(mutex_);
  // What an answer to a call by `asked` says of the token.
  void note_standing(const Client* asked, const absl::Status& answered) ABSL_LOCKS_EXCLUDED(mutex_);

  // Self-locking.
  ServerLink& link_;
  Cancellation& cancellation_;

  absl::Mutex mutex_;
  std::string token_ ABSL_GUARDED_BY(mutex_);
  std::shared_ptr<const Client> client_ ABSL_GUARDED_BY(mutex_);
  int64_t channel_number_ ABSL_GUARDED_BY(mutex_) = 0;  // of client_
  v1::Reason turned_away_ ABSL_GUARDED_BY(mutex_) = v1::REASON_UNSPECIFIED;
};

}  // namespace moadon::agent
