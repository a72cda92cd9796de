// What the club of the tests keeps of entries.
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

v1::OfflineEnrollment FakeClub::enrolled(const std::string& identity) const {
  absl::MutexLock lock(&mutex_);
  v1::OfflineEnrollment enrolled;
  const auto entry = entries_.find(identity);
  if (entry != entries_.end()) enrolled.ParseFromString(entry->second.enrolled());
  return enrolled;
}

}  // namespace moadon::agent
