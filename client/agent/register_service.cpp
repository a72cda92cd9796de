#include "client/agent/register_service.h"

#include <grpc/support/time.h>
#include <spdlog/spdlog.h>

#include <algorithm>
#include <cstdlib>
#include <exception>

#include "absl/strings/escaping.h"
#include "absl/strings/strip.h"
#include "client/agent/program_fetch.h"
#include "client/agent/version.h"
#include "gateway/status.h"
#include "identity/provisional_id.h"
#include "moadon/v1/sync_service.grpc.pb.h"
#include "rules/calendar.h"
#include "rules/check.h"
#include "rules/program.h"
#include "rules/refusal.h"

namespace moadon::agent {
namespace {

absl::string_view header(const grpc::ServerContext& context, const char* name) {
  const auto found = context.client_metadata().find(name);
  if (found == context.client_metadata().end()) return {};
  return {found->second.data(), found->second.size()};
}

absl::Duration time_left(const grpc::ServerContext& context) {
  const gpr_timespec deadline = gpr_convert_clock_type(context.raw_deadline(), GPR_CLOCK_MONOTONIC);
  const gpr_timespec left = gpr_time_sub(deadline, gpr_now(GPR_CLOCK_MONOTONIC));
  return absl::Milliseconds(gpr_time_to_millis(left));
}

absl::Status missing(absl::string_view field) {
  return refuse(v1::REASON_FIELD_MISSING, absl::StrCat(field, " is missing"), {{"field", field}});
}

absl::Status enrolled_offline() {
  return refuse(v1::REASON_MEMBER_UNKNOWN, "the server has not heard of the enrolment yet");
}

// A fault of ours is told by the request's id only; the log has the rest.
absl::Status hide_fault(const grpc::ServerContext& context, const absl::Status& status) {
  if (status.ok()) return status;
  const v1::Reason reason = reason_of(status);
  if (reason != v1::REASON_UNSPECIFIED && reason != v1::REASON_INTERNAL) return status;
  const absl::string_view request_id = header(context, "x-request-id");
  spdlog::error("event=fault request={} message=\"{}\"", absl::Utf8SafeCEscape(request_id),
                absl::Utf8SafeCEscape(status.message()));
  return refuse(v1::REASON_INTERNAL, "something is wrong with the agent; its log says more",
                {{"request_id", request_id}});
}

}  // namespace

grpc::Status RegisterService::serve(grpc::ServerContext& context,
                                    absl::FunctionRef<absl::Status(const Caller&)> answer) {
  absl::string_view token = header(context, "authorization");
  Till* till = absl::ConsumePrefix(&token, "Bearer ") ? parts_.tills.find(token) : nullptr;
  if (till == nullptr) {
    return to_grpc(refuse(v1::REASON_TOKEN_UNKNOWN, "no register of this machine has this token"));
  }
  absl::Status answered;
  try {
    answered = answer({*till, time_left(context)});
  } catch (const std::exception& fault) {
    answered = absl::InternalError(fault.what());
  }
  return to_grpc(hide_fault(context, answered));
}

int64_t RegisterService::now_us() const { return parts_.time.now_us(); }

ProgramShelf::PricingPointer RegisterService::program_at(const Caller& caller, int64_t time_us) {
  if (parts_.shelf.newest_version() == 0) {
    const auto ask = [&caller](const v1::FetchProgramsRequest& request) {
      return caller.till.line.ask(&v1::SyncService::Stub::FetchPrograms, request, kCashierWait,
                                  caller.time_left);
    };
    // What it brought is all that counts here.
    (void)fetch_programs(ask, parts_.journal, parts_.shelf);
  }
  return parts_.shelf.in_force(time_us);
}

grpc::Status RegisterService::Identify(grpc::ServerContext* context,
                                       const v1::IdentifyRequest* request,
                                       v1::IdentifyResponse* response) {
  return serve(*context, [&](const Caller& caller) -> absl::Status {
    absl::Status checked = check_key(request->key(), KeyUse::kToIdentify, "key");
    if (!checked.ok()) return checked;
    v1::FindMemberRequest question;
    *question.mutable_key() = request->key();
    auto found = caller.till.line.ask(&v1::SyncService::Stub::FindMember, question, kCashierWait,
                                      caller.time_left);
    if (reason_of(found.status()) == v1::REASON_SERVER_UNREACHABLE) {
      const absl::Status kept = identify_offline(request->key(), *response);
      if (reason_of(kept) != v1::REASON_SERVER_UNREACHABLE) return kept;
      return identify_enrolled(request->key(), kept, *response);
    }
    if (reason_of(found.status()) == v1::REASON_MEMBER_UNKNOWN) {
      return identify_enrolled(request->key(), found.status(), *response);
    }
    if (!found.ok()) return found.status();
    *response = std::move(*found->mutable_member());
    parts_.facts.remember(response->facts(), parts_.time.latest_us());
    note_ask(caller, *response);
    return absl::OkStatus();
  });
}

void RegisterService::note_ask(const Caller& caller, v1::IdentifyResponse& response) {
  if (!response.has_ask()) return;
  v1::Asked asked;
  asked.set_member_id(response.facts().member_id());
  asked.set_field(response.ask().field());
  if (!parts_.asks.note(asked.member_id(), asked.field(), parts_.clock.monotonic())) {
    response.clear_ask();
    return;
  }
  *asked.mutable_ask_time() = timestamp_of(now_us());
  caller.till.asks.add(std::move(asked));
  caller.till.courier.notify_work();
}

absl::StatusOr<v1::MemberFacts> RegisterService::fetch_facts(const Caller& caller,
                                                             const std::string& member_id) {
  v1::GetFactsRequest question;
  question.set_member_id(member_meant(member_id));
  if (is_provisional_id(question.member_id())) return enrolled_offline();
  auto answer = caller.till.line.ask(&v1::SyncService::Stub::GetFacts, question, kCashierWait,
                                     caller.time_left);
  if (!answer.ok()) return answer.status();
  parts_.facts.remember(answer->facts(), parts_.time.latest_us());
  return std::move(*answer->mutable_facts());
}

std::optional<KnownFacts> RegisterService::remembered_facts(const std::string& member_id) {
  auto known = parts_.facts.of(member_id);
  if (!known || !may_price(*known, parts_.time.latest_us())) return std::nullopt;
  return known;
}

KnownFacts RegisterService::facts_here(const std::string& member_id) {
  KnownFacts nothing;
  if (member_id.empty()) return nothing;
  if (auto known = remembered_facts(member_id)) return *std::move(known);
  if (auto kept = kept_facts(member_id)) return {*std::move(kept), /*is_kept=*/true};
  nothing.facts.set_member_id(member_id);
  return nothing;
}

KnownFacts RegisterService::facts_of(const Caller& caller, const std::string& member_id) {
  if (member_id.empty()) return {};
  auto known = remembered_facts(member_id);
  if (known && !known->is_kept && !is_behind(caller, known->facts)) return *std::move(known);
  auto fetched = fetch_facts(caller, member_id);
  if (fetched.ok() && fetched->member_id() == member_id) return {*std::move(fetched)};
  return facts_here(member_id);
}

absl::StatusOr<int64_t> RegisterService::moment_named(const google::protobuf::Timestamp& at) const {
  const absl::StatusOr<int64_t> at_us = time_us_of(at, "basket.at");
  if (!at_us.ok()) return at_us;
  const int64_t machine_us = parts_.clock.now_us();
  if (std::abs(*at_us - machine_us) > kSaleLifeUs) return at_us;
  return std::clamp(*at_us + now_us() - machine_us, kMinTimeUs, kMaxTimeUs);
}

absl::StatusOr<QuoteInputs> RegisterService::inputs_for(const Caller& caller,
                                                        const v1::Basket& basket) {
  QuoteInputs inputs;
  inputs.time_us = now_us();
  if (basket.has_at()) {
    const auto at_us = moment_named(basket.at());
    if (!at_us.ok()) return at_us.status();
    inputs.time_us = *at_us;
  }
  inputs.pricing = program_at(caller, inputs.time_us);
  if (inputs.pricing == nullptr) {
    return refuse(v1::REASON_PROGRAM_MISSING,
                  "the agent has no program yet: sell at the register's own prices");
  }
  KnownFacts known = facts_of(caller, member_meant(basket.member_id()));
  const bool is_under_terms = needs_terms(caller, known) || is_behind(caller, known.facts);
  inputs.facts = std::move(known.facts);
  inputs.occasion = occasion_at(inputs.time_us, caller.till.place.get(), inputs.pricing->program());
  if (is_under_terms) set_terms(caller, inputs);
  return inputs;
}

grpc::Status RegisterService::Quote(grpc::ServerContext* context, const v1::QuoteRequest* request,
                                    v1::QuoteResponse* response) {
  return serve(*context, [&](const Caller& caller) -> absl::Status {
    if (!request->has_basket()) return missing("basket");
    absl::Status checked = check_basket(request->basket());
    checked.Update(check_receipt_columns(request->receipt_columns()));
    if (!checked.ok()) return checked;
    const absl::StatusOr<QuoteInputs> inputs = inputs_for(caller, request->basket());
    if (!inputs.ok()) return inputs.status();
    absl::StatusOr<v1::Quote> quote = quote_of(request->basket(), *inputs);
    if (!quote.ok()) return quote.status();
    add_receipt(*quote, request->basket(), *inputs,
                {request->receipt_columns(), request->visual_order()});
    *response->mutable_quote() = *std::move(quote);
    return absl::OkStatus();
  });
}

grpc::Status RegisterService::Status(grpc::ServerContext* context, const v1::StatusRequest* request,
                                     v1::StatusResponse* response) {
  return serve(*context, [&](const Caller& caller) -> absl::Status {
    const absl::StatusOr<Backlog> backlog = parts_.journal.backlog(caller.till.register_id);
    if (!backlog.ok()) return backlog.status();
    const Contact contact = parts_.link.contact();
    response->set_register_id(caller.till.register_id);
    response->set_online(contact.is_online);
    if (contact.offline_since_us) {
      *response->mutable_offline_since() = timestamp_of(*contact.offline_since_us);
    }
    if (contact.last_contact_us) {
      *response->mutable_last_contact_time() = timestamp_of(*contact.last_contact_us);
    }
    response->set_undelivered_count(backlog->count);
    response->set_altered_count(backlog->altered_count);
    if (const absl::Status blocked_by = caller.till.courier.blocked_by(); !blocked_by.ok()) {
      *response->mutable_blocked_by() = detail_of(blocked_by);
    }
    response->set_journal_bytes(parts_.journal.used_bytes());
    response->set_journal_limit_bytes(parts_.reserve.limit_bytes());
    response->set_is_reserve_used(parts_.reserve.is_used());
    if (backlog->oldest_commit_us) {
      *response->mutable_oldest_undelivered_time() = timestamp_of(*backlog->oldest_commit_us);
    }
    if (const auto pricing = parts_.shelf.in_force(now_us()); pricing != nullptr) {
      response->set_program_version(pricing->program().version());
      response->set_currency_code(pricing->program().currency_code());
      response->set_language_code(language_of(pricing->program()));
    }
    add_cache(caller, *response);
    response->set_program_version_not_understood(parts_.shelf.newest_not_understood());
    response->set_agent_version(std::string(kAgentVersion));
    return absl::OkStatus();
  });
}

}  // namespace moadon::agent
