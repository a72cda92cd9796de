#include "client/agent/fake_club.h"

#include <grpc/support/time.h>
#include <grpcpp/server_builder.h>

#include <cstdio>

#include "absl/strings/match.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/strip.h"
#include "client/agent/made_cards.h"
#include "gateway/status.h"
#include "rules/calendar.h"
#include "rules/refusal.h"

namespace moadon::agent {
namespace {

constexpr int64_t kServerTimeUs = 1'800'000'000'000'000;  // another year than the test's machine
constexpr int64_t kHoldLifeUs = 900'000'000;

}  // namespace

FakeClub::FakeClub() : time_us_(kServerTimeUs) {
  facts_.set_member_id("member-of-77");
  facts_.set_snapshot(5);
  facts_.set_stage(v1::STAGE_LOYAL);
}

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

void FakeClub::lose_hold_answers(bool lose) {
  absl::MutexLock lock(&mutex_);
  loses_hold_answers_ = lose;
}

void FakeClub::ask_for(const std::string& field) {
  absl::MutexLock lock(&mutex_);
  ask_field_ = field;
}

std::vector<std::string> FakeClub::asked() const {
  absl::MutexLock lock(&mutex_);
  return asked_;
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

void FakeClub::refuse_deliveries(v1::Reason reason) {
  absl::MutexLock lock(&mutex_);
  delivery_refusal_ = reason;
}

void FakeClub::refuse_turns(v1::Reason reason) {
  absl::MutexLock lock(&mutex_);
  turn_refusal_ = reason;
}

v1::TakeLeasesRequest FakeClub::kept_leases() const {
  absl::MutexLock lock(&mutex_);
  return kept_leases_;
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

void FakeClub::answer_after(absl::Duration delay) {
  absl::MutexLock lock(&mutex_);
  delay_ = delay;
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

void FakeClub::refuse_place(int64_t sequence, v1::Reason reason) {
  absl::MutexLock lock(&mutex_);
  refused_places_[sequence] = reason;
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

void FakeClub::add_cards(int64_t first, int64_t count, const std::string& last_seen_date) {
  absl::MutexLock lock(&mutex_);
  for (int64_t number = first; number < first + count; ++number) {
    card_changes_.push_back({number, false, last_seen_date});
  }
}

void FakeClub::remove_card(int64_t number) {
  absl::MutexLock lock(&mutex_);
  card_changes_.push_back({number, true});
}

void FakeClub::name_others() {
  absl::MutexLock lock(&mutex_);
  card_changes_.clear();
  ++card_epoch_;
}

int FakeClub::refill_count() const {
  absl::MutexLock lock(&mutex_);
  return refills_;
}

v1::MemberCard FakeClub::card_of(const CardChange& change, const KeyDigester& digester) const {
  v1::MemberCard card = made_card(change.number, digester, time_us_);
  if (change.number == 0) {
    v1::Key phone;
    phone.set_phone("0541234567");
    v1::Key plastic;
    plastic.set_card("77");
    card.set_member_id(facts_.member_id());
    card.clear_key_digests();
    for (const v1::Key& key : {phone, plastic}) {
      card.add_key_digests(digester.digest(presented_key(key, "IL").candidates.at(0)));
    }
    *card.mutable_facts() = facts_;
    *card.mutable_facts()->mutable_issued_at() = timestamp_of(time_us_);
  }
  card.set_last_seen_date(change.last_seen_date);
  if (!change.is_gone) return card;
  v1::MemberCard gone;
  gone.set_member_id(card.member_id());
  gone.set_is_gone(true);
  return gone;
}

grpc::Status FakeClub::FetchCards(grpc::ServerContext* context,
                                  const v1::FetchCardsRequest* request,
                                  v1::FetchCardsResponse* response) {
  absl::MutexLock lock(&mutex_);
  std::string register_id;
  absl::Status caller = caller_of(*context, register_id);
  if (!caller.ok()) return to_grpc(caller);
  if (request->digest_key().size() != kDigestKeyBytes) {
    return to_grpc(refuse(v1::REASON_FIELD_INVALID, "not a key"));
  }
  int epoch = card_epoch_;
  int64_t at = 0;
  if (request->cursor().empty()) {
    ++refills_;
  } else if (std::sscanf(request->cursor().c_str(), "%d:%ld", &epoch, &at) != 2 ||
             epoch != card_epoch_) {
    return to_grpc(refuse(v1::REASON_PAGE_TOKEN_INVALID, "others are named"));
  }
  const KeyDigester digester(request->digest_key());
  const auto end = static_cast<int64_t>(card_changes_.size());
  const int64_t until = std::min(end, at + request->page_size());
  for (; at < until; ++at) *response->add_cards() = card_of(card_changes_[at], digester);
  response->set_next_cursor(absl::StrCat(epoch, ":", at));
  response->set_has_more(at < end);
  *response->mutable_server_time() = timestamp_of(time_us_);
  return grpc::Status::OK;
}

std::vector<std::string> FakeClub::recorded() const {
  absl::MutexLock lock(&mutex_);
  return order_;
}

std::vector<std::string> FakeClub::handed_over() const {
  absl::MutexLock lock(&mutex_);
  return handed_over_;
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
  *facts.mutable_issued_at() = timestamp_of(time_us_);
  response->mutable_member()->set_display_name("דנה כ.");
  response->mutable_member()->set_cashier_line("תודה על הנאמנות, דנה");
  if (!ask_field_.empty()) {
    response->mutable_member()->mutable_ask()->set_field(ask_field_);
    response->mutable_member()->mutable_ask()->set_sentence("?");
  }
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

grpc::Status FakeClub::HandOver(grpc::ServerContext* context, const v1::HandOverRequest* request,
                                v1::HandOverResponse*) {
  absl::MutexLock lock(&mutex_);
  std::string register_id;
  const absl::Status let_in = caller_of(*context, register_id);
  if (!let_in.ok()) return to_grpc(let_in);
  for (const v1::HandedEntry& handed : request->entries()) {
    const auto refusal = refused_places_.find(handed.entry().sequence());
    if (refusal != refused_places_.end()) return to_grpc(refuse(refusal->second, "not this one"));
  }
  for (const v1::HandedEntry& handed : request->entries()) {
    handed_over_.push_back(absl::StrCat(register_id, "/", handed.entry().sequence(), " ",
                                        v1::Reason_Name(handed.refusal().detail().reason())));
  }
  return grpc::Status::OK;
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
