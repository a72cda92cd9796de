#include "server/operations/hand_over_people.h"

#include <algorithm>
#include <optional>
#include <utility>

#include "identity/normal_key.h"
#include "identity/provisional_id.h"
#include "moadon/v1/sync_service.pb.h"
#include "rules/calendar.h"
#include "rules/program.h"
#include "server/operations/erased_key.h"
#include "server/operations/member_id.h"
#include "server/storage/member_erasure_store.h"
#include "server/storage/member_store.h"
#include "server/storage/provisional_store.h"

namespace moadon {
namespace {

using storage::HandedKind;
using storage::HandedRow;

constexpr int kScanRows = 256;

v1::OfflineEnrollment enrollment_in(const HandedRow& row) {
  v1::OfflineEnrollment enrollment;
  if (row.kind != HandedKind::kEnrollment || !enrollment.ParseFromString(row.content)) return {};
  return enrollment;
}

std::vector<v1::Key> keys_in(const HandedRow& row) {
  v1::Sale sale;
  v1::Return returned;
  if (row.kind == HandedKind::kSale && sale.ParseFromString(row.content)) return {sale.key()};
  if (row.kind == HandedKind::kReturn && returned.ParseFromString(row.content)) {
    return {returned.key()};
  }
  const v1::OfflineEnrollment enrollment = enrollment_in(row);
  return {enrollment.member().keys().begin(), enrollment.member().keys().end()};
}

void add_texts(const HandedRow& row, std::vector<std::string>& texts) {
  storage::add_sought_text(texts, row.content);
  v1::RecordContext context;
  // Without facts it names the member by an id, which the club keeps.
  if (context.ParseFromString(row.context) && context.has_facts()) {
    storage::add_sought_text(texts, row.context);
  }
  for (const v1::Key& key : keys_in(row)) {
    for (const std::string* text :
         {&key.phone(), &key.card(), &key.wallet(), &key.email(), &key.scanned()}) {
      if (text->size() >= storage::kMinTellingBytes) storage::add_sought_text(texts, *text);
    }
  }
  const v1::OfflineEnrollment enrollment = enrollment_in(row);
  const v1::EnrollMemberRequest& member = enrollment.member();
  for (const std::string* text : {&member.first_name(), &member.last_name(), &member.birth_date(),
                                  &member.anniversary_date(), &member.city()}) {
    storage::add_sought_text(texts, *text);
  }
  for (const v1::CustomValue& value : member.custom_values()) {
    storage::add_sought_text(texts, value.value());
  }
}

absl::StatusOr<std::optional<int64_t>> named_member(sqlite::Connection& connection,
                                                    const std::string& register_id,
                                                    const std::string& name) {
  if (!is_provisional_id(name)) return member_id_of(name);
  return storage::find_provisional(connection, {register_id, name});
}

absl::StatusOr<bool> is_erased(sqlite::Connection& connection, const std::string& register_id,
                               const std::string& name) {
  const auto member_id = named_member(connection, register_id, name);
  if (!member_id.ok()) return member_id.status();
  if (!*member_id) return false;
  const auto member = storage::find_member(connection, **member_id);
  if (!member.ok()) return member.status();
  return *member && (*member)->erase_us;
}

}  // namespace

HandedPerson handed_person(const HandedRow& row, const ClubView& view) {
  HandedPerson person;
  person.is_enrollment = row.kind == HandedKind::kEnrollment;
  person.time_us = row.commit_us;
  v1::RecordContext context;
  if (context.ParseFromString(row.context)) {
    if (context.has_corrected_at()) {
      person.time_us =
          time_us_of(context.corrected_at(), "context.corrected_at").value_or(row.commit_us);
    }
    person.names = {context.member_id(), context.facts().member_id()};
  }
  person.names.push_back(enrollment_in(row).provisional_id());
  for (const v1::Key& key : keys_in(row)) {
    for (const NormalKey& candidate : presented_key(key, view.country_code()).candidates) {
      person.key_digests.push_back(erased_key_digest(view, candidate));
    }
  }
  return person;
}

absl::StatusOr<bool> is_of_erased(sqlite::Connection& connection, const HandedRow& row,
                                  const HandedPerson& person) {
  for (const std::string& name : person.names) {
    const absl::StatusOr<bool> erased = is_erased(connection, row.place.register_id, name);
    if (!erased.ok() || *erased) return erased;
  }
  const int64_t time_us = std::min(person.time_us, row.hand_us);
  for (const std::string& digest : person.key_digests) {
    const auto erased = storage::find_erased_key(connection, digest);
    if (!erased.ok()) return erased.status();
    if (*erased && !(person.is_enrollment && time_us > (*erased)->erase_us)) return true;
  }
  return false;
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
      const absl::StatusOr<bool> is_theirs =
          is_of_erased(connection, row, handed_person(row, *state.view()));
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
