// What the club of the tests is told: entries, and those handed over.
#include <optional>

#include "absl/strings/str_cat.h"
#include "client/agent/fake_club.h"
#include "gateway/status.h"
#include "rules/calendar.h"
#include "rules/refusal.h"

namespace moadon::agent {
namespace {

// What an entry is recorded under, of an enrolment its first card; nothing: it cannot be read.
std::optional<std::string> receipt_in(const v1::RecordEntry& entry) {
  v1::Sale sale;
  v1::Return returned;
  v1::OfflineEnrollment enrolled;
  if (entry.has_sale() && sale.ParseFromString(entry.sale())) return sale.receipt();
  if (entry.has_returned() && returned.ParseFromString(entry.returned())) return returned.receipt();
  if (!entry.has_enrolled() || !enrolled.ParseFromString(entry.enrolled()) ||
      enrolled.member().keys().empty()) {
    return std::nullopt;
  }
  return absl::StrCat("card ", enrolled.member().keys(0).card());
}

}  // namespace

void FakeClub::refuse_receipt(const std::string& receipt, v1::Reason reason) {
  absl::MutexLock lock(&mutex_);
  refusals_[receipt] = reason;
}

void FakeClub::refuse_deliveries(v1::Reason reason) {
  absl::MutexLock lock(&mutex_);
  delivery_refusal_ = reason;
}

void FakeClub::refuse_place(int64_t sequence, v1::Reason reason) {
  absl::MutexLock lock(&mutex_);
  refused_places_[sequence] = reason;
}

void FakeClub::record_one(const std::string& register_id, const v1::RecordEntry& entry,
                          v1::RecordOutcome& outcome) {
  outcome.set_sequence(entry.sequence());
  const std::optional<std::string> receipt = receipt_in(entry);
  const auto refusal = refusals_.find(receipt.value_or(""));
  if (!receipt || (refusal != refusals_.end() && refusal->second != v1::REASON_UNSPECIFIED)) {
    outcome.mutable_refused()->mutable_detail()->set_reason(receipt ? refusal->second
                                                                    : v1::REASON_MALFORMED);
    outcome.mutable_refused()->set_message("no");
    return;
  }
  const std::string identity = absl::StrCat(register_id, "/", *receipt);
  if (entries_.try_emplace(identity, entry).second) {
    order_.push_back(identity);
    if (Held* hold = hold_of(register_id, entry.context().hold_id())) hold->is_open = false;
  } else {
    ++repeats_;
  }
  v1::Recorded& recorded = *outcome.mutable_recorded();
  if (entry.has_enrolled()) {
    const bool is_known = *receipt == "card 77" && !facts_.member_id().empty();
    recorded.set_member_id(is_known ? facts_.member_id() : absl::StrCat("id-of-", *receipt));
  }
}

grpc::Status FakeClub::Record(grpc::ServerContext* context, const v1::RecordRequest* request,
                              v1::RecordResponse* response) {
  absl::MutexLock lock(&mutex_);
  std::string register_id;
  absl::Status caller = caller_of(*context, register_id);
  if (!caller.ok()) return to_grpc(caller);
  if (delivery_refusal_ != v1::REASON_UNSPECIFIED) {
    return to_grpc(refuse(delivery_refusal_, "no delivery"));
  }
  for (const v1::RecordEntry& entry : request->entries()) {
    record_one(register_id, entry, *response->add_outcomes());
  }
  *response->mutable_server_time() = timestamp_of(time_us_++);  // facts given later are newer
  return grpc::Status::OK;
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

v1::OfflineEnrollment FakeClub::enrolled(const std::string& identity) const {
  absl::MutexLock lock(&mutex_);
  v1::OfflineEnrollment enrolled;
  const auto entry = entries_.find(identity);
  if (entry != entries_.end()) enrolled.ParseFromString(entry->second.enrolled());
  return enrolled;
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

std::vector<std::string> FakeClub::handed_over() const {
  absl::MutexLock lock(&mutex_);
  return handed_over_;
}

}  // namespace moadon::agent
