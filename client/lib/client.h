// Calls to a Moadon server, in the name of one token.
//
//   absl::StatusOr<Client> club = Client::connect({{.address = "127.0.0.1:7070"}, token});
//   if (!club.ok()) return club.status();
//   v1::AddBranchRequest request;
//   absl::StatusOr<v1::AddBranchResponse> added =
//       club->call(&v1::AdminService::Stub::AddBranch, request);
//
// Every RPC of SyncService, MemberService, ProgramService, ReportService and AdminService is called
// this way: one name, the generated stub's. Errors are what the server's service refused with, its
// Reason and values included (rules/refusal.h); gRPC's own become SERVER_UNREACHABLE,
// DEADLINE_EXCEEDED and so on (gateway/status.h). Throws nothing.
#pragma once

#include <grpcpp/client_context.h>

#include <memory>
#include <string>
#include <tuple>

#include "absl/functional/function_ref.h"
#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "absl/time/time.h"
#include "client/lib/cancellation.h"
#include "client/lib/channel.h"
#include "moadon/v1/admin_service.grpc.pb.h"
#include "moadon/v1/member.grpc.pb.h"
#include "moadon/v1/program.grpc.pb.h"
#include "moadon/v1/report_service.grpc.pb.h"
#include "moadon/v1/sync_service.grpc.pb.h"

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

// Stubs of all services with a token. Calls block the caller. Immutable after construction, safe
// from any thread; movable, cheap to make.
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
    Stub& stub = *std::get<std::unique_ptr<Stub>>(stubs_);
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
  using Stubs =
      std::tuple<std::unique_ptr<v1::SyncService::Stub>, std::unique_ptr<v1::MemberService::Stub>,
                 std::unique_ptr<v1::ProgramService::Stub>,
                 std::unique_ptr<v1::ReportService::Stub>, std::unique_ptr<v1::AdminService::Stub>>;
  using Attempt = absl::FunctionRef<grpc::Status(grpc::ClientContext&)>;

  Client(Stubs stubs, std::string authorization)
      : stubs_(std::move(stubs)), authorization_(std::move(authorization)) {}

  absl::Status try_call(Attempt attempt, const CallOptions& options) const;

  Stubs stubs_;
  std::string authorization_;  // the header's value; empty: none
};

}  // namespace moadon
