// A club's server for tests: a real gRPC server in the test's process that can go away and come
// back.
#pragma once

#include <grpcpp/server.h>

#include <memory>
#include <string>
#include <vector>

#include "absl/base/thread_annotations.h"
#include "absl/container/btree_map.h"
#include "absl/container/flat_hash_map.h"
#include "absl/status/status.h"
#include "absl/synchronization/mutex.h"
#include "moadon/v1/sync_service.grpc.pb.h"

namespace moadon::agent {

// Keeps what it is told in memory; the same identity is recorded once. Thread-safe.
class FakeClub final : public v1::SyncService::Service {
 public:
  FakeClub() = default;
  ~FakeClub() override { go_away(); }

  // Listens, on the same port every time.
  void come_back();
  void go_away();
  std::string address() const { return "127.0.0.1:" + std::to_string(port_); }

  // Accepts calls but answers none until it goes on.
  void hang();
  void go_on();

  void let_in(const std::string& token, const std::string& register_id);
  void revoke(const std::string& token);
  void publish(v1::Program program);
  // The next batches answer that for this receipt; REASON_UNSPECIFIED: it is recorded again.
  void refuse_receipt(const std::string& receipt, v1::Reason reason);

  // "register/receipt" of everything recorded, in the order of arrival.
  std::vector<std::string> recorded() const;
  // How often an entry was sent that was recorded already.
  int repeat_count() const;
  v1::RecordContext context_of(const std::string& identity) const;

  grpc::Status Record(grpc::ServerContext* context, const v1::RecordRequest* request,
                      v1::RecordResponse* response) override;
  grpc::Status FindMember(grpc::ServerContext* context, const v1::FindMemberRequest* request,
                          v1::FindMemberResponse* response) override;
  grpc::Status FetchPrograms(grpc::ServerContext* context, const v1::FetchProgramsRequest* request,
                             v1::FetchProgramsResponse* response) override;
  grpc::Status GetReceipt(grpc::ServerContext* context, const v1::SyncGetReceiptRequest* request,
                          v1::SyncGetReceiptResponse* response) override;
  grpc::Status Heartbeat(grpc::ServerContext* context, const v1::HeartbeatRequest* request,
                         v1::HeartbeatResponse* response) override;

 private:
  // Lets the caller in once the server does not hang.
  absl::Status caller_of(const grpc::ServerContext& context, std::string& register_id) const
      ABSL_EXCLUSIVE_LOCKS_REQUIRED(mutex_);
  void record_one(const std::string& register_id, const v1::RecordEntry& entry,
                  v1::RecordOutcome& outcome) ABSL_EXCLUSIVE_LOCKS_REQUIRED(mutex_);

  // Used by the test's thread only.
  std::unique_ptr<grpc::Server> server_;
  int port_ = 0;

  mutable absl::Mutex mutex_;
  absl::flat_hash_map<std::string, std::string> registers_ ABSL_GUARDED_BY(mutex_);  // by token
  absl::flat_hash_map<std::string, bool> revoked_ ABSL_GUARDED_BY(mutex_);
  std::vector<v1::Program> programs_ ABSL_GUARDED_BY(mutex_);
  absl::flat_hash_map<std::string, v1::Reason> refusals_ ABSL_GUARDED_BY(mutex_);  // by receipt
  absl::btree_map<std::string, v1::RecordEntry> entries_ ABSL_GUARDED_BY(mutex_);  // by identity
  std::vector<std::string> order_ ABSL_GUARDED_BY(mutex_);
  bool hangs_ ABSL_GUARDED_BY(mutex_) = false;
  int repeats_ ABSL_GUARDED_BY(mutex_) = 0;
};

}  // namespace moadon::agent
