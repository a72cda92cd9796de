// Hold and Cancel: what a quote uses is set aside at the server, and given back.
#include "absl/random/random.h"
#include "absl/strings/str_cat.h"
#include "absl/synchronization/mutex.h"
#include "client/agent/hold_release.h"
#include "client/agent/offline_terms.h"
#include "client/agent/register_service.h"
#include "moadon/v1/sync_service.grpc.pb.h"
#include "rules/calendar.h"
#include "rules/check.h"
#include "rules/refusal.h"

namespace moadon::agent {
namespace {

constexpr size_t kMaxRequestIdBytes = 64;
constexpr size_t kMaxHoldIdBytes = 64;
// A hold whose answer never came is given up after this long, unless the register asks again.
constexpr absl::Duration kUnansweredHoldLife = absl::Minutes(2);
// With the facts at hand, and once more with those of now.
constexpr int kTries = 2;

bool others_were_faster(const absl::Status& status) {
  const v1::Reason reason = reason_of(status);
  return reason == v1::REASON_POINTS_SHORT || reason == v1::REASON_RIGHT_NOT_LEFT;
}

absl::Status check_hold(const v1::HoldRequest& request) {
  if (!request.has_basket()) {
    return refuse(v1::REASON_FIELD_MISSING, "basket is missing", {{"field", "basket"}});
  }
  absl::Status checked = check_basket(request.basket());
  checked.Update(
      check_text(request.request_id(), kMaxRequestIdBytes, Presence::kOptional, "request_id"));
  checked.Update(check_receipt_columns(request.receipt_columns()));
  return checked;
}

absl::Status nameless() {
  return refuse(v1::REASON_FIELD_MISSING, "request_id is missing", {{"field", "request_id"}});
}

absl::Status reused(const std::string& request_id) {
  return refuse(v1::REASON_REQUEST_REUSED, "this request_id was used for another hold",
                {{"request_id", request_id}});
}

// What is written down before the server is asked.
StoredHold asked_hold(const std::string& register_id, const v1::HoldRequest& request,
                      const QuoteInputs& inputs, const v1::Quote& quote, int64_t now_us) {
  StoredHold hold;
  hold.register_id = register_id;
  hold.request_id = request.request_id();
  hold.basket = request.basket().SerializeAsString();
  hold.request.set_request_id(request.request_id());
  hold.request.set_member_id(inputs.facts.member_id());
  hold.request.set_points_milli(quote.points().spent_milli());
  *hold.request.mutable_rights() = quote.rights_used();
  hold.context = context_of(inputs);
  hold.occasion = inputs.occasion;
  hold.expire_time_us = now_us + absl::ToInt64Microseconds(kUnansweredHoldLife);
  return hold;
}

void answer(const v1::HoldRequest& request, const QuoteInputs& inputs, v1::Quote quote,
            v1::HoldResponse& response) {
  add_receipt(quote, request.basket(), inputs, {request.receipt_columns(), request.visual_order()});
  *response.mutable_quote() = std::move(quote);
}

void add_hold(const StoredHold& hold, v1::HoldResponse& response) {
  response.mutable_hold()->set_hold_id(hold.hold_id);
  *response.mutable_hold()->mutable_expire_time() = timestamp_of(hold.expire_time_us);
}

}  // namespace

absl::StatusOr<StoredHold> RegisterService::place_hold(const Caller& caller,
                                                       const StoredHold& asked) {
  const auto placed = caller.till.line.ask(&v1::SyncService::Stub::PlaceHold, asked.request,
                                           kCashierLongWait, caller.time_left);
  if (!placed.ok()) {
    // Unless the server said no it may have set aside: then what is written down stays.
    if (kind_of_refusal(placed.status()) == CallRefusal::kContent) {
      absl::Status forgotten =
          parts_.journal.forget_asked_hold(asked.register_id, asked.request_id);
      if (!forgotten.ok()) return forgotten;
    }
    return placed.status();
  }
  auto hold = parts_.journal.confirm_hold(asked.register_id, asked.request_id, *placed);
  if (!hold.ok()) return hold.status();
  if (!*hold || (*hold)->hold_id != placed->hold_id() || (*hold)->state != HoldState::kHeld) {
    return reused(asked.request_id);  // given up meanwhile
  }
  return **std::move(hold);
}

absl::StatusOr<bool> RegisterService::repeat_hold(const Caller& caller,
                                                  const v1::HoldRequest& request, StoredHold known,
                                                  v1::HoldResponse& response) {
  if (known.basket != request.basket().SerializeAsString()) return reused(known.request_id);
  if (known.state == HoldState::kAsked) {
    absl::StatusOr<StoredHold> placed = place_hold(caller, known);
    if (others_were_faster(placed.status())) return false;
    if (!placed.ok()) return placed.status();
    known = *std::move(placed);
  }
  if (known.hold_id.empty()) return reused(known.request_id);  // given up unanswered
  const std::optional<QuoteInputs> inputs = inputs_of(known.context, known.occasion, parts_.shelf);
  if (!inputs) return absl::InternalError("the program version of a hold is not here");
  absl::StatusOr<v1::Quote> quote = quote_of(request.basket(), *inputs);
  if (!quote.ok()) return quote.status();
  answer(request, *inputs, *std::move(quote), response);
  add_hold(known, response);
  return true;
}

absl::Status RegisterService::hold_anew(const Caller& caller, const v1::HoldRequest& request,
                                        v1::HoldResponse& response) {
  absl::Status refused;
  for (int attempt = 0; attempt < kTries; ++attempt) {
    absl::StatusOr<QuoteInputs> inputs = inputs_for(caller, request.basket());
    if (!inputs.ok()) return inputs.status();
    if (inputs->facts.has_offline()) {
      return hold_here(caller, request, *std::move(inputs), response);
    }
    absl::StatusOr<v1::Quote> quote = quote_of(request.basket(), *inputs);
    if (!quote.ok()) return quote.status();
    if (!needs_hold(*quote)) {
      answer(request, *inputs, *std::move(quote), response);
      return absl::OkStatus();
    }
    if (request.request_id().empty()) return nameless();
    const StoredHold asked =
        asked_hold(caller.till.register_id, request, *inputs, *quote, now_us());
    absl::Status written = [&] {
      absl::MutexLock lock(&caller.till.offline_mutex);  // it gives leases up
      return parts_.journal.ask_hold(asked);
    }();
    if (!written.ok()) return written;
    const absl::StatusOr<StoredHold> placed = place_hold(caller, asked);
    if (placed.ok()) {
      answer(request, *inputs, *std::move(quote), response);
      add_hold(*placed, response);
      return absl::OkStatus();
    }
    refused = placed.status();
    if (!others_were_faster(refused)) return refused;
    const auto fresh = fetch_facts(caller, request.basket().member_id());
    if (!fresh.ok()) return fresh.status();
  }
  return refused;
}

absl::Status RegisterService::hold_here(const Caller& caller, const v1::HoldRequest& request,
                                        QuoteInputs inputs, v1::HoldResponse& response) {
  absl::MutexLock lock(&caller.till.offline_mutex);
  set_terms(caller, inputs);  // others may have taken of it meanwhile
  absl::StatusOr<v1::Quote> quote = quote_of(request.basket(), inputs);
  if (!quote.ok()) return quote.status();
  const OfflineUse use = offline_use_of(*quote, inputs.pricing->program());
  if (!takes_something(use)) {
    answer(request, inputs, *std::move(quote), response);
    return absl::OkStatus();
  }
  if (request.request_id().empty()) return nameless();
  StoredHold hold = asked_hold(caller.till.register_id, request, inputs, *quote, now_us());
  hold.hold_id = absl::StrCat(kLocalHoldPrefix, absl::Hex(absl::Uniform<uint64_t>(absl::BitGen()),
                                                          absl::PadSpec::kZeroPad16));
  hold.expire_time_us = parts_.time.latest_us() + kLocalHoldLifeUs;
  absl::Status kept = parts_.offline.set_aside(hold, use);
  if (!kept.ok()) return kept;
  answer(request, inputs, *std::move(quote), response);
  add_hold(hold, response);
  return absl::OkStatus();
}

absl::StatusOr<bool> RegisterService::answer_known(const Caller& caller,
                                                   const v1::HoldRequest& request,
                                                   v1::HoldResponse& response) {
  if (request.request_id().empty()) return false;
  auto known = parts_.journal.find_hold(caller.till.register_id, request.request_id());
  if (!known.ok()) return known.status();
  if (!*known) return false;
  const absl::StatusOr<bool> repeated = repeat_hold(caller, request, **std::move(known), response);
  if (!repeated.ok() || *repeated) return repeated;
  const auto fresh = fetch_facts(caller, request.basket().member_id());
  if (!fresh.ok()) return fresh.status();
  return false;
}

absl::Status RegisterService::hold(const Caller& caller, const v1::HoldRequest& request,
                                   v1::HoldResponse& response) {
  absl::Status checked = check_hold(request);
  if (!checked.ok()) return checked;
  absl::StatusOr<bool> is_answered = answer_known(caller, request, response);
  if (!is_answered.ok()) return is_answered.status();
  if (*is_answered) return absl::OkStatus();
  const absl::Status held = hold_anew(caller, request, response);
  if (!absl::IsAlreadyExists(held)) return held;
  is_answered = answer_known(caller, request, response);  // of the same call, a moment before
  if (!is_answered.ok()) return is_answered.status();
  return *is_answered ? absl::OkStatus() : reused(request.request_id());
}

grpc::Status RegisterService::Hold(grpc::ServerContext* context, const v1::HoldRequest* request,
                                   v1::HoldResponse* response) {
  return serve(*context, [&](const Caller& caller) { return hold(caller, *request, *response); });
}

grpc::Status RegisterService::Cancel(grpc::ServerContext* context, const v1::CancelRequest* request,
                                     v1::CancelResponse*) {
  return serve(*context, [&](const Caller& caller) -> absl::Status {
    const std::string& hold_id = request->hold_id();
    absl::Status status = check_text(hold_id, kMaxHoldIdBytes, Presence::kRequired, "hold_id");
    if (!status.ok()) return status;
    const std::string& register_id = caller.till.register_id;
    status = parts_.journal.give_up_hold(register_id, hold_id);
    if (!status.ok()) return status;
    const auto known = parts_.journal.find_hold_by_id(register_id, hold_id);
    if (!known.ok()) return known.status();
    if (!*known) {
      return refuse(v1::REASON_HOLD_UNKNOWN, "there is no such hold", {{"hold_id", hold_id}});
    }
    if ((*known)->state != HoldState::kGivenUp) return absl::OkStatus();
    ServerLine& line = caller.till.line;
    const auto place = [&](const v1::PlaceHoldRequest& asked) {
      return line.ask(&v1::SyncService::Stub::PlaceHold, asked, kCashierWait, caller.time_left);
    };
    const auto cancel = [&](const v1::CancelHoldRequest& ended) {
      return line.ask(&v1::SyncService::Stub::CancelHold, ended, kCashierWait, caller.time_left);
    };
    // At once where the server answers; else it is given up all the same, and told later.
    if (!release_hold(**known, {place, cancel}, parts_.journal).ok()) {
      caller.till.courier.notify_work();
      return absl::OkStatus();
    }
    // What is free again is there for the next quote; where they do not come, the facts at hand do.
    (void)fetch_facts(caller, (*known)->context.member_id());
    return absl::OkStatus();
  });
}

}  // namespace moadon::agent
