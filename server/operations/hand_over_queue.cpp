#include "server/operations/hand_over_queue.h"

#include <algorithm>
#include <string>
#include <utility>

#include "absl/strings/ascii.h"
#include "absl/strings/escaping.h"
#include "absl/strings/str_cat.h"
#include "moadon/v1/sync_service.pb.h"
#include "rules/calendar.h"
#include "rules/check.h"
#include "rules/field_checks.h"
#include "rules/refusal.h"
#include "server/operations/page_token.h"
#include "server/operations/writer_state.h"
#include "server/storage/handed_over_store.h"
#include "server/storage/journal_place_store.h"

namespace moadon {
namespace {

using storage::HandedKind;
using storage::HandedPlace;
using storage::HandedRow;

constexpr int kDefaultRows = 100;
constexpr int kMaxRows = 1000;
constexpr size_t kMaxNoteBytes = 1000;
constexpr char kCall[] = "handed over";

void add_content(const HandedRow& row, v1::HandedOver& message) {
  if (row.settle_us) return;
  v1::OfflineEnrollment enrollment;
  switch (row.kind) {
    case HandedKind::kSale:
      if (message.mutable_sale()->ParseFromString(row.content)) return;
      break;
    case HandedKind::kReturn:
      if (message.mutable_returned()->ParseFromString(row.content)) return;
      break;
    case HandedKind::kEnrollment:
      if (!enrollment.ParseFromString(row.content)) break;
      *message.mutable_enrolled() = std::move(*enrollment.mutable_member());
      return;
    case HandedKind::kUnreadable:
      break;
  }
  message.set_unreadable(row.content);
}

v1::HandedOver message_of(const HandedRow& row) {
  v1::HandedOver message;
  message.set_register_id(row.place.register_id);
  message.set_journal_id(absl::BytesToHexString(row.place.journal_id));
  message.set_sequence(row.place.sequence);
  *message.mutable_commit_time() = timestamp_of(row.commit_us);
  *message.mutable_hand_time() = timestamp_of(row.hand_us);
  v1::Refusal refusal;
  if (refusal.ParseFromString(row.refusal)) {
    if (refusal.has_detail()) *message.mutable_refusal() = std::move(*refusal.mutable_detail());
    message.set_message(refusal.message());
  }
  add_content(row, message);
  if (row.settle_us) *message.mutable_settle_time() = timestamp_of(*row.settle_us);
  message.set_note(row.settle_note);
  return message;
}

absl::StatusOr<storage::HandedAfter> place_of(const std::string& scope, const std::string& token) {
  if (token.empty()) return storage::HandedAfter();
  const auto parts = page_token_parts(scope, token, 4);
  if (!parts.ok()) return parts.status();
  const absl::StatusOr<int64_t> hand_us = page_token_number((*parts)[0]);
  if (!hand_us.ok()) return hand_us.status();
  const absl::StatusOr<int64_t> sequence = page_token_number((*parts)[3]);
  if (!sequence.ok()) return sequence.status();
  return storage::HandedAfter{*hand_us,
                              {(*parts)[1], absl::HexStringToBytes((*parts)[2]), *sequence}};
}

std::string token_of(const std::string& scope, const HandedRow& row) {
  return page_token(
      scope, {absl::StrCat(row.hand_us), row.place.register_id,
              absl::BytesToHexString(row.place.journal_id), absl::StrCat(row.place.sequence)});
}

bool is_hex(const std::string& text) {
  return std::all_of(text.begin(), text.end(), absl::ascii_isxdigit);
}

absl::StatusOr<HandedPlace> place_of(const v1::SettleHandedOverRequest& request) {
  constexpr size_t kHexBytes = 2 * storage::kJournalIdBytes;
  absl::Status status = check_id(request.register_id(), "register_id");
  if (!status.ok()) return status;
  const FieldPath journal_id("journal_id");
  if (request.journal_id().empty()) return missing(journal_id);
  if (request.journal_id().size() != kHexBytes || !is_hex(request.journal_id())) {
    return invalid(journal_id, "32 hexadecimal digits");
  }
  if (request.sequence() <= 0) return invalid(FieldPath("sequence"), "more than zero");
  status = check_text(request.note(), kMaxNoteBytes, Presence::kOptional, "note");
  if (!status.ok()) return status;
  return HandedPlace{request.register_id(), absl::HexStringToBytes(request.journal_id()),
                     request.sequence()};
}

absl::Status unknown_entry(const HandedPlace& place) {
  const std::string receipt =
      absl::StrCat(absl::BytesToHexString(place.journal_id), "/", place.sequence);
  return refuse(v1::REASON_RECEIPT_UNKNOWN, "there is no such entry in the queue",
                {{"register_id", place.register_id}, {"receipt", receipt}});
}

}  // namespace

absl::StatusOr<v1::ListHandedOverResponse> list_handed_over(
    Club& club, const v1::ListHandedOverRequest& request) {
  const auto page_size = checked_page_size(request.page_size(), kDefaultRows, kMaxRows);
  if (!page_size.ok()) return page_size.status();
  const std::string scope = absl::StrCat(kCall, request.with_settled() ? " with settled" : "");
  const auto after = place_of(scope, request.page_token());
  if (!after.ok()) return after.status();
  const sqlite::ReaderLease reader = club.database().readers().lease();
  const auto page = storage::list_handed(*reader, request.with_settled(), *after, *page_size);
  if (!page.ok()) return page.status();
  v1::ListHandedOverResponse response;
  for (const HandedRow& row : page->rows) *response.add_entries() = message_of(row);
  if (page->is_cut) response.set_next_page_token(token_of(scope, page->rows.back()));
  return response;
}

void settle_handed_over(Club& club, const v1::SettleHandedOverRequest& request,
                        Answer<v1::SettleHandedOverResponse> answer) {
  absl::StatusOr<HandedPlace> place = place_of(request);
  if (!place.ok()) {
    std::move(answer)(place.status());
    return;
  }
  club.write<v1::SettleHandedOverResponse>(
      [place = *std::move(place), note = request.note()](
          sqlite::Connection& connection,
          WriterState& state) -> absl::StatusOr<v1::SettleHandedOverResponse> {
        const absl::Status settled =
            storage::settle_handed(connection, place, state.now_us(), note);
        if (!settled.ok()) return settled;
        const auto row = storage::find_handed(connection, place);
        if (!row.ok()) return row.status();
        if (!*row) return unknown_entry(place);
        v1::SettleHandedOverResponse response;
        *response.mutable_entry() = message_of(**row);
        return response;
      },
      std::move(answer));
}

}  // namespace moadon
