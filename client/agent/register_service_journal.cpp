// The methods of RegisterService that take returns and read the journal.
#include "absl/strings/numbers.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/strip.h"
#include "client/agent/register_service.h"
#include "client/agent/return_check.h"
#include "client/wording/return_text.h"
#include "moadon/v1/sync_service.grpc.pb.h"
#include "rules/calendar.h"
#include "rules/check.h"
#include "rules/program.h"
#include "rules/refusal.h"

namespace moadon::agent {
namespace {

constexpr size_t kMaxReceiptBytes = 64;
constexpr int kPendingPage = 100;
constexpr int kMaxPendingPage = 1000;
constexpr absl::string_view kPendingToken = "after-";

// The cursor of a pending page; 0: the first page.
absl::StatusOr<int64_t> sequence_of_token(absl::string_view token) {
  int64_t sequence = 0;
  if (token.empty()) return sequence;
  if (absl::ConsumePrefix(&token, kPendingToken) && absl::SimpleAtoi(token, &sequence) &&
      sequence > 0) {
    return sequence;
  }
  return refuse(v1::REASON_PAGE_TOKEN_INVALID, "the page token was not issued for this call");
}

absl::Status sale_not_here(const v1::ReceiptReference& reference, absl::string_view language_code) {
  return refuse(v1::REASON_SALE_NOT_HERE, wording::unseen_return_text(language_code),
                {{"register_id", reference.register_id()}, {"receipt", reference.receipt()}});
}

}  // namespace

NewEntry RegisterService::new_entry(const Caller& caller, const v1::Return& returned) {
  NewEntry entry;
  entry.register_id = caller.till.register_id;
  entry.receipt = returned.receipt();
  entry.kind = EntryKind::kReturn;
  entry.content = returned.SerializeAsString();
  v1::RecordContext context;
  if (const auto now = parts_.link.corrected_now_us()) {
    *context.mutable_corrected_at() = timestamp_of(*now);
  }
  entry.context = context.SerializeAsString();
  if (returned.has_original()) entry.original = returned.original();
  entry.commit_time_us = now_us();
  return entry;
}

grpc::Status RegisterService::Return(grpc::ServerContext* context, const v1::ReturnRequest* request,
                                     v1::ReturnResponse* response) {
  return serve(*context, [&](const Caller& caller) -> absl::Status {
    const v1::Return& returned = request->returned();
    absl::Status checked = check_return(returned);
    if (!checked.ok()) return checked;
    const absl::StatusOr<Committed> committed = commit_return(caller, returned);
    if (!committed.ok()) return committed.status();
    caller.till.courier.notify_work();
    response->set_sequence(committed->sequence);
    response->set_refund_minor(committed->amounts.amount_minor);
    response->set_points_minor(committed->amounts.points_minor);
    response->set_points_milli(committed->amounts.points_milli);
    response->set_gift_balance_minor(committed->amounts.gift_balance_minor);
    return absl::OkStatus();
  });
}

absl::StatusOr<Committed> RegisterService::commit_return(const Caller& caller,
                                                         const v1::Return& returned) {
  const NewEntry entry = new_entry(caller, returned);
  const absl::StatusOr<std::optional<Committed>> repeat = parts_.journal.find_repeat(entry);
  if (!repeat.ok()) return repeat.status();
  if (*repeat) return **repeat;
  std::optional<SoldUnits> units_elsewhere;
  if (entry.original) {
    const auto sale = parts_.journal.find_sale(*entry.original);
    if (!sale.ok()) return sale.status();
    if (!*sale) {
      auto units = ask_units(caller, *entry.original);
      if (!units.ok()) return units.status();
      units_elsewhere = *std::move(units);
    }
  }
  return parts_.journal.commit(entry, [&](const KnownSale* sale) -> absl::StatusOr<Amounts> {
    if (sale != nullptr) return checked_refund(returned, sold_units(*sale));
    if (units_elsewhere) return checked_refund(returned, *units_elsewhere);
    return Amounts{.amount_minor = unlinked_refund_minor(returned)};
  });
}

SoldUnits RegisterService::sold_units(const KnownSale& sale) const {
  return sold_units_of(sale, verdict_of(sale.sale, sale.context, sale.occasion, parts_.shelf));
}

absl::StatusOr<std::optional<SoldUnits>> RegisterService::ask_units(
    const Caller& caller, const v1::ReceiptReference& reference) {
  v1::SyncGetReceiptRequest question;
  question.set_register_id(reference.register_id());
  question.set_receipt(reference.receipt());
  const auto answer = caller.till.line.ask(&v1::SyncService::Stub::GetReceipt, question,
                                           kCashierWait, caller.time_left);
  if (reason_of(answer.status()) == v1::REASON_SERVER_UNREACHABLE) {
    const auto pricing = parts_.shelf.in_force(now_us());
    const bool is_refused =
        pricing != nullptr && pricing->program().offline().refuses_unseen_returns();
    if (is_refused) return sale_not_here(reference, language_of(pricing->program()));
  }
  if (!answer.ok() || !answer->receipt().has_sale()) return std::optional<SoldUnits>();
  return sold_units_of(answer->receipt());
}

absl::StatusOr<std::optional<v1::GetReceiptResponse>> RegisterService::receipt_here(
    const v1::ReceiptReference& reference) {
  const auto stored = parts_.journal.find_receipt(reference.register_id(), reference.receipt());
  if (!stored.ok()) return stored.status();
  if (!*stored) return std::optional<v1::GetReceiptResponse>();
  v1::GetReceiptResponse receipt;
  receipt.set_register_id(reference.register_id());
  if ((*stored)->kind == EntryKind::kReturn) {
    if (!receipt.mutable_returned()->ParseFromString((*stored)->content)) {
      return absl::InternalError("the journal holds a return that cannot be read");
    }
    receipt.mutable_returned()->clear_key();
    return receipt;
  }
  const auto sale = parts_.journal.find_sale(reference);
  if (!sale.ok()) return sale.status();
  if (!*sale) return std::optional<v1::GetReceiptResponse>();
  for (v1::KeptLine& line : kept_lines_of(sold_units(**sale))) {
    *receipt.add_kept_lines() = std::move(line);
  }
  *receipt.mutable_sale() = (*sale)->sale;
  receipt.mutable_sale()->clear_key();  // as the server answers: the receipt, not the customer
  return receipt;
}

grpc::Status RegisterService::GetReceipt(grpc::ServerContext* context,
                                         const v1::GetReceiptRequest* request,
                                         v1::GetReceiptResponse* response) {
  return serve(*context, [&](const Caller& caller) -> absl::Status {
    v1::ReceiptReference reference;
    reference.set_register_id(request->register_id().empty() ? caller.till.register_id
                                                             : request->register_id());
    reference.set_receipt(request->receipt());
    absl::Status checked = check_id(reference.register_id(), "register_id");
    checked.Update(
        check_text(reference.receipt(), kMaxReceiptBytes, Presence::kRequired, "receipt"));
    if (!checked.ok()) return checked;
    auto here = receipt_here(reference);
    if (!here.ok()) return here.status();
    if (*here) {
      *response = **std::move(here);
      return absl::OkStatus();
    }
    v1::SyncGetReceiptRequest question;
    question.set_register_id(reference.register_id());
    question.set_receipt(reference.receipt());
    auto there = caller.till.line.ask(&v1::SyncService::Stub::GetReceipt, question, kCashierWait,
                                      caller.time_left);
    if (!there.ok()) return there.status();
    *response = std::move(*there->mutable_receipt());
    return absl::OkStatus();
  });
}

grpc::Status RegisterService::Pending(grpc::ServerContext* context,
                                      const v1::PendingRequest* request,
                                      v1::PendingResponse* response) {
  return serve(*context, [&](const Caller& caller) -> absl::Status {
    const absl::StatusOr<int> page_size =
        checked_page_size(request->page_size(), kPendingPage, kMaxPendingPage);
    if (!page_size.ok()) return page_size.status();
    const absl::StatusOr<int64_t> after = sequence_of_token(request->page_token());
    if (!after.ok()) return after.status();
    auto entries = parts_.journal.pending(caller.till.register_id, *after, *page_size + 1);
    if (!entries.ok()) return entries.status();
    const bool has_more = static_cast<int>(entries->size()) > *page_size;
    if (has_more) entries->pop_back();
    const absl::Status blocked_by = caller.till.courier.blocked_by();
    for (v1::PendingEntry& entry : *entries) {
      if (!entry.has_refusal() && !blocked_by.ok()) {
        *entry.mutable_refusal() = detail_of(blocked_by);
        entry.set_message(std::string(blocked_by.message()));
      }
      *response->add_entries() = std::move(entry);
    }
    if (has_more) {
      response->set_next_page_token(
          absl::StrCat(kPendingToken, response->entries(*page_size - 1).sequence()));
    }
    return absl::OkStatus();
  });
}

}  // namespace moadon::agent
