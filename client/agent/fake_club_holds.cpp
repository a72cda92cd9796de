// What the club of the tests sets aside for registers: holds and leases.
#include "absl/strings/match.h"
#include "absl/strings/str_cat.h"
#include "client/agent/fake_club.h"
#include "gateway/status.h"
#include "rules/calendar.h"
#include "rules/refusal.h"

namespace moadon::agent {
namespace {

constexpr int64_t kHoldLifeUs = 900'000'000;

}  // namespace

void FakeClub::lose_hold_answers(bool lose) {
  absl::MutexLock lock(&mutex_);
  loses_hold_answers_ = lose;
}

std::vector<std::string> FakeClub::open_holds() const {
  absl::MutexLock lock(&mutex_);
  std::vector<std::string> open;
  for (const auto& [name, hold] : holds_) {
    if (hold.is_open) open.push_back(hold.hold_id);
  }
  return open;
}

bool FakeClub::move_held(const v1::PlaceHoldRequest& request, int sign) {
  v1::MemberFacts moved = facts_;
  v1::PointsStanding& points = *moved.mutable_points();
  points.set_available_milli(points.available_milli() + sign * request.points_milli());
  points.set_held_milli(points.held_milli() - sign * request.points_milli());
  if (points.available_milli() < 0) return false;
  for (const v1::RightUse& use : request.rights()) {
    for (v1::HeldRight& right : *moved.mutable_rights()) {
      if (right.grant_id() != use.grant_id()) continue;
      right.set_uses_left(right.uses_left() + sign);
      if (right.uses_left() < 0) return false;
    }
  }
  moved.set_snapshot(moved.snapshot() + 1);
  facts_ = std::move(moved);
  return true;
}

FakeClub::Held* FakeClub::hold_of(const std::string& register_id, const std::string& hold_id) {
  for (auto& [name, hold] : holds_) {
    if (hold.hold_id == hold_id && absl::StartsWith(name, register_id + "/")) return &hold;
  }
  return nullptr;
}

grpc::Status FakeClub::PlaceHold(grpc::ServerContext* context, const v1::PlaceHoldRequest* request,
                                 v1::PlaceHoldResponse* response) {
  absl::MutexLock lock(&mutex_);
  std::string register_id;
  absl::Status caller = caller_of(*context, register_id);
  if (!caller.ok()) return to_grpc(caller);
  const std::string name = absl::StrCat(register_id, "/", request->request_id());
  auto known = holds_.find(name);
  if (known == holds_.end()) {
    if (!move_held(*request, -1)) {
      return to_grpc(
          refuse(request->points_milli() > 0 ? v1::REASON_POINTS_SHORT : v1::REASON_RIGHT_NOT_LEFT,
                 "others were faster"));
    }
    const std::string hold_id = absl::StrCat("hold-", holds_.size() + 1);
    known = holds_.emplace(name, Held{*request, hold_id}).first;
  } else if (known->second.request.SerializeAsString() != request->SerializeAsString()) {
    return to_grpc(refuse(v1::REASON_REQUEST_REUSED, "something else"));
  }
  if (loses_hold_answers_) return grpc::Status(grpc::StatusCode::UNAVAILABLE, "lost");
  response->set_hold_id(known->second.hold_id);
  *response->mutable_expire_time() = timestamp_of(time_us_ + kHoldLifeUs);
  return grpc::Status::OK;
}

grpc::Status FakeClub::CancelHold(grpc::ServerContext* context,
                                  const v1::CancelHoldRequest* request, v1::CancelHoldResponse*) {
  absl::MutexLock lock(&mutex_);
  std::string register_id;
  absl::Status caller = caller_of(*context, register_id);
  if (!caller.ok()) return to_grpc(caller);
  Held* hold = hold_of(register_id, request->hold_id());
  if (hold == nullptr) return to_grpc(refuse(v1::REASON_HOLD_UNKNOWN, "none"));
  if (hold->is_open) move_held(hold->request, 1);
  hold->is_open = false;
  return grpc::Status::OK;
}

void FakeClub::lease(v1::TakeLeasesResponse leases) {
  absl::MutexLock lock(&mutex_);
  leases_ = std::move(leases);
  leaves_leases_ = false;
}

void FakeClub::leave_leases() {
  absl::MutexLock lock(&mutex_);
  leaves_leases_ = true;
}

void FakeClub::refuse_turns(v1::Reason reason) {
  absl::MutexLock lock(&mutex_);
  turn_refusal_ = reason;
}

v1::TakeLeasesRequest FakeClub::kept_leases() const {
  absl::MutexLock lock(&mutex_);
  return kept_leases_;
}

grpc::Status FakeClub::TakeLeases(grpc::ServerContext* context,
                                  const v1::TakeLeasesRequest* request,
                                  v1::TakeLeasesResponse* response) {
  absl::MutexLock lock(&mutex_);
  std::string register_id;
  absl::Status caller = caller_of(*context, register_id);
  if (!caller.ok()) return to_grpc(caller);
  if (!leases_) return grpc::Status(grpc::StatusCode::UNIMPLEMENTED, "no such method");
  if (register_id == "R1") kept_leases_ = *request;
  if (turn_refusal_ != v1::REASON_UNSPECIFIED) return to_grpc(refuse(turn_refusal_, "no turn"));
  if (leaves_leases_) {
    *response->mutable_rights() = request->kept();
    *response->mutable_slices() = request->slices();
  } else if (register_id == "R1") {
    *response = *leases_;
  }
  *response->mutable_server_time() = timestamp_of(time_us_);
  return grpc::Status::OK;
}

}  // namespace moadon::agent
