#include "server/operations/hand_over_people.h"

#include <algorithm>
#include <utility>

#include "moadon/v1/sync_service.pb.h"
#include "rules/calendar.h"
#include "rules/program.h"
#include "server/operations/erased_key.h"
#include "server/operations/find_by_key.h"
#include "server/storage/member_erasure_store.h"

namespace moadon {
namespace {

using storage::HandedKind;
using storage::HandedRow;

constexpr int kScanRows = 256;

// What content says of people; nothing where it cannot be read.
struct HandedContent {
  std::vector<v1::Key> keys;
  v1::OfflineEnrollment enrollment;
};

HandedContent content_of(const HandedRow& row) {
  v1::Sale sale;
  v1::Return returned;
  v1::OfflineEnrollment enrolled;
  if (row.kind == HandedKind::kSale && sale.ParseFromString(row.content)) {
    return {{sale.key()}, {}};
  }
  if (row.kind == HandedKind::kReturn && returned.ParseFromString(row.content)) {
    return {{returned.key()}, {}};
  }
  if (row.kind != HandedKind::kEnrollment || !enrolled.ParseFromString(row.content)) return {};
  return {{enrolled.member().keys().begin(), enrolled.member().keys().end()}, enrolled};
}

void add_texts(const HandedRow& row, std::vector<std::string>& texts) {
  storage::add_sought_text(texts, row.content);
  v1::RecordContext context;
  // Without facts it names the member by an id, which the club keeps.
  if (context.ParseFromString(row.context) && context.has_facts()) {
    storage::add_sought_text(texts, row.context);
  }
  const HandedContent content = content_of(row);
  for (const v1::Key& key : content.keys) {
    for (const std::string* text :
         {&key.phone(), &key.card(), &key.wallet(), &key.email(), &key.scanned()}) {
      if (text->size() >= storage::kMinTellingBytes) storage::add_sought_text(texts, *text);
    }
  }
  const v1::EnrollMemberRequest& member = content.enrollment.member();
  for (const std::string* text : {&member.first_name(), &member.last_name(), &member.birth_date(),
                                  &member.anniversary_date(), &member.city()}) {
    storage::add_sought_text(texts, *text);
  }
  for (const v1::CustomValue& value : member.custom_values()) {
    storage::add_sought_text(texts, value.value());
  }
}

}  // namespace

HandedPerson handed_person(const HandedRow& row, const ClubView& view) {
  HandedPerson person;
  person.time_us = row.commit_us;
  v1::RecordContext context;
  if (context.ParseFromString(row.context)) {
    if (context.has_corrected_at()) {
      person.time_us =
          time_us_of(context.corrected_at(), "context.corrected_at").value_or(row.commit_us);
    }
    person.names = {context.member_id(), context.facts().member_id()};
  }
  const HandedContent content = content_of(row);
  person.names.push_back(content.enrollment.provisional_id());
  for (const v1::Key& key : content.keys) {
    for (NormalKey& candidate : presented_key(key, view.country_code()).candidates) {
      person.keys.candidates.push_back(std::move(candidate));
    }
  }
  return person;
}

absl::StatusOr<bool> is_of_erased(sqlite::Connection& connection, const ClubView& view,
                                  const HandedRow& row, const HandedPerson& person) {
  for (const std::string& name : person.names) {
    const auto named = find_named(connection, {row.place.register_id, name});
    if (!named.ok()) return named.status();
    if (*named && (*named)->erase_us) return true;
  }
  const auto erased =
      find_erased_holder(connection, view, person.keys, std::min(person.time_us, row.hand_us));
  if (!erased.ok()) return erased.status();
  return row.kind == HandedKind::kEnrollment ? erased->row.has_value() : erased->was_held;
}

std::string text_of(const QueueNote& note, WriterState& state) {
  const ClubView& view = *state.view();
  const bool is_hebrew = view.has_program() && language_of(view.program_at(state.now_us())) == "he";
  return std::string(is_hebrew ? note.hebrew : note.english);
}

absl::Status forget_erased_in_queue(sqlite::Connection& connection, WriterState& state,
                                    std::vector<std::string>& texts) {
  const std::string note = text_of(kErasedNote, state);
  storage::HandedAfter after;
  while (true) {
    const auto page = storage::list_handed(connection, /*with_settled=*/false, after, kScanRows);
    if (!page.ok()) return page.status();
    for (const HandedRow& row : page->rows) {
      const ClubView& view = *state.view();
      const absl::StatusOr<bool> is_theirs =
          is_of_erased(connection, view, row, handed_person(row, view));
      if (!is_theirs.ok()) return is_theirs.status();
      if (!*is_theirs) continue;
      add_texts(row, texts);
      const absl::Status settled =
          storage::settle_handed(connection, row.place, state.now_us(), note);
      if (!settled.ok()) return settled;
    }
    if (!page->is_cut) return absl::OkStatus();
    after = {page->rows.back().hand_us, page->rows.back().place};
  }
}

}  // namespace moadon
