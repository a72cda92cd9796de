#include "server/operations/record.h"

#include <algorithm>
#include <memory>
#include <utility>
#include <vector>

#include "rules/calendar.h"
#include "rules/field_checks.h"
#include "rules/refusal.h"
#include "server/operations/hand_over.h"
#include "server/operations/member_id.h"
#include "server/operations/note_chain.h"
#include "server/operations/prepared_document.h"
#include "server/operations/record_document.h"
#include "server/operations/writer_state.h"
#include "spdlog/spdlog.h"

namespace moadon {
namespace {

struct Entry {
  const v1::RecordEntry& link;  // of its batch's chain
  absl::StatusOr<PreparedDocument> document;
  absl::StatusOr<Taken> taken = absl::UnknownError("not taken yet");
};

// Entries of one call. Touched by the calling thread until it is submitted, then by the writer's.
struct Batch {
  Club& club;
  std::string register_id;
  v1::RecordRequest chain;  // what the request says of the journal's history; no content
  std::vector<Entry> entries;
  Answer<v1::RecordResponse> answer;
  size_t waiting = 0;  // entries submitted alone whose outcome is open
};

// Shared by the operation, its completion and, if it fails, one pair of them for each entry.
using BatchPtr = std::shared_ptr<Batch>;

absl::Status outcome_of(const Entry& entry) {
  if (!entry.document.ok()) return entry.document.status();
  return entry.taken.ok() ? entry.taken->refusal : entry.taken.status();
}

void fill_refusal(v1::Refusal& refused, const Batch& batch, const Entry& entry,
                  const absl::Status& status) {
  *refused.mutable_detail() = detail_of(status);
  refused.set_message(std::string(status.message()));
  if (reason_of(status) != v1::REASON_UNSPECIFIED) return;
  spdlog::error("record=failed register={} sequence={} error=\"{}\"", batch.register_id,
                entry.link.sequence(), status.ToString());
  refused.mutable_detail()->set_reason(v1::REASON_INTERNAL);
  refused.set_message("a fault of the server");
}

void answer(Batch& batch) {
  v1::RecordResponse response;
  for (const Entry& entry : batch.entries) {
    v1::RecordOutcome& outcome = *response.add_outcomes();
    outcome.set_sequence(entry.link.sequence());
    const absl::Status status = outcome_of(entry);
    if (!status.ok()) {
      fill_refusal(*outcome.mutable_refused(), batch, entry, status);
      continue;
    }
    v1::Recorded& recorded = *outcome.mutable_recorded();
    if (entry.taken->member_id != 0) recorded.set_member_id(member_id_text(entry.taken->member_id));
  }
  *response.mutable_server_time() = timestamp_of(batch.club.clock().now_us());
  std::move(batch.answer)(std::move(response));
}

// What is recorded does not wait for the owner any more.
absl::Status take_one(sqlite::Connection& connection, WriterState& state, const Batch& batch,
                      Entry& entry) {
  entry.taken = record_document(connection, state, *entry.document);
  if (!entry.taken.ok()) return entry.taken.status();
  const std::string& journal_id = batch.chain.journal_id();
  if (!entry.taken->refusal.ok() || journal_id.empty()) return absl::OkStatus();
  return settle_recorded(connection, state, {batch.register_id, journal_id, entry.link.sequence()},
                         entry.link.chain());
}

absl::Status take_all(sqlite::Connection& connection, WriterState& state, Batch& batch) {
  absl::Status noted = note_chain(connection, batch.register_id, batch.chain);
  if (!noted.ok()) return noted;
  for (Entry& entry : batch.entries) {
    if (!entry.document.ok()) continue;
    const absl::Status taken = take_one(connection, state, batch, entry);
    if (!taken.ok()) return taken;
  }
  return absl::OkStatus();
}

bool leaves_hold(const Entry& entry) { return entry.taken.ok() && entry.taken->leaves_hold; }

// Answers when the holds that the sales left have ended: what is interrupted in between is told
// again by the agent, and done then.
void finish(const BatchPtr& batch) {
  if (std::none_of(batch->entries.begin(), batch->entries.end(), leaves_hold)) {
    answer(*batch);
    return;
  }
  batch->club.submit(
      [batch](sqlite::Connection& connection, WriterState& state) {
        absl::Status ended;
        for (const Entry& entry : batch->entries) {
          if (ended.ok() && leaves_hold(entry)) {
            ended = end_left_hold(connection, state, *entry.document);
          }
        }
        return ended;
      },
      [batch](const absl::Status& ended) {
        for (Entry& entry : batch->entries) {
          if (!ended.ok() && leaves_hold(entry)) entry.taken = ended;
        }
        answer(*batch);
      });
}

void submit_alone(const BatchPtr& batch, Entry& entry) {
  batch->club.submit(
      [batch, &entry](sqlite::Connection& connection, WriterState& state) {
        return take_one(connection, state, *batch, entry);
      },
      [batch, &entry](absl::Status done) {
        if (!done.ok()) entry.taken = std::move(done);
        if (--batch->waiting == 0) finish(batch);
      });
}

// All entries share one operation, because entries that are refused write nothing. When one could
// not be written, everything was undone, and each goes again by itself; a place that was not noted
// then is noted when it is delivered again, or stays unknown.
void settle(const BatchPtr& batch, const absl::Status& done) {
  if (reason_of(done) == v1::REASON_JOURNAL_FORKED) {
    std::move(batch->answer)(done);
    return;
  }
  std::vector<Entry*> prepared;
  for (Entry& entry : batch->entries) {
    if (entry.document.ok()) prepared.push_back(&entry);
  }
  const bool was_undone = !done.ok() && !retry_may_help(reason_of(done));
  if (was_undone && prepared.size() > 1) {
    batch->waiting = prepared.size();
    for (Entry* entry : prepared) submit_alone(batch, *entry);
    return;
  }
  if (!done.ok()) {
    for (Entry* entry : prepared) entry->taken = done;
  }
  finish(batch);
}

v1::RecordRequest chain_in(const v1::RecordRequest& request) {
  v1::RecordRequest chain;
  chain.set_journal_id(request.journal_id());
  for (const v1::RecordEntry& entry : request.entries()) {
    v1::RecordEntry& link = *chain.add_entries();
    link.set_sequence(entry.sequence());
    link.set_chain(entry.chain());
  }
  return chain;
}

absl::Status check_request(const v1::RecordRequest& request, const ClubView& view) {
  const FieldPath entries("entries");
  if (request.entries().empty()) return missing(entries);
  const absl::Status count = check_count(request.entries_size(), kMaxEntries, entries);
  if (count.ok() && !view.has_program()) {
    return refuse(v1::REASON_PROGRAM_MISSING, "no program has been published yet");
  }
  return count;
}

}  // namespace

void record(Club& club, const RegisterView& at, const v1::RecordRequest& request,
            Answer<v1::RecordResponse> done) {
  const ClubViewPtr view = club.view();
  absl::Status form = check_request(request, *view);
  if (!form.ok()) {
    std::move(done)(std::move(form));
    return;
  }
  const auto batch = std::make_shared<Batch>(
      Batch{club, at.register_id, chain_in(request), {}, std::move(done), 0});
  const Reception reception{*view, at, club.clock().now_us()};
  batch->entries.reserve(request.entries_size());
  bool any_prepared = false;
  for (int i = 0; i < request.entries_size(); ++i) {
    batch->entries.push_back(
        {batch->chain.entries(i), prepare_document(request.entries(i), reception)});
    any_prepared = any_prepared || batch->entries.back().document.ok();
  }
  if (!any_prepared) {
    answer(*batch);
    return;
  }
  club.submit([batch](sqlite::Connection& connection,
                      WriterState& state) { return take_all(connection, state, *batch); },
              [batch](absl::Status outcome) { settle(batch, outcome); });
}

}  // namespace moadon
