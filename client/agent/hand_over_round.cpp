#include "client/agent/hand_over_round.h"

#include <spdlog/spdlog.h>

#include "client/agent/record_outcomes.h"
#include "moadon/v1/sync_service.grpc.pb.h"
#include "rules/refusal.h"

namespace moadon::agent {
namespace {

constexpr absl::Duration kHandOverDeadline = absl::Seconds(10);

// Whether something in the call is why it was refused, and not the server or the register as a
// whole. Other content in a known place is a matter of that place alone.
bool is_of_content(const absl::Status& refusal) {
  return kind_of_refusal(refusal) == CallRefusal::kContent ||
         reason_of(refusal) == v1::REASON_JOURNAL_FORKED;
}

}  // namespace

void HandOverRound::begin() {
  after_sequence_ = 0;
  single_entries_ = 0;
}

absl::StatusOr<bool> HandOverRound::step(int64_t now_us) {
  BatchLimits limits = kHandOverLimits;
  if (single_entries_ > 0) limits.count = 1;
  auto overdue = journal_.overdue(register_id_, {.now_us = now_us,
                                                 .age_us = absl::ToInt64Microseconds(kHandOverAge),
                                                 .after_sequence = after_sequence_,
                                                 .limits = limits});
  if (!overdue.ok()) return overdue.status();
  auto journal_id = journal_.journal_id(register_id_);
  if (!journal_id.ok()) return journal_id.status();
  if (overdue->empty() || journal_id->empty()) {
    begin();
    return false;
  }
  v1::HandOverRequest request;
  request.set_journal_id(*std::move(journal_id));
  for (v1::HandedEntry& entry : *overdue) *request.add_entries() = std::move(entry);
  const auto answer =
      line_.ask_in_background(&v1::SyncService::Stub::HandOver, request, kHandOverDeadline);
  if (answer.ok()) return on_taken(request, now_us);
  return on_refused(request, answer.status());
}

absl::StatusOr<bool> HandOverRound::on_taken(const v1::HandOverRequest& request, int64_t now_us) {
  std::vector<Settlement> settlements;
  for (const v1::HandedEntry& handed : request.entries()) {
    const v1::RecordEntry& entry = handed.entry();
    // Of an altered one the queue has the place alone: should it be whole again, it is delivered.
    const bool is_whole = entry.content_case() != v1::RecordEntry::CONTENT_NOT_SET;
    settlements.push_back(
        {.sequence = entry.sequence(), .refusal = {}, .is_handed_over = is_whole});
  }
  absl::Status settled = journal_.settle(register_id_, settlements, now_us);
  if (!settled.ok()) return settled;
  for (const Settlement& settlement : settlements) {
    spdlog::warn("event=entry_handed_over register={} sequence={}", register_id_,
                 settlement.sequence);
  }
  if (single_entries_ > 0) --single_entries_;
  return true;
}

bool HandOverRound::on_refused(const v1::HandOverRequest& request, const absl::Status& refusal) {
  if (!is_of_content(refusal)) {
    // An older server has no queue; what it does not take now is offered again later.
    begin();
    return false;
  }
  if (request.entries_size() > 1) {
    single_entries_ = request.entries_size();
    return true;
  }
  after_sequence_ = request.entries(0).entry().sequence();
  if (single_entries_ > 0) --single_entries_;
  spdlog::error("event=entry_not_handed_over register={} sequence={} reason={}", register_id_,
                after_sequence_, v1::Reason_Name(reason_of(refusal)));
  return true;
}

}  // namespace moadon::agent
