#include "client/agent/courier.h"

#include <spdlog/spdlog.h>

#include <algorithm>

#include "absl/strings/escaping.h"
#include "client/agent/hold_release.h"
#include "client/agent/program_fetch.h"
#include "client/agent/version.h"
#include "moadon/v1/sync_service.grpc.pb.h"
#include "rules/calendar.h"
#include "rules/refusal.h"

namespace moadon::agent {

Courier::Courier(std::string register_id, ServerLine& line, PlaceMemory& place, AskReports& asks,
                 const Parts& parts)
    : register_id_(std::move(register_id)),
      line_(line),
      place_(place),
      asks_(asks),
      parts_(parts),
      hand_over_(register_id_, line, parts.journal) {
  thread_ = std::thread([this] { run(); });
}

Courier::~Courier() { stop(); }

void Courier::notify_work() {
  absl::MutexLock lock(&mutex_);
  has_work_ = true;
  changed_.Signal();
}

void Courier::try_now() {
  absl::MutexLock lock(&mutex_);
  try_now_ = true;
  changed_.Signal();
}

void Courier::stop() {
  {
    absl::MutexLock lock(&mutex_);
    stopping_ = true;
    changed_.Signal();
  }
  if (thread_.joinable()) thread_.join();
}

void Courier::run() {
  while (wait_for_turn()) plan(work());
}

bool Courier::wait_for_turn() {
  absl::MutexLock lock(&mutex_);
  while (!stopping_ && !try_now_) {
    const absl::Duration due = has_work_ ? rest_until_ : std::max(rest_until_, wake_at_);
    const absl::Duration left = due - parts_.clock.monotonic();
    if (left <= absl::ZeroDuration()) break;
    changed_.WaitWithTimeout(&mutex_, left);
  }
  if (try_now_) {
    next_heartbeat_ = next_kept_back_ = next_hand_over_ = absl::ZeroDuration();
    server_knows_terms_.reset();  // it may be another one
  }
  has_work_ = false;
  try_now_ = false;
  return !stopping_;
}

Courier::Turn Courier::work() {
  const absl::Duration now = parts_.clock.monotonic();
  if (now >= next_heartbeat_) {
    const Turn turn = heartbeat();
    if (turn != Turn::kIdle) return turn;
  }
  if (now >= next_kept_back_) {
    absl::Status retried = parts_.journal.retry_kept_back(register_id_);
    if (!retried.ok()) return on_failed_journal(retried);
    next_kept_back_ = now + kKeptBackInterval;
  }
  const Turn released = release();
  if (released != Turn::kIdle) return released;
  const Turn delivered = deliver();
  if (delivered != Turn::kIdle) return delivered;
  const Turn handed = hand_over();
  return handed == Turn::kIdle ? report_asks() : handed;
}

absl::Status Courier::note_place(const v1::HeartbeatResponse& answer) {
  constexpr int kMinutesOfDay = 24 * 60;
  const bool is_said = !answer.time_zone().empty() && answer.day_start_minutes() >= 0 &&
                       answer.day_start_minutes() < kMinutesOfDay;
  if (!is_said) return absl::OkStatus();
  const Place place{answer.branch_id(), answer.time_zone(),
                    static_cast<int>(answer.day_start_minutes())};
  if (place == place_.get()) return absl::OkStatus();
  absl::Status stored = parts_.journal.store_place(register_id_, place);
  if (stored.ok()) place_.set(place);
  return stored;
}

Courier::Turn Courier::release() {
  // When a hold ends is the server's to say: without its time nothing has.
  const std::optional<int64_t> now_us = parts_.link.corrected_now_us();
  if (!now_us) return Turn::kIdle;
  const auto place = [this](const v1::PlaceHoldRequest& request) {
    return line_.ask_in_background(&v1::SyncService::Stub::PlaceHold, request, kRecordDeadline);
  };
  const auto cancel = [this](const v1::CancelHoldRequest& request) {
    return line_.ask_in_background(&v1::SyncService::Stub::CancelHold, request, kRecordDeadline);
  };
  const absl::Status released =
      release_holds(register_id_, {place, cancel}, parts_.journal, *now_us);
  if (released.ok()) return Turn::kIdle;
  const Turn turn =
      kind_of_refusal(released) == CallRefusal::kBlocked ? Turn::kBlocked : Turn::kPassing;
  note_trouble(turn, released);
  return turn;
}

Courier::Turn Courier::hand_over() {
  const absl::Duration now = parts_.clock.monotonic();
  const std::optional<int64_t> now_us = parts_.link.corrected_now_us();
  if (now < next_hand_over_ || !now_us) return Turn::kIdle;
  const absl::StatusOr<bool> has_more = hand_over_.step(*now_us);
  if (!has_more.ok()) return on_failed_journal(has_more.status());
  if (*has_more) return Turn::kMore;
  next_hand_over_ = now + kHandOverInterval;
  return Turn::kIdle;
}

Courier::Turn Courier::report_asks() {
  const v1::NoteAskedRequest report = asks_.begin_report();
  if (report.asks().empty()) return Turn::kIdle;
  const auto answer =
      line_.ask_in_background(&v1::SyncService::Stub::NoteAsked, report, kHeartbeatDeadline);
  if (answer.ok() || kind_of_refusal(answer.status()) == CallRefusal::kContent) {
    asks_.end_report();
    return Turn::kMore;
  }
  // Deliveries shall not wait for it: it goes again with the next turn, the next heartbeat's at
  // the latest.
  asks_.fail_report();
  return Turn::kIdle;
}

Courier::Turn Courier::heartbeat() {
  const absl::StatusOr<Backlog> backlog = parts_.journal.backlog(register_id_);
  if (!backlog.ok()) return on_failed_journal(backlog.status());
  const int64_t now_us = parts_.link.corrected_now_us().value_or(parts_.clock.now_us());
  const ProgramShelf::PricingPointer pricing = parts_.shelf.in_force(now_us);
  v1::HeartbeatRequest request;
  request.set_agent_version(std::string(kAgentVersion));
  request.set_undelivered_count(backlog->count);
  request.set_program_version(pricing == nullptr ? 0 : pricing->program().version());
  *request.mutable_agent_time() = timestamp_of(parts_.clock.now_us());
  const auto answer =
      line_.ask_in_background(&v1::SyncService::Stub::Heartbeat, request, kHeartbeatDeadline);
  absl::Status status = answer.status();
  if (answer.ok() && !answer->register_id().empty() && answer->register_id() != register_id_) {
    // Delivering now would put this till's sales under another one's name.
    status = refuse(v1::REASON_NOT_ALLOWED, "the server knows the token as another register's");
  }
  if (!status.ok()) {
    const CallRefusal kind = kind_of_refusal(status);
    const Turn turn = kind == CallRefusal::kPassing ? Turn::kPassing : Turn::kBlocked;
    note_trouble(turn, status);
    return turn;
  }
  parts_.link.report_server_time(answer->server_time());
  const absl::Status noted = note_place(*answer);
  if (!noted.ok()) return on_failed_journal(noted);
  next_heartbeat_ = parts_.clock.monotonic() + kHeartbeatInterval;
  if (answer->newest_program_version() > parts_.shelf.newest_version()) {
    const absl::Status fetched = fetch_programs(
        [this](const v1::FetchProgramsRequest& wanted) {
          return line_.ask_in_background(&v1::SyncService::Stub::FetchPrograms, wanted,
                                         kRecordDeadline);
        },
        parts_.journal, parts_.shelf);
    if (!fetched.ok() && !parts_.cancellation.is_cancelled()) {
      spdlog::warn("event=programs_not_fetched reason={}", v1::Reason_Name(reason_of(fetched)));
    }
  }
  return Turn::kIdle;
}

Courier::Turn Courier::deliver() {
  if (failures_in_a_row_ == 0) parts_.cancellation.pause(kGatherPause);
  BatchLimits limits = kBatchLimits;
  limits.count = single_entries_ > 0 ? 1 : batch_entries_;
  absl::StatusOr<std::vector<v1::RecordEntry>> batch =
      parts_.journal.next_batch(register_id_, limits);
  if (!batch.ok()) return on_failed_journal(batch.status());
  if (batch->empty()) {
    note_trouble(Turn::kIdle, absl::OkStatus());
    return Turn::kIdle;
  }
  auto journal_id = parts_.journal.journal_id(register_id_);
  if (!journal_id.ok()) return on_failed_journal(journal_id.status());
  v1::RecordRequest request;
  request.set_journal_id(*std::move(journal_id));
  for (v1::RecordEntry& entry : *batch) *request.add_entries() = std::move(entry);
  absl::Status fitted = fit_to_server(request);
  if (!fitted.ok()) return on_refused(request, fitted);
  const auto answer =
      line_.ask_in_background(&v1::SyncService::Stub::Record, request, kRecordDeadline);
  if (!answer.ok()) return on_refused(request, answer.status());
  batch_entries_ = std::min(2 * batch_entries_, kBatchLimits.count);
  parts_.link.report_server_time(answer->server_time());
  return settle(request, *answer);
}

absl::Status Courier::fit_to_server(v1::RecordRequest& request) {
  const auto has_terms = [](const v1::RecordEntry& entry) {
    return entry.context().facts().has_offline();
  };
  if (std::none_of(request.entries().begin(), request.entries().end(), has_terms)) {
    return absl::OkStatus();
  }
  if (!server_knows_terms_) {
    // HandOver came with the terms. Without entries it has no effect, and is refused.
    const auto answer = line_.ask_in_background(&v1::SyncService::Stub::HandOver,
                                                v1::HandOverRequest(), kHeartbeatDeadline);
    if (kind_of_refusal(answer.status()) == CallRefusal::kPassing) return answer.status();
    server_knows_terms_ = reason_of(answer.status()) != v1::REASON_METHOD_UNKNOWN;
  }
  if (*server_knows_terms_) return absl::OkStatus();
  for (v1::RecordEntry& entry : *request.mutable_entries()) {
    if (has_terms(entry)) entry.mutable_context()->mutable_facts()->clear_offline();
  }
  return absl::OkStatus();
}

Courier::Turn Courier::settle(const v1::RecordRequest& request,
                              const v1::RecordResponse& response) {
  const BatchResult result = result_of(request, response);
  const int64_t answer_us = time_us_of(response.server_time(), "server_time").value_or(0);
  const int64_t server_time_us =
      answer_us > 0 ? answer_us : parts_.link.corrected_now_us().value_or(0);
  absl::Status settled = parts_.journal.settle(register_id_, result.settlements, server_time_us);
  if (!settled.ok()) return on_failed_journal(settled);
  for (const Settlement& settlement : result.settlements) {
    if (!settlement.refusal) continue;
    spdlog::error("event=entry_refused register={} sequence={} reason={}", register_id_,
                  settlement.sequence, v1::Reason_Name(settlement.refusal->detail().reason()));
  }
  if (single_entries_ > 0) --single_entries_;
  if (result.is_incomplete) return Turn::kPassing;
  note_trouble(Turn::kMore, absl::OkStatus());
  return Turn::kMore;
}

Courier::Turn Courier::on_refused(const v1::RecordRequest& request, const absl::Status& refusal) {
  switch (kind_of_refusal(refusal)) {
    case CallRefusal::kPassing:
      batch_entries_ = std::max(std::min(batch_entries_, request.entries_size()) / 2, 1);
      note_trouble(Turn::kPassing, refusal);
      return Turn::kPassing;
    case CallRefusal::kProgramAwaited:
      note_trouble(Turn::kProgramAwaited, refusal);
      return Turn::kProgramAwaited;
    case CallRefusal::kBlocked:
      note_trouble(Turn::kBlocked, refusal);
      return Turn::kBlocked;
    case CallRefusal::kContent:
      break;
  }
  if (request.entries_size() > 1) {
    single_entries_ = request.entries_size();
    return Turn::kMore;
  }
  v1::RecordResponse response;
  v1::RecordOutcome& outcome = *response.add_outcomes();
  outcome.set_sequence(request.entries(0).sequence());
  *outcome.mutable_refused()->mutable_detail() = detail_of(refusal);
  outcome.mutable_refused()->set_message(std::string(refusal.message()));
  return settle(request, response);
}

Courier::Turn Courier::on_failed_journal(const absl::Status& failure) {
  note_trouble(Turn::kPassing, failure);
  return Turn::kPassing;
}

void Courier::plan(Turn turn) {
  const absl::Duration now = parts_.clock.monotonic();
  absl::Duration rest = absl::ZeroDuration();
  if (turn == Turn::kIdle || turn == Turn::kMore) {
    failures_in_a_row_ = 0;
  } else {
    next_heartbeat_ = absl::ZeroDuration();  // ask first, with a small message
  }
  if (turn == Turn::kProgramAwaited) rest = kProgramPause;
  if (turn == Turn::kBlocked) rest = kBlockedPause;
  if (turn == Turn::kPassing) {
    constexpr int kMaxDoublings = 10;
    const int doublings = std::min(failures_in_a_row_++, kMaxDoublings);
    rest = std::min(kAwayPauseFirst * (1 << doublings), kAwayPauseLast) *
           absl::Uniform(random_, 0.5, 1.0);
  }
  absl::MutexLock lock(&mutex_);
  rest_until_ = now + rest;
  wake_at_ = next_heartbeat_;
  if (turn != Turn::kIdle) has_work_ = true;
}

void Courier::note_trouble(Turn turn, const absl::Status& status) {
  if (parts_.cancellation.is_cancelled()) return;  // the agent stops: no trouble of the server's
  const bool needs_person = turn == Turn::kBlocked || turn == Turn::kProgramAwaited;
  {
    absl::MutexLock lock(&mutex_);
    if (status.ok() || needs_person) blocked_by_ = status;
  }
  if (status.ok() || needs_person) keep_block(status);
  const v1::Reason reason =
      status.ok() ? v1::REASON_UNSPECIFIED : std::max(reason_of(status), v1::REASON_TOKEN_UNKNOWN);
  if (reason == logged_reason_) return;
  logged_reason_ = reason;
  if (status.ok()) {
    spdlog::info("event=delivery_resumed register={}", register_id_);
  } else {
    spdlog::log(needs_person ? spdlog::level::err : spdlog::level::warn,
                "event=delivery_paused register={} reason={} message=\"{}\"", register_id_,
                v1::Reason_Name(reason), absl::Utf8SafeCEscape(status.message()));
  }
}

void Courier::keep_block(const absl::Status& blocked_by) {
  const v1::Reason reason = reason_of(blocked_by);
  if (kept_block_ == reason) return;
  // A journal that cannot be written says so where it matters more; the next turn tries again.
  if (parts_.journal.store_block(register_id_, blocked_by).ok()) kept_block_ = reason;
}

absl::Status Courier::blocked_by() const {
  absl::MutexLock lock(&mutex_);
  return blocked_by_;
}

}  // namespace moadon::agent
