#include "client/agent/fake_club.h"

#include <grpc/support/time.h>
#include <grpcpp/server_builder.h>

#include "absl/strings/str_cat.h"
#include "absl/strings/strip.h"
#include "gateway/status.h"
#include "rules/calendar.h"
#include "rules/refusal.h"

namespace moadon::agent {
namespace {

constexpr int64_t kServerTimeUs = 1'800'000'000'000'000;  // another year than the test's machine

}  // namespace

void FakeClub::come_back() {
  grpc::ServerBuilder builder;
  builder.AddListeningPort(absl::StrCat("127.0.0.1:", port_), grpc::InsecureServerCredentials(),
                           &port_);
  builder.RegisterService(this);
  server_ = builder.BuildAndStart();
}

void FakeClub::go_away() {
  if (server_ == nullptr) return;
  go_on();
  server_->Shutdown(gpr_inf_past(GPR_CLOCK_MONOTONIC));  // breaks calls off
  server_.reset();
}

void FakeClub::hang() {
  absl::MutexLock lock(&mutex_);
  hangs_ = true;
}

void FakeClub::go_on() {
  absl::MutexLock lock(&mutex_);
  hangs_ = false;
}

void FakeClub::let_in(const std::string& token, const std::string& register_id) {
  absl::MutexLock lock(&mutex_);
  registers_[token] = register_id;
}

void FakeClub::revoke(const std::string& token) {
  absl::MutexLock lock(&mutex_);
  revoked_[token] = true;
}

void FakeClub::publish(v1::Program program) {
  absl::MutexLock lock(&mutex_);
  program.set_version(static_cast<int64_t>(programs_.size()) + 1);
  programs_.push_back(std::move(program));
}

void FakeClub::refuse_receipt(const std::string& receipt, v1::Reason reason) {
  absl::MutexLock lock(&mutex_);
  refusals_[receipt] = reason;
}

std::vector<std::string> FakeClub::recorded() const {
  absl::MutexLock lock(&mutex_);
  return order_;
}

int FakeClub::repeat_count() const {
  absl::MutexLock lock(&mutex_);
  return repeats_;
}

v1::RecordContext FakeClub::context_of(const std::string& identity) const {
  absl::MutexLock lock(&mutex_);
  const auto entry = entries_.find(identity);
  return entry == entries_.end() ? v1::RecordContext() : entry->second.context();
}

absl::Status FakeClub::caller_of(const grpc::ServerContext& context,
                                 std::string& register_id) const {
  const auto goes_on = [this]() ABSL_SHARED_LOCKS_REQUIRED(mutex_) { return !hangs_; };
  mutex_.Await(absl::Condition(&goes_on));
  const auto header = context.client_metadata().find("authorization");
  absl::string_view token;
  if (header != context.client_metadata().end()) {
    token = {header->second.data(), header->second.size()};
  }
  absl::ConsumePrefix(&token, "Bearer ");
  const auto found = registers_.find(token);
  if (found == registers_.end()) return refuse(v1::REASON_TOKEN_UNKNOWN, "who?");
  if (revoked_.contains(token)) return refuse(v1::REASON_TOKEN_REVOKED, "not any more");
  register_id = found->second;
  return absl::OkStatus();
}

void FakeClub::record_one(const std::string& register_id, const v1::RecordEntry& entry,
                          v1::RecordOutcome& outcome) {
  outcome.set_sequence(entry.sequence());
  v1::Sale sale;
  v1::Return returned;
  const bool is_sale = entry.has_sale();
  const bool is_parsed =
      is_sale ? sale.ParseFromString(entry.sale()) : returned.ParseFromString(entry.returned());
  const std::string& receipt = is_sale ? sale.receipt() : returned.receipt();
  const auto refusal = refusals_.find(receipt);
  if (!is_parsed || (refusal != refusals_.end() && refusal->second != v1::REASON_UNSPECIFIED)) {
    outcome.mutable_refused()->mutable_detail()->set_reason(is_parsed ? refusal->second
                                                                      : v1::REASON_MALFORMED);
    outcome.mutable_refused()->set_message("no");
    return;
  }
  const std::string identity = absl::StrCat(register_id, "/", receipt);
  if (entries_.try_emplace(identity, entry).second) {
    order_.push_back(identity);
  } else {
    ++repeats_;
  }
  outcome.mutable_recorded();
}

grpc::Status FakeClub::Record(grpc::ServerContext* context, const v1::RecordRequest* request,
                              v1::RecordResponse* response) {
  absl::MutexLock lock(&mutex_);
  std::string register_id;
  absl::Status caller = caller_of(*context, register_id);
  if (!caller.ok()) return to_grpc(caller);
  for (const v1::RecordEntry& entry : request->entries()) {
    record_one(register_id, entry, *response->add_outcomes());
  }
  *response->mutable_server_time() = timestamp_of(kServerTimeUs);
  return grpc::Status::OK;
}

grpc::Status FakeClub::FindMember(grpc::ServerContext* context,
                                  const v1::FindMemberRequest* request,
                                  v1::FindMemberResponse* response) {
  absl::MutexLock lock(&mutex_);
  std::string register_id;
  absl::Status caller = caller_of(*context, register_id);
  if (!caller.ok()) return to_grpc(caller);
  if (request->key().card() != "77") return to_grpc(refuse(v1::REASON_MEMBER_UNKNOWN, "nobody"));
  v1::MemberFacts& facts = *response->mutable_member()->mutable_facts();
  facts.set_member_id("member-of-77");
  facts.set_snapshot(5);
  facts.set_stage(v1::STAGE_LOYAL);
  response->mutable_member()->set_display_name("דנה כ.");
  response->mutable_member()->set_cashier_line("תודה על הנאמנות, דנה");
  return grpc::Status::OK;
}

grpc::Status FakeClub::FetchPrograms(grpc::ServerContext*, const v1::FetchProgramsRequest* request,
                                     v1::FetchProgramsResponse* response) {
  absl::MutexLock lock(&mutex_);
  for (const v1::Program& program : programs_) {
    if (program.version() > request->after_version()) *response->add_programs() = program;
  }
  return grpc::Status::OK;
}

grpc::Status FakeClub::GetReceipt(grpc::ServerContext*, const v1::SyncGetReceiptRequest* request,
                                  v1::SyncGetReceiptResponse* response) {
  absl::MutexLock lock(&mutex_);
  const auto entry = entries_.find(absl::StrCat(request->register_id(), "/", request->receipt()));
  if (entry == entries_.end() || !entry->second.has_sale()) {
    return to_grpc(refuse(v1::REASON_RECEIPT_UNKNOWN, "never seen"));
  }
  v1::GetReceiptResponse& receipt = *response->mutable_receipt();
  receipt.set_register_id(request->register_id());
  receipt.mutable_sale()->ParseFromString(entry->second.sale());
  for (const v1::Line& line : receipt.sale().lines()) {
    v1::KeptLine& kept = *receipt.add_kept_lines();
    kept.set_line_id(line.line_id());
    kept.set_kept_milli(line.quantity_milli());
  }
  return grpc::Status::OK;
}

grpc::Status FakeClub::Heartbeat(grpc::ServerContext* context, const v1::HeartbeatRequest*,
                                 v1::HeartbeatResponse* response) {
  absl::MutexLock lock(&mutex_);
  std::string register_id;
  absl::Status caller = caller_of(*context, register_id);
  if (!caller.ok()) return to_grpc(caller);
  response->set_register_id(register_id);
  response->set_newest_program_version(static_cast<int64_t>(programs_.size()));
  *response->mutable_server_time() = timestamp_of(kServerTimeUs);
  return grpc::Status::OK;
}

}  // namespace moadon::agent
