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

FakeClub::FakeClub() : time_us_(kServerTimeUs) {
  facts_.set_member_id("member-of-77");
  facts_.set_snapshot(5);
  facts_.set_stage(v1::STAGE_LOYAL);
}

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

void FakeClub::answer_after(absl::Duration delay) {
  absl::MutexLock lock(&mutex_);
  delay_ = delay;
}

void FakeClub::hang() {
  absl::MutexLock lock(&mutex_);
  hangs_ = true;
}

void FakeClub::go_on() {
  absl::MutexLock lock(&mutex_);
  hangs_ = false;
}

absl::Status FakeClub::caller_of(const grpc::ServerContext& context,
                                 std::string& register_id) const {
  const auto goes_on = [this]() ABSL_SHARED_LOCKS_REQUIRED(mutex_) { return !hangs_; };
  if (delay_ > absl::ZeroDuration()) {
    const auto never = [] { return false; };
    mutex_.AwaitWithTimeout(absl::Condition(&never), delay_);
  }
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

grpc::Status FakeClub::FetchPrograms(grpc::ServerContext* context,
                                     const v1::FetchProgramsRequest* request,
                                     v1::FetchProgramsResponse* response) {
  absl::MutexLock lock(&mutex_);
  std::string register_id;
  const absl::Status caller = caller_of(*context, register_id);
  if (!caller.ok()) return to_grpc(caller);
  for (const v1::Program& program : programs_) {
    if (program.version() > request->after_version()) *response->add_programs() = program;
  }
  return grpc::Status::OK;
}

void FakeClub::set_place(const std::string& branch_id, const std::string& time_zone,
                         int day_start_minutes) {
  absl::MutexLock lock(&mutex_);
  place_.set_branch_id(branch_id);
  place_.set_time_zone(time_zone);
  place_.set_day_start_minutes(day_start_minutes);
}

void FakeClub::pass(absl::Duration duration) {
  absl::MutexLock lock(&mutex_);
  time_us_ += absl::ToInt64Microseconds(duration);
}

grpc::Status FakeClub::Heartbeat(grpc::ServerContext* context, const v1::HeartbeatRequest*,
                                 v1::HeartbeatResponse* response) {
  absl::MutexLock lock(&mutex_);
  std::string register_id;
  absl::Status caller = caller_of(*context, register_id);
  if (!caller.ok()) return to_grpc(caller);
  *response = place_;
  response->set_register_id(register_id);
  response->set_newest_program_version(static_cast<int64_t>(programs_.size()));
  *response->mutable_server_time() = timestamp_of(time_us_);
  return grpc::Status::OK;
}

}  // namespace moadon::agent
