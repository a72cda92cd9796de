// A club's server for tests: a real gRPC server in the test's process that can go away and come
// back.
#pragma once

#include <grpcpp/server.h>

#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "absl/base/thread_annotations.h"
#include "absl/container/btree_map.h"
#include "absl/container/flat_hash_map.h"
#include "absl/status/status.h"
#include "absl/synchronization/mutex.h"
#include "absl/time/time.h"
#include "identity/key_digest.h"
#include "moadon/v1/sync_service.grpc.pb.h"

namespace moadon::agent {

// Keeps what it is told in memory; the same identity is recorded once. Thread-safe.
class FakeClub final : public v1::SyncService::Service {
 public:
  FakeClub();
  ~FakeClub() override { go_away(); }

  // Listens, on the same port every time.
  void come_back();
  void go_away();
  std::string address() const { return "127.0.0.1:" + std::to_string(port_); }
  // Answers every call so much later.
  void answer_after(absl::Duration delay);
  // Accepts calls but answers none until it goes on.
  void hang();
  void go_on();
  // The server's clock is set forward.
  void pass(absl::Duration duration);

  void let_in(const std::string& token, const std::string& register_id);
  void revoke(const std::string& token);
  void publish(v1::Program program);
  // Where every register stands; by default the server does not say.
  void set_place(const std::string& branch_id, const std::string& time_zone, int day_start_minutes);

  // What the member whose card is 77 is known to be. Their snapshot grows with every change.
  void set_facts(v1::MemberFacts facts);
  v1::MemberFacts facts() const;
  // How often facts were asked for, answered or not.
  int facts_asked() const;
  // The next members found lack this detail; "": none.
  void ask_for(const std::string& field);
  // "register/member/field" of every detail that somebody was asked for, in the order of arrival.
  std::vector<std::string> asked() const;

  // Cards for agents to keep, in the order of change: made members (made_cards.h), or member 0, who
  // is the one whose card is 77 and whose phone is 054-1234567.
  void add_cards(int64_t first, int64_t count, const std::string& last_seen_date = "");
  void remove_card(int64_t number);
  // The rules name others now: nobody, until cards are added again.
  void name_others();
  // How often cards were asked for from the beginning.
  int refill_count() const;

  // The next holds are set aside, but the answer is lost.
  void lose_hold_answers(bool lose);
  // Ids of the holds that are open.
  std::vector<std::string> open_holds() const;

  // From the next turn on that is what register R1 may have; without a call TakeLeases is a method
  // that this server does not know.
  void lease(v1::TakeLeasesResponse leases);
  // From the next turn on it may keep what it has.
  void leave_leases();
  // The next turns are refused as a whole; REASON_UNSPECIFIED: taken again.
  void refuse_turns(v1::Reason reason);
  // What R1 said last that it has.
  v1::TakeLeasesRequest kept_leases() const;

  // The next batches answer that for this receipt; REASON_UNSPECIFIED: it is recorded again.
  void refuse_receipt(const std::string& receipt, v1::Reason reason);
  // The next deliveries are refused as a whole; REASON_UNSPECIFIED: taken again.
  void refuse_deliveries(v1::Reason reason);
  // "register/receipt" of everything recorded, in the order of arrival.
  std::vector<std::string> recorded() const;
  // How often an entry was sent that was recorded already.
  int repeat_count() const;
  v1::RecordContext context_of(const std::string& identity) const;
  // An enrolment, whose identity is "register/card C" of its first card C, and the member's id
  // "id-of-card C".
  v1::OfflineEnrollment enrolled(const std::string& identity) const;

  // Calls that hand this place over are refused as a whole.
  void refuse_place(int64_t sequence, v1::Reason reason);
  // "register/sequence reason" of everything handed over, in the order of arrival.
  std::vector<std::string> handed_over() const;

  grpc::Status Heartbeat(grpc::ServerContext* context, const v1::HeartbeatRequest* request,
                         v1::HeartbeatResponse* response) override;
  grpc::Status FetchPrograms(grpc::ServerContext* context, const v1::FetchProgramsRequest* request,
                             v1::FetchProgramsResponse* response) override;
  grpc::Status FindMember(grpc::ServerContext* context, const v1::FindMemberRequest* request,
                          v1::FindMemberResponse* response) override;
  grpc::Status GetFacts(grpc::ServerContext* context, const v1::GetFactsRequest* request,
                        v1::GetFactsResponse* response) override;
  grpc::Status NoteAsked(grpc::ServerContext* context, const v1::NoteAskedRequest* request,
                         v1::NoteAskedResponse* response) override;
  grpc::Status FetchCards(grpc::ServerContext* context, const v1::FetchCardsRequest* request,
                          v1::FetchCardsResponse* response) override;
  grpc::Status PlaceHold(grpc::ServerContext* context, const v1::PlaceHoldRequest* request,
                         v1::PlaceHoldResponse* response) override;
  grpc::Status CancelHold(grpc::ServerContext* context, const v1::CancelHoldRequest* request,
                          v1::CancelHoldResponse* response) override;
  grpc::Status TakeLeases(grpc::ServerContext* context, const v1::TakeLeasesRequest* request,
                          v1::TakeLeasesResponse* response) override;
  grpc::Status Record(grpc::ServerContext* context, const v1::RecordRequest* request,
                      v1::RecordResponse* response) override;
  grpc::Status GetReceipt(grpc::ServerContext* context, const v1::SyncGetReceiptRequest* request,
                          v1::SyncGetReceiptResponse* response) override;
  grpc::Status HandOver(grpc::ServerContext* context, const v1::HandOverRequest* request,
                        v1::HandOverResponse* response) override;

