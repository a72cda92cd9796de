#include "server/operations/hand_over.h"

#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "rules/calendar.h"
#include "rules/check.h"
#include "rules/field_checks.h"
#include "server/operations/hand_over_people.h"
#include "server/operations/note_chain.h"
#include "server/operations/prepared_document.h"
#include "server/storage/journal_place_store.h"
#include "server/storage/provisional_store.h"
#include "server/storage/receipt_store.h"

namespace moadon {
namespace {

using storage::DocumentKind;
using storage::HandedKind;
using storage::HandedPlace;
using storage::HandedRow;

constexpr QueueNote kRecordedNote{"recorded after all", "נרשמה בכל זאת"};
constexpr QueueNote kCameBeforeNote{"came before, from another journal of the register",
                                    "הגיעה קודם, מיומן אחר של הקופה"};

absl::Status check_entry(const v1::HandedEntry& entry, const FieldPath& path) {
  const v1::RecordEntry& said = entry.entry();
  const FieldPath at = path.at("entry");
  if (said.sequence() <= 0) return invalid(at.at("sequence"), "more than zero");
  absl::Status status = time_us_of(entry.commit_time(), path.at("commit_time").text()).status();
  for (const std::string* const content : {&said.sale(), &said.returned(), &said.enrolled()}) {
    status.Update(check_content_size(content->size(), at.text()));
  }
  return status;
}

absl::Status check_request(const v1::HandOverRequest& request) {
  const FieldPath entries("entries");
  const FieldPath journal_id("journal_id");
  if (request.entries().empty()) return missing(entries);
  absl::Status status = check_count(request.entries_size(), kMaxHandedPerCall, entries);
  for (int i = 0; status.ok() && i < request.entries_size(); ++i) {
    status = check_entry(request.entries(i), entries.at(i));
  }
  if (!status.ok()) return status;
  if (request.journal_id().empty()) return missing(journal_id);
  if (request.journal_id().size() != storage::kJournalIdBytes) {
    return invalid(journal_id, "16 bytes");
  }
  return absl::OkStatus();
}

// An entry in the form in which the writer takes it.
struct Handed {
  HandedRow row;
  HandedPerson person;
  storage::ReceiptRow receipt;  // as which it would be recorded; of an enrolment none
  std::string provisional_id;   // of an enrolment
};

// Content that is not what it says it is stays as it came.
void fill_content(const v1::RecordEntry& entry, const ClubView& view, Handed& handed) {
  HandedRow& row = handed.row;
  v1::Sale sale;
  v1::Return returned;
  v1::OfflineEnrollment enrollment;
  switch (entry.content_case()) {
    case v1::RecordEntry::kSale:
      row.content = entry.sale();
      if (!sale.ParseFromString(row.content)) return;
      row.kind = HandedKind::kSale;
      handed.receipt.receipt = sale.receipt();
      handed.receipt.kind = DocumentKind::kSale;
      handed.receipt.digest = receipt_digest(view, std::move(sale));
      return;
    case v1::RecordEntry::kReturned:
      row.content = entry.returned();
      if (!returned.ParseFromString(row.content)) return;
      row.kind = HandedKind::kReturn;
      handed.receipt.receipt = returned.receipt();
      handed.receipt.kind = DocumentKind::kReturn;
      handed.receipt.digest = receipt_digest(view, std::move(returned));
      return;
    case v1::RecordEntry::kEnrolled:
      row.content = entry.enrolled();
      if (!enrollment.ParseFromString(row.content)) return;
      row.kind = HandedKind::kEnrollment;
      handed.provisional_id = enrollment.provisional_id();
      return;
    case v1::RecordEntry::CONTENT_NOT_SET:
      return;
  }
}

Handed handed_of(const v1::HandedEntry& entry, HandedPlace place, const ClubView& view) {
  Handed handed;
  HandedRow& row = handed.row;
  row.place = std::move(place);
  row.place.sequence = entry.entry().sequence();
  fill_content(entry.entry(), view, handed);
  row.context = entry.entry().context().SerializeAsString();
  row.refusal = entry.refusal().SerializeAsString();
  if (entry.entry().chain().size() == storage::kChainBytes) row.chain = entry.entry().chain();
  row.commit_us = time_us_of(entry.commit_time(), "commit_time").value_or(0);
  handed.person = handed_person(row, view);
  return handed;
}

// An entry that is altered on the register's disk comes as its place alone.
bool is_bare(const HandedRow& row) {
  return row.kind == HandedKind::kUnreadable && row.chain.empty() && row.content.empty();
}

// `known` has content, or had it until it was settled.
bool is_same(const HandedRow& known, const HandedRow& row) {
  if (!known.chain.empty() && !row.chain.empty()) return known.chain == row.chain;
  if (known.settle_us) return true;
  return known.kind == row.kind && known.content == row.content;
}

absl::StatusOr<bool> is_recorded(sqlite::Connection& connection, const Handed& handed) {
  const std::string& register_id = handed.row.place.register_id;
  if (!handed.provisional_id.empty()) {
    const auto known = storage::find_provisional(connection, {register_id, handed.provisional_id});
    if (!known.ok()) return known.status();
    return known->has_value();
  }
  if (handed.receipt.digest.empty()) return false;
  const auto known = storage::find_receipt(connection, register_id, handed.receipt.receipt);
  if (!known.ok()) return known.status();
  return *known && (*known)->kind == handed.receipt.kind &&
         (*known)->digest == handed.receipt.digest;
}

// Why nobody need look at the entry; nothing: somebody must.
absl::StatusOr<std::optional<std::string>> why_settled(sqlite::Connection& connection,
                                                       WriterState& state, const Handed& handed) {
  const absl::StatusOr<bool> recorded = is_recorded(connection, handed);
  if (!recorded.ok()) return recorded.status();
  if (*recorded) return text_of(kRecordedNote, state);
  const absl::StatusOr<bool> erased =
      is_of_erased(connection, *state.view(), handed.row, handed.person);
  if (!erased.ok()) return erased.status();
  if (*erased) return text_of(kErasedNote, state);
  const HandedRow& row = handed.row;
  if (row.chain.empty()) return std::nullopt;
  const absl::StatusOr<bool> before =
      storage::has_handed_chain(connection, row.place.register_id, row.chain);
  if (!before.ok()) return before.status();
  if (*before) return text_of(kCameBeforeNote, state);
  return std::nullopt;
}

absl::Status take(sqlite::Connection& connection, WriterState& state, Handed& handed) {
  HandedRow& row = handed.row;
  const auto known = storage::find_handed(connection, row.place);
  if (!known.ok()) return known.status();
  if (*known) {
    if (is_bare(row)) return absl::OkStatus();
    if (!is_bare(**known)) {
      return is_same(**known, row) ? absl::OkStatus() : journal_forked(row.place.register_id);
    }
    row.settle_note = std::move((*known)->settle_note);
  }
  row.hand_us = state.now_us();
  auto note = why_settled(connection, state, handed);
  if (!note.ok()) return note.status();
  if (*note) {
    row.settle_us = row.hand_us;
    if (row.settle_note.empty()) row.settle_note = **std::move(note);
  }
  return storage::keep_handed(connection, row);
}

}  // namespace

void hand_over(Club& club, const RegisterView& at, const v1::HandOverRequest& request,
               Answer<v1::HandOverResponse> answer) {
  absl::Status form = check_request(request);
  if (!form.ok()) {
    std::move(answer)(std::move(form));
    return;
  }
  const ClubViewPtr view = club.view();
  std::vector<Handed> entries;
  entries.reserve(request.entries_size());
  for (const v1::HandedEntry& entry : request.entries()) {
    entries.push_back(handed_of(entry, {at.register_id, request.journal_id(), 0}, *view));
  }
  club.write<v1::HandOverResponse>(
      [entries = std::move(entries)](sqlite::Connection& connection, WriterState& state) mutable
      -> absl::StatusOr<v1::HandOverResponse> {
        for (Handed& handed : entries) {
          const absl::Status taken = take(connection, state, handed);
          if (!taken.ok()) return taken;
        }
        return v1::HandOverResponse();
      },
      std::move(answer));
}

absl::Status settle_recorded(sqlite::Connection& connection, WriterState& state,
                             const HandedPlace& place, const std::string& chain) {
  const auto waiting = storage::list_waiting(connection, place, chain);
  if (!waiting.ok()) return waiting.status();
  for (const HandedPlace& at : *waiting) {
    const absl::Status settled =
        storage::settle_handed(connection, at, state.now_us(), text_of(kRecordedNote, state));
    if (!settled.ok()) return settled;
  }
  return absl::OkStatus();
}

}  // namespace moadon
