// Commit: what a sale was priced with goes with it, and what the rules say of it is answered.
#include <cstdlib>

#include "absl/synchronization/mutex.h"
#include "client/agent/offline_terms.h"
#include "client/agent/register_service.h"
#include "client/agent/return_check.h"
#include "client/wording/cashier_text.h"
#include "rules/calendar.h"
#include "rules/check.h"
#include "rules/offline.h"

namespace moadon::agent {
namespace {

constexpr size_t kMaxIdBytes = 64;
constexpr int64_t kHourUs = 3'600'000'000;

bool is_within_hour_before(int64_t time_us, int64_t end_us) {
  return time_us <= end_us && end_us - time_us <= kHourUs;
}

// Whether the register tells of a sale of the past: then what is in force now was not in force
// then.
bool is_history(int64_t occurred_us, int64_t commit_us) {
  return std::abs(occurred_us - commit_us) > kHourUs;
}

absl::Status check_commit(const v1::CommitRequest& request) {
  absl::Status checked = check_sale(request.sale());
  checked.Update(check_text(request.member_id(), kMaxIdBytes, Presence::kOptional, "member_id"));
  checked.Update(check_text(request.hold_id(), kMaxIdBytes, Presence::kOptional, "hold_id"));
  checked.Update(time_us_of(request.quote().priced_at(), "quote.priced_at").status());
  return checked;
}

// What a sale that was priced under terms takes of them; nothing: it was not, or it is a sale of
// which the rules say nothing here.
OfflineUse use_of(const v1::Sale& sale, const v1::RecordContext& context,
                  const std::optional<Occasion>& occasion, const ProgramShelf& shelf) {
  const auto pricing = pricing_of(sale, context, shelf);
  if (!context.facts().has_offline() || pricing == nullptr) return {};
  const auto verdict = verdict_of(sale, context, occasion, shelf);
  return verdict ? offline_use_of(*verdict, pricing->program()) : OfflineUse();
}

}  // namespace

NewEntry RegisterService::new_entry(const Caller& caller, const v1::CommitRequest& request) {
  NewEntry entry;
  entry.register_id = caller.till.register_id;
  entry.receipt = request.sale().receipt();
  entry.kind = EntryKind::kSale;
  entry.content = request.sale().SerializeAsString();
  entry.hold_id = request.hold_id();
  entry.commit_time_us = parts_.clock.now_us();
  entry.latest_us = parts_.time.latest_us();
  return entry;
}

v1::MemberFacts RegisterService::facts_of_quote(const Caller& caller, const std::string& member_id,
                                                const v1::QuoteReference& quote) {
  v1::MemberFacts facts;
  if (!member_id.empty() && quote.facts_snapshot() > 0) {
    auto exact = parts_.facts.of(member_id, quote);
    facts = exact ? *std::move(exact) : facts_of(caller, member_id).facts;
  }
  const auto pricing = parts_.shelf.version(quote.program_version());
  if (quote.has_offline()) {
    *facts.mutable_offline() =
        trimmed_terms(quote.offline(), facts,
                      pricing == nullptr ? v1::Program::default_instance() : pricing->program());
  }
  return facts;
}

v1::MemberFacts RegisterService::facts_now(const Caller& caller, const std::string& member_id,
                                           const ProgramShelf::PricingPointer& pricing,
                                           int64_t time_us) {
  KnownFacts known = facts_of(caller, member_id);
  if (pricing == nullptr || !needs_terms(caller, known)) return std::move(known.facts);
  QuoteInputs inputs{pricing, std::move(known.facts), {}, time_us};
  inputs.occasion = occasion_at(time_us, caller.till.place.get(), pricing->program());
  set_terms(caller, inputs);
  return std::move(inputs.facts);
}

absl::StatusOr<v1::RecordContext> RegisterService::context_for(const Caller& caller,
                                                               const v1::CommitRequest& request,
                                                               int64_t commit_us) {
  v1::RecordContext context;
  context.set_member_id(request.member_id());
  std::optional<StoredHold> hold;
  if (!request.hold_id().empty()) {
    auto found = parts_.journal.find_hold_by_id(caller.till.register_id, request.hold_id());
    if (!found.ok()) return found.status();
    hold = *std::move(found);
  }
  const std::string& member_id = request.member_id();
  v1::MemberFacts facts;
  if (hold && (member_id.empty() || member_id == hold->context.member_id())) {
    context = hold->context;
  } else if (request.has_quote()) {
    context.set_program_version(request.quote().program_version());
    if (request.quote().has_priced_at()) {
      *context.mutable_priced_at() = request.quote().priced_at();
    }
    facts = facts_of_quote(caller, member_id, request.quote());
  } else {
    const int64_t occurred_us = time_us_of(request.sale().occurred_at(), "occurred_at").value_or(0);
    const auto pricing = parts_.shelf.in_force(commit_us);
    // Of the past the server knows better which version was in force.
    const bool is_named = pricing != nullptr && !is_history(occurred_us, commit_us);
    context.set_program_version(is_named ? pricing->program().version() : 0);
    facts = facts_now(caller, member_id, pricing, commit_us);
  }
  if (says_something(facts)) *context.mutable_facts() = std::move(facts);
  context.set_hold_id(is_local_hold(request.hold_id()) ? "" : request.hold_id());
  return context;
}

std::optional<Occasion> RegisterService::occasion_of(const Caller& caller, const v1::Sale& sale,
                                                     const v1::RecordContext& context,
                                                     int64_t commit_us) {
  const int64_t occurred_us = time_us_of(sale.occurred_at(), "occurred_at").value_or(0);
  int64_t time_us = commit_us;
  if (context.has_priced_at()) {
    const int64_t priced_us = time_us_of(context.priced_at(), "priced_at").value_or(0);
    if (is_within_hour_before(priced_us, commit_us) ||
        is_within_hour_before(priced_us, occurred_us)) {
      time_us = priced_us;
    }
  } else if (context.program_version() == 0) {
    time_us = occurred_us;
  }
  const auto pricing = context.program_version() == 0
                           ? parts_.shelf.in_force(time_us)
                           : parts_.shelf.version(context.program_version());
  if (pricing == nullptr) return std::nullopt;
  return occasion_at(time_us, caller.till.place.get(), pricing->program());
}

absl::StatusOr<Committed> RegisterService::commit_sale(const Caller& caller,
                                                       const v1::CommitRequest& request) {
  NewEntry entry = new_entry(caller, request);
  absl::StatusOr<std::optional<Committed>> repeat = parts_.journal.find_repeat(entry);
  if (!repeat.ok()) return repeat.status();
  if (*repeat) return **std::move(repeat);
  const std::optional<int64_t> corrected_us = parts_.link.corrected_now_us();
  const int64_t commit_us = corrected_us.value_or(entry.commit_time_us);
  absl::StatusOr<v1::RecordContext> context = context_for(caller, request, commit_us);
  if (!context.ok()) return context.status();
  if (corrected_us) *context->mutable_corrected_at() = timestamp_of(*corrected_us);
  entry.occasion = occasion_of(caller, request.sale(), *context, commit_us);
  if (takes_something(use_of(request.sale(), *context, entry.occasion, parts_.shelf))) {
    return commit_under_terms(caller, request, *std::move(context), std::move(entry));
  }
  return journal_sale(request.sale(), *context, std::move(entry));
}

absl::StatusOr<Committed> RegisterService::commit_under_terms(const Caller& caller,
                                                              const v1::CommitRequest& request,
                                                              v1::RecordContext context,
                                                              NewEntry entry) {
  const auto pricing = pricing_of(request.sale(), context, parts_.shelf);
  absl::MutexLock lock(&caller.till.offline_mutex);
  v1::MemberFacts& facts = *context.mutable_facts();
  const StandingQuery query{.register_id = entry.register_id,
                            .member_id = facts.member_id(),
                            .latest_us = entry.latest_us,
                            .hold_id = entry.hold_id,
                            .with_ended = true};
  *facts.mutable_offline() =
      lesser_terms(facts.offline(), terms_left(facts, pricing->program(), query));
  OfflineUse use = use_of(request.sale(), context, entry.occasion, parts_.shelf);
  if (takes_something(use)) entry.offline_use = MemberUse{facts.member_id(), std::move(use)};
  return journal_sale(request.sale(), context, std::move(entry));
}

absl::StatusOr<Committed> RegisterService::journal_sale(const v1::Sale& sale,
                                                        const v1::RecordContext& context,
                                                        NewEntry entry) {
  entry.context = context.SerializeAsString();
  const auto verdict = verdict_of(sale, context, entry.occasion, parts_.shelf);
  const int64_t total_minor = total_minor_of(sale, verdict);
  return parts_.journal.commit(entry, [&](const KnownSale*) -> absl::StatusOr<Amounts> {
    return Amounts{.amount_minor = total_minor};
  });
}

grpc::Status RegisterService::Commit(grpc::ServerContext* context, const v1::CommitRequest* request,
                                     v1::CommitResponse* response) {
  return serve(*context, [&](const Caller& caller) -> absl::Status {
    absl::Status checked = check_commit(*request);
    if (!checked.ok()) return checked;
    v1::CommitRequest meant = *request;
    meant.set_member_id(member_to_record(caller, request->member_id()));
    const absl::StatusOr<Committed> committed = commit_sale(caller, meant);
    if (!committed.ok()) return committed.status();
    caller.till.courier.notify_work();
    response->set_sequence(committed->sequence);
    response->set_total_minor(committed->amounts.amount_minor);
    // From what is kept, so that a repetition is answered alike.
    auto verdict =
        verdict_of(request->sale(), committed->context, committed->occasion, parts_.shelf);
    if (verdict) *response->mutable_quote() = *std::move(verdict);
    return absl::OkStatus();
  });
}

}  // namespace moadon::agent