 private:
  // Lets the caller in once the server does not hang.
  absl::Status caller_of(const grpc::ServerContext& context, std::string& register_id) const
      ABSL_EXCLUSIVE_LOCKS_REQUIRED(mutex_);
  void record_one(const std::string& register_id, const v1::RecordEntry& entry,
                  v1::RecordOutcome& outcome) ABSL_EXCLUSIVE_LOCKS_REQUIRED(mutex_);

  struct CardChange {
    int64_t number = 0;
    bool is_gone = false;
    std::string last_seen_date = {};
  };
  v1::MemberCard card_of(const CardChange& change, const KeyDigester& digester) const
      ABSL_EXCLUSIVE_LOCKS_REQUIRED(mutex_);

  struct Held {
    v1::PlaceHoldRequest request;
    std::string hold_id;
    bool is_open = true;
  };
  // Takes what the hold asks for out of the facts (sign -1), or puts it back (+1). False: too much.
  bool move_held(const v1::PlaceHoldRequest& request, int sign)
      ABSL_EXCLUSIVE_LOCKS_REQUIRED(mutex_);
  Held* hold_of(const std::string& register_id, const std::string& hold_id)
      ABSL_EXCLUSIVE_LOCKS_REQUIRED(mutex_);

  // Used by the test's thread only.
  std::unique_ptr<grpc::Server> server_;
  int port_ = 0;

  mutable absl::Mutex mutex_;
  absl::Duration delay_ ABSL_GUARDED_BY(mutex_);
  bool hangs_ ABSL_GUARDED_BY(mutex_) = false;
  int64_t time_us_ ABSL_GUARDED_BY(mutex_);
  absl::flat_hash_map<std::string, std::string> registers_ ABSL_GUARDED_BY(mutex_);  // by token
  absl::flat_hash_map<std::string, bool> revoked_ ABSL_GUARDED_BY(mutex_);
  std::vector<v1::Program> programs_ ABSL_GUARDED_BY(mutex_);
  v1::HeartbeatResponse place_ ABSL_GUARDED_BY(mutex_);
  v1::MemberFacts facts_ ABSL_GUARDED_BY(mutex_);
  int facts_asked_ ABSL_GUARDED_BY(mutex_) = 0;
  std::string ask_field_ ABSL_GUARDED_BY(mutex_);
  std::vector<std::string> asked_ ABSL_GUARDED_BY(mutex_);
  std::vector<CardChange> card_changes_ ABSL_GUARDED_BY(mutex_);
  int card_epoch_ ABSL_GUARDED_BY(mutex_) = 1;
  int refills_ ABSL_GUARDED_BY(mutex_) = 0;
  absl::btree_map<std::string, Held> holds_ ABSL_GUARDED_BY(mutex_);  // by "register/request"
  bool loses_hold_answers_ ABSL_GUARDED_BY(mutex_) = false;
  std::optional<v1::TakeLeasesResponse> leases_ ABSL_GUARDED_BY(mutex_);
  bool leaves_leases_ ABSL_GUARDED_BY(mutex_) = false;
  v1::Reason turn_refusal_ ABSL_GUARDED_BY(mutex_) = v1::REASON_UNSPECIFIED;
  v1::TakeLeasesRequest kept_leases_ ABSL_GUARDED_BY(mutex_);
  absl::flat_hash_map<std::string, v1::Reason> refusals_ ABSL_GUARDED_BY(mutex_);  // by receipt
  v1::Reason delivery_refusal_ ABSL_GUARDED_BY(mutex_) = v1::REASON_UNSPECIFIED;
  absl::btree_map<std::string, v1::RecordEntry> entries_ ABSL_GUARDED_BY(mutex_);  // by identity
  std::vector<std::string> order_ ABSL_GUARDED_BY(mutex_);
  int repeats_ ABSL_GUARDED_BY(mutex_) = 0;
  absl::flat_hash_map<int64_t, v1::Reason> refused_places_ ABSL_GUARDED_BY(mutex_);
  std::vector<std::string> handed_over_ ABSL_GUARDED_BY(mutex_);
};

}  // namespace moadon::agent
