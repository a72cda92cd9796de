#include "server/operations/keep_enrollment.h"

#include <optional>
#include <utility>
#include <vector>

#include "absl/strings/str_cat.h"
#include "rules/refusal.h"
#include "server/operations/claim_documents.h"
#include "server/operations/member_change.h"
#include "server/operations/whole_person.h"
#include "server/storage/member_details_store.h"

namespace moadon {
namespace {

struct Holder {
  std::optional<storage::MemberRow> member;
  std::optional<int64_t> first_id;  // of the first held key, by its own row
  std::vector<bool> holds;          // per key
};

// Somebody who holds a key, as whole a person as merges made them.
absl::StatusOr<storage::MemberRow> whole_holder(sqlite::Connection& connection, int64_t held_by) {
  auto member = storage::find_member(connection, held_by);
  if (!member.ok()) return member.status();
  if (!*member) return absl::InternalError("a key's member is not there");
  return whole_person(connection, **std::move(member));
}

absl::StatusOr<Holder> find_holder(sqlite::Connection& connection, const Enrollment& enrollment) {
  Holder holder;
  for (size_t i = 0; i < enrollment.keys.size(); ++i) {
    const storage::KeyRow& key = enrollment.keys[i];
    const auto held_by = storage::find_key_holder(connection, key.kind, key.value);
    if (!held_by.ok()) return held_by.status();
    holder.holds.push_back(held_by->has_value());
    if (!*held_by) continue;
    auto found = whole_holder(connection, **held_by);
    if (!found.ok()) return found.status();
    if (holder.member && holder.member->member_id != found->member_id) {
      return refuse(v1::REASON_KEY_TAKEN,
                    absl::StrCat(enrollment.fields[i], " belongs to another member"),
                    {{"field", enrollment.fields[i]}});
    }
    if (!holder.member) holder.first_id = *held_by;
    holder.member = *std::move(found);
  }
  return holder;
}

storage::MemberRow member_of(const Holder& holder, WriterState& state) {
  if (holder.member) return *holder.member;
  storage::MemberRow row;
  row.member_id = state.new_id();
  return row;
}

// True: something was added.
absl::StatusOr<bool> keep_profile(sqlite::Connection& connection, const storage::MemberRow& member,
                                  const Enrollment& enrollment) {
  const Saying saying{enrollment.contact.time_us, enrollment.actor};
  const absl::StatusOr<bool> named = fill_details(connection, member, enrollment.details, saying);
  if (!named.ok()) return named;
  const absl::StatusOr<bool> told =
      fill_custom_values(connection, member, enrollment.custom_values, saying);
  if (!told.ok()) return told;
  const absl::StatusOr<bool> agreed = keep_consents(connection, member, enrollment.consents);
  if (!agreed.ok()) return agreed;
  return *named || *told || *agreed;
}

absl::Status keep_keys(sqlite::Connection& connection, int64_t member_id,
                       const Enrollment& enrollment, const Holder& holder) {
  const auto known = storage::list_keys(connection, member_id);
  if (!known.ok()) return known.status();
  int64_t position = static_cast<int64_t>(known->size());
  for (size_t i = 0; i < enrollment.keys.size(); ++i) {
    if (holder.holds[i]) continue;
    const absl::Status kept =
        storage::insert_key(connection, member_id, ++position, enrollment.keys[i]);
    if (!kept.ok()) return kept;
  }
  return absl::OkStatus();
}

}  // namespace

absl::StatusOr<Enrolled> keep_enrollment(sqlite::Connection& connection, WriterState& state,
                                         const Enrollment& enrollment) {
  const absl::StatusOr<Holder> holder = find_holder(connection, enrollment);
  if (!holder.ok()) return holder.status();
  const bool was_known = holder->member.has_value();
  MemberChange change(member_of(*holder, state));
  const int64_t member_id = change.row().member_id;

  change.met(enrollment.contact);
  if (enrollment.is_sign_up) change.enrolled(enrollment.contact.time_us, enrollment.contact.day);
  for (size_t i = 0; i < enrollment.keys.size(); ++i) {
    if (holder->holds[i]) continue;
    change.touch();
    const absl::Status claimed = claim_documents(connection, state, enrollment.keys[i], change);
    if (!claimed.ok()) return claimed;
  }
  if (was_known) {
    // A name or consent is written before the member's row, which must know of it.
    const absl::StatusOr<bool> said = keep_profile(connection, change.row(), enrollment);
    if (!said.ok()) return said.status();
    if (*said) change.touch();
  }
  absl::Status written = change.finish(connection, state);
  if (written.ok()) written = keep_keys(connection, member_id, enrollment, *holder);
  if (written.ok() && !was_known) {
    written = keep_profile(connection, change.row(), enrollment).status();
  }
  if (!written.ok()) return written;
  auto row = keep_signs(connection, state, change.row(), enrollment.signs);
  if (!row.ok()) return row.status();
  return Enrolled{*std::move(row), was_known, holder->first_id};
}

}  // namespace moadon
