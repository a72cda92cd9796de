// Calls to a Moadon server, in the name of one token.
//
//   absl::StatusOr<Client> club = Client::connect({{.address = "127.0.0.1:7070"}, token});
//   if (!club.ok()) return club.status();
//   v1::AddBranchRequest request;
//   absl::StatusOr<v1::AddBranchResponse> added =
//       club->call(&v1::AdminService::Stub::AddBranch, request);
//
// Every RPC of every service of the server is called this way: one name, the generated stub's,
// whose header the caller includes. Errors are what the server's service refused with, its Reason
// and values included (rules/refusal.h); gRPC's own become SERVER_UNREACHABLE, DEADLINE_EXCEEDED
// and so on (gateway/status.h). Throws nothing.
#pragma once

#include <grpcpp/channel.h>
#include <grpcpp/client_context.h>

#include <memory>
#include <string>
#include <utility>

#include "absl/functional/function_ref.h"
#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "absl/time/time.h"
#include "client/lib/cancellation.h"
#include "client/lib/channel.h"

namespace moadon {

// How long a call may take, tries and pauses together.
inline constexpr absl::Duration kDefaultDeadline = absl::Seconds(10);
// For calls that walk through all data of a club: verify, export, stages of another day.
inline constexpr absl::Duration kLongDeadline = absl::Minutes(5);
// Pauses between tries: from the first to the last, doubling, each cut at random by up to half.
inline constexpr absl::Duration kRetryPauseFirst = absl::Milliseconds(50);
inline constexpr absl::Duration kRetryPauseLast = absl::Seconds(1);

struct CallOptions {
  absl::Duration deadline = kDefaultDeadline;
  // Tries in all. Every RPC of ours may be repeated unchanged, so a call is tried again when the
  // server could not be reached, was stopping or was busy, and time is left.
  int tries = 4;
  // Where cancel() ends this call; null: nowhere. A cancelled call answers SERVER_UNREACHABLE.
  Cancellation* cancellation = nullptr;
};

struct ClientOptions {
  ChannelOptions channel;
  std::string token;  // empty: none is sent
};

// A channel with a token. Calls block the caller. Immutable after construction, safe from any
// thread; movable, cheap to make.
class Client final {
 public:
  // Refuses as open_channel and make; does not touch the network.
  static absl::StatusOr<Client> connect(const ClientOptions& options);
  // On a channel that is there already. Refuses a token that is not visible ASCII with
  // FIELD_INVALID (values: field).
  static absl::StatusOr<Client> make(const std::shared_ptr<grpc::Channel>& channel,
                                     std::string token);

  template <typename Stub, typename Request, typename Response>
  absl::StatusOr<Response> call(grpc::Status (Stub::*method)(grpc::ClientContext*, const Request&,
                                                             Response*),
                                const Request& request, const CallOptions& options = {}) const {
    // Costs a lookup of each method's name in the channel, which is nothing beside a call.
    Stub stub(channel_);
    Response response;
    absl::Status answered = try_call(
        [&](grpc::ClientContext& context) {
          response.Clear();
          return (stub.*method)(&context, request, &response);
        },
        options);
    if (!answered.ok()) return answered;
    return response;
  }

 private:
  using Attempt = absl::FunctionRef<grpc::Status(grpc::ClientContext&)>;

  Client(std::shared_ptr<grpc::Channel> channel, std::string authorization)
      : channel_(std::move(channel)), authorization_(std::move(authorization)) {}

  absl::Status try_call(Attempt attempt, const CallOptions& options) const;

  std::shared_ptr<grpc::Channel> channel_;  // as gRPC wants it: shared with its stubs
  std::string authorization_;               // the header's value; empty: none
};

}  // namespace moadon
