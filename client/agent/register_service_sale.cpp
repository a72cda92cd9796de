// Commit: what a sale was priced with goes with it, and what the rules say of it is answered.
#include <cstdlib>

#include "absl/synchronization/mutex.h"
#include "client/agent/offline_terms.h"
#include "client/agent/register_service.h"
#include "client/agent/return_check.h"
#include "rules/calendar.h"
#include "rules/check.h"
#include "rules/durations.h"
#include "rules/offline.h"

namespace moadon::agent {
namespace {

constexpr size_t kMaxIdBytes = 64;
// The server keeps a hold past its end for its own register, which alone knows of no sale by it,
// but not when it has not heard of that for 72 hours. Those began a quarter of an hour before the
// end at the earliest; the rest is for clocks.
constexpr int64_t kHoldKeptUs = 71 * kHourUs;

// Whether what the hold sets aside is still there.
bool stands(const StoredHold& hold, int64_t latest_us) {
  return hold.state == HoldState::kHeld && latest_us - hold.expire_time_us < kHoldKeptUs;
}

bool is_within_sale_before(int64_t time_us, int64_t end_us) {
  return time_us <= end_us && end_us - time_us <= kSaleLifeUs;
}

// The moment that a sale is judged by.
struct Moment {
  int64_t time_us = 0;
  bool is_of_quote = false;  // made for this sale, a moment ago: what was there then counts
  bool is_history = false;   // the register tells of the past, of which the server knows better
};

Moment moment_of(const v1::Sale& sale, const v1::RecordContext& context, const CommitTime& at) {
  const int64_t occurred_us = time_us_of(sale.occurred_at(), "occurred_at").value_or(0);
  Moment moment{.time_us = at.known_us,
                .is_history = std::abs(occurred_us - at.machine_us) > kSaleLifeUs};
  if (!context.has_priced_at()) {
    if (moment.is_history) moment.time_us = occurred_us;
    return moment;
  }
  const int64_t priced_us = time_us_of(context.priced_at(), "priced_at").value_or(0);
  moment.is_of_quote = is_within_sale_before(priced_us, at.known_us);
  if (moment.is_of_quote || (moment.is_history && is_within_sale_before(priced_us, occurred_us))) {
    moment.time_us = priced_us;
  }
  return moment;
}

// The quote that a sale was charged by; null: it names none, or one of a version that is not here,
// so that nobody here can say what it gave.
const v1::QuoteReference* quote_of(const v1::CommitRequest& request, const ProgramShelf& shelf) {
  if (!request.has_quote()) return nullptr;
  return shelf.version(request.quote().program_version()) == nullptr ? nullptr : &request.quote();
}

// What a quote says without its facts.
v1::RecordContext context_of_quote(const std::string& member_id, const v1::QuoteReference* quote) {
  v1::RecordContext context;
  context.set_member_id(member_id);
  if (quote == nullptr) return context;
  context.set_program_version(quote->program_version());
  if (quote->has_priced_at()) *context.mutable_priced_at() = quote->priced_at();
  return context;
}

void take_facts(const v1::MemberFacts& facts, v1::RecordContext& context) {
  context.clear_facts();
  if (says_something(facts)) *context.mutable_facts() = facts;
}

absl::Status check_commit(const v1::CommitRequest& request) {
  absl::Status checked = check_sale(request.sale());
  checked.Update(check_text(request.member_id(), kMaxIdBytes, Presence::kOptional, "member_id"));
  checked.Update(check_text(request.hold_id(), kMaxIdBytes, Presence::kOptional, "hold_id"));
  checked.Update(time_us_of(request.quote().priced_at(), "quote.priced_at").status());
  return checked;
}

// What a sale, by its verdict, gives of points, limits and rights.
OfflineUse use_of(const v1::Sale& sale, const v1::RecordContext& context, const v1::Quote& verdict,
                  const ProgramShelf& shelf) {
  const auto pricing = pricing_of(sale, context, shelf);
  return pricing == nullptr ? OfflineUse() : offline_use_of(verdict, pricing->program());
}

}  // namespace

NewEntry RegisterService::new_entry(const Caller& caller, const v1::CommitRequest& request) {
  NewEntry entry;
  entry.register_id = caller.till.register_id;
  entry.receipt = request.sale().receipt();
  entry.kind = EntryKind::kSale;
  entry.content = request.sale().SerializeAsString();
  entry.hold_id = request.hold_id();
  entry.commit_time_us = now_us();
  entry.latest_us = parts_.time.latest_us();
  return entry;
}

absl::StatusOr<std::optional<StoredHold>> RegisterService::hold_of(
    const Caller& caller, const v1::CommitRequest& request) {
  if (request.hold_id().empty()) return std::optional<StoredHold>();
  auto hold = parts_.journal.find_hold_by_id(caller.till.register_id, request.hold_id());
  if (!hold.ok() || !*hold) return hold;
  const bool is_theirs =
      request.member_id().empty() || request.member_id() == (*hold)->context.member_id();
  if (!is_theirs) hold->reset();
  return hold;
}

KnownFacts RegisterService::facts_of_quote(const std::string& member_id,
                                           const v1::QuoteReference& quote) {
  if (member_id.empty() || quote.facts_snapshot() <= 0) return {};
  auto exact = parts_.facts.of(member_id, quote);
  return exact ? *std::move(exact) : facts_here(member_id);
}

void RegisterService::set_inputs(const Caller& caller, int64_t time_us, PricedSale& sale) const {
  QuoteInputs& inputs = sale.inputs;
  const int64_t version = sale.context.program_version();
  inputs.time_us = time_us;
  inputs.pricing = version == 0 ? parts_.shelf.in_force(time_us) : parts_.shelf.version(version);
  if (inputs.pricing == nullptr) return;
  inputs.occasion = occasion_at(time_us, caller.till.place.get(), inputs.pricing->program());
}

absl::StatusOr<RegisterService::PricedSale> RegisterService::price_sale(
    const Caller& caller, const v1::CommitRequest& request, const CommitTime& at) {
  const auto hold = hold_of(caller, request);
  if (!hold.ok()) return hold.status();
  const v1::QuoteReference* const quote = quote_of(request, parts_.shelf);
  PricedSale sale;
  v1::RecordContext& context = sale.context;
  context = *hold ? (*hold)->context : context_of_quote(request.member_id(), quote);
  const Moment moment = moment_of(request.sale(), context, at);
  set_inputs(caller, moment.time_us, sale);
  const int64_t ago_us = moment.is_of_quote ? at.known_us - moment.time_us : 0;
  sale.query.then_us = parts_.time.latest_us() - ago_us;
  sale.query.hold_id = request.hold_id();
  KnownFacts known;
  if (*hold) {
    known.facts = context.facts();
  } else if (quote != nullptr) {
    known = facts_of_quote(context.member_id(), *quote);
  } else {
    known = facts_here(context.member_id());
    const bool is_named = sale.inputs.pricing != nullptr && !moment.is_history;
    if (is_named) context.set_program_version(sale.inputs.pricing->program().version());
  }
  if (known.facts.has_offline()) {
    sale.query.quoted = known.facts.offline();
  } else if (!*hold && quote != nullptr && quote->has_offline()) {
    sale.query.quoted = quote->offline();
  }
  const bool is_set_aside = *hold && stands(**hold, parts_.time.latest_us());
  // What was delivered since the server's facts were quoted by is the server's to count.
  const bool is_quoted =
      *hold || (quote != nullptr && known.facts.snapshot() == quote->facts_snapshot());
  const bool is_cut_off = !is_set_aside && (needs_terms(caller, known) ||
                                            (!is_quoted && is_behind(caller, known.facts)));
  sale.is_limited = is_cut_off || sale.query.quoted;
  const bool is_too_old = known.facts.snapshot() > 0 && !may_price(known, sale.query.then_us);
  if (sale.is_limited && !is_set_aside && is_too_old) known = facts_here(context.member_id());
  sale.inputs.facts = std::move(known.facts);
  context.set_hold_id(is_local_hold(request.hold_id()) ? "" : request.hold_id());
  return sale;
}

absl::StatusOr<Committed> RegisterService::commit_sale(const Caller& caller,
                                                       const v1::CommitRequest& request) {
  NewEntry entry = new_entry(caller, request);
  absl::StatusOr<std::optional<Committed>> repeat = parts_.journal.find_repeat(entry);
  if (!repeat.ok()) return repeat.status();
  if (*repeat) return **std::move(repeat);
  const std::optional<int64_t> corrected_us = parts_.link.corrected_now_us();
  const int64_t machine_us = parts_.clock.now_us();
  absl::StatusOr<PricedSale> priced =
      price_sale(caller, request, {machine_us, corrected_us.value_or(machine_us)});
  if (!priced.ok()) return priced.status();
  if (corrected_us) *priced->context.mutable_corrected_at() = timestamp_of(*corrected_us);
  if (priced->inputs.pricing != nullptr) entry.occasion = priced->inputs.occasion;
  return journal_sale(caller, request.sale(), *std::move(priced), std::move(entry));
}

absl::StatusOr<Committed> RegisterService::journal_sale(const Caller& caller, const v1::Sale& sale,
                                                        PricedSale priced, NewEntry entry) {
  const absl::MutexLockMaybe lock(priced.is_limited ? &caller.till.offline_mutex : nullptr);
  if (priced.is_limited) set_terms(caller, priced.inputs, priced.query);
  v1::RecordContext& context = priced.context;
  take_facts(priced.inputs.facts, context);
  const auto verdict = verdict_of(sale, context, entry.occasion, parts_.shelf);
  OfflineUse use = verdict ? use_of(sale, context, *verdict, parts_.shelf) : OfflineUse();
  if (context.facts().has_offline() && takes_something(use)) {
    entry.offline_use = MemberUse{context.facts().member_id(), std::move(use)};
  } else if (use.amount_minor > 0 && !context.member_id().empty()) {
    // Given with the server: outside of the caps, but the member's facts here do not know of it.
    entry.offline_use = MemberUse{context.member_id(), {}};
  }
  entry.context = context.SerializeAsString();
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
    parts_.facts.end_sale(committed->context.member_id());
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
