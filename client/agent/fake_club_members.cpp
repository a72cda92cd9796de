// What the club of the tests says of its one member, and what they were asked for.
#include "client/agent/fake_club.h"
#include "gateway/status.h"
#include "rules/calendar.h"
#include "rules/refusal.h"

namespace moadon::agent {

void FakeClub::set_facts(v1::MemberFacts facts) {
  absl::MutexLock lock(&mutex_);
  const int64_t snapshot = facts_.snapshot() + 1;
  facts_ = std::move(facts);
  facts_.set_member_id("member-of-77");
  facts_.set_snapshot(snapshot);
}

v1::MemberFacts FakeClub::facts() const {
  absl::MutexLock lock(&mutex_);
  return facts_;
}

int FakeClub::facts_asked() const {
  absl::MutexLock lock(&mutex_);
  return facts_asked_;
}

void FakeClub::ask_for(const std::string& field) {
  absl::MutexLock lock(&mutex_);
  ask_field_ = field;
}

std::vector<std::string> FakeClub::asked() const {
  absl::MutexLock lock(&mutex_);
  return asked_;
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
  facts = facts_;
  if (!facts.has_issued_at()) *facts.mutable_issued_at() = timestamp_of(time_us_);
  response->mutable_member()->set_display_name("דנה כ.");
  response->mutable_member()->set_cashier_line("תודה על הנאמנות, דנה");
  if (!ask_field_.empty()) {
    response->mutable_member()->mutable_ask()->set_field(ask_field_);
    response->mutable_member()->mutable_ask()->set_sentence("?");
  }
  return grpc::Status::OK;
}

grpc::Status FakeClub::GetFacts(grpc::ServerContext* context, const v1::GetFactsRequest* request,
                                v1::GetFactsResponse* response) {
  absl::MutexLock lock(&mutex_);
  ++facts_asked_;
  std::string register_id;
  absl::Status caller = caller_of(*context, register_id);
  if (!caller.ok()) return to_grpc(caller);
  if (request->member_id() != facts_.member_id()) {
    return to_grpc(refuse(v1::REASON_MEMBER_UNKNOWN, "nobody"));
  }
  *response->mutable_facts() = facts_;
  *response->mutable_facts()->mutable_issued_at() = timestamp_of(time_us_);
  return grpc::Status::OK;
}

grpc::Status FakeClub::NoteAsked(grpc::ServerContext* context, const v1::NoteAskedRequest* request,
                                 v1::NoteAskedResponse* /*response*/) {
  absl::MutexLock lock(&mutex_);
  std::string register_id;
  absl::Status caller = caller_of(*context, register_id);
  if (!caller.ok()) return to_grpc(caller);
  for (const v1::Asked& asked : request->asks()) {
    asked_.push_back(register_id + "/" + asked.member_id() + "/" + asked.field());
  }
  return grpc::Status::OK;
}

}  // namespace moadon::agent
