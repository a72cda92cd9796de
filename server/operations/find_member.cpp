#include "server/operations/find_member.h"

#include <memory>
#include <optional>
#include <string>
#include <utility>

#include "moadon/v1/sync_service.pb.h"
#include "rules/calendar.h"
#include "rules/check.h"
#include "rules/refusal.h"
#include "server/operations/find_by_key.h"
#include "server/operations/member_message.h"
#include "server/operations/missing_details.h"
#include "server/operations/person_profile.h"
#include "server/operations/whole_person.h"
#include "server/storage/member_details_store.h"

namespace moadon {
namespace {

using AnswerBytes = std::shared_ptr<const std::string>;

AnswerBytes bytes_of(const v1::FindMemberResponse& response) {
  // Shared with the cache.
  return std::make_shared<const std::string>(response.SerializeAsString());
}

int64_t today_of(const Moment& moment) { return day_number(moment.view.day_of(moment.now_us)); }

int64_t version_of(const Moment& moment) { return moment.view.program_at(moment.now_us).version(); }

// What to answer about the holder of a key.
struct ReadMember {
  int64_t holder_id = storage::kNobody;
  KnownMember known;
  // Changes of others change it, too: the holder is part of another.
  bool is_part = false;
};

absl::StatusOr<std::optional<ReadMember>> read_member(sqlite::Connection& connection,
                                                      const storage::KeyRow& key,
                                                      const Moment& moment) {
  auto member = storage::find_identified(connection, key.kind, key.value);
  if (!member.ok()) return member.status();
  if (!*member) return std::nullopt;
  storage::MemberRow& row = (*member)->row;
  storage::NameAndContacts& known = (*member)->known;
  const int64_t holder_id = row.member_id;
  const bool is_part = row.merged_into.has_value();
  if (row.merge_count > 0) {
    auto whole = whole_person(connection, row);
    if (!whole.ok()) return whole.status();
    row = *std::move(whole);
    auto of_all = name_and_contacts_of_person(connection, row);
    if (!of_all.ok()) return of_all.status();
    known = *std::move(of_all);
  }
  absl::StatusOr<v1::MemberFacts> facts = lasting_facts(connection, row, known.details, moment);
  if (!facts.ok()) return facts.status();
  // What the club uses changes under the member's feet; all else is issued once and says so.
  if (!needs_club_uses(moment)) {
    const absl::Status issued = issue_facts(nullptr, moment, *facts);
    if (!issued.ok()) return issued;
  }
  v1::FindMemberResponse response;
  *response.mutable_member() = identify_message(*std::move(facts), known, moment);
  const absl::Status told =
      tell_missing(connection, row, known, moment, *response.mutable_member());
  if (!told.ok()) return told;
  return ReadMember{holder_id, {bytes_of(response), today_of(moment), version_of(moment)}, is_part};
}

// The holder of `key`, kept in the cache from now on. Empty: nobody.
absl::StatusOr<std::optional<KnownMember>> read_holder(Club& club, const storage::KeyRow& key,
                                                       const Moment& moment) {
  {
    sqlite::ReaderLease reader = club.database().readers().lease();
    const MemberCache::Mark before = club.members().mark();
    const auto read = read_member(*reader, key, moment);
    if (!read.ok()) return read.status();
    if (!*read) return std::nullopt;
    const auto stamp = club.members().stamp_since(before, (*read)->holder_id);
    if (!(*read)->is_part && stamp && club.members().keep(key, *stamp, (*read)->known)) {
      return (*read)->known;
    }
  }
  auto snapshot = club.database().readers().lease_snapshot();
  if (!snapshot.ok()) return snapshot.status();
  const auto read = read_member(**snapshot, key, moment);
  if (!read.ok()) return read.status();
  if (!*read) return std::nullopt;
  return (*read)->known;
}

absl::StatusOr<AnswerBytes> show(Club& club, const KnownMember& known, const Moment& moment) {
  if (!needs_club_uses(moment)) return known.answer;
  v1::FindMemberResponse response;
  if (!response.ParseFromString(*known.answer)) return absl::InternalError("not an answer");
  sqlite::ReaderLease reader = club.database().readers().lease();
  const absl::Status issued =
      issue_facts(&*reader, moment, *response.mutable_member()->mutable_facts());
  if (!issued.ok()) return issued;
  return bytes_of(response);
}

bool is_fresh(const KnownMember& known, const Moment& moment) {
  return known.facts_day == today_of(moment) && known.program_version == version_of(moment);
}

}  // namespace

absl::StatusOr<AnswerBytes> find_member_bytes(Club& club, const v1::Key& key) {
  const absl::Status form = check_key(key, KeyUse::kToIdentify, "key");
  if (!form.ok()) return form;
  const ClubViewPtr view = club.view();
  if (!view->has_program()) return refuse(v1::REASON_MEMBER_UNKNOWN, "there are no members yet");
  const PresentedKey presented = presented_key(key, view->country_code());
  const Moment moment{*view, club.clock().now_us()};
  // A later candidate counts only when nobody holds the first, which the cache cannot tell.
  if (!presented.candidates.empty()) {
    const auto known = club.members().find(presented.candidates.front());
    if (known && is_fresh(*known, moment)) return show(club, *known, moment);
  }
  for (const storage::KeyRow& candidate : presented.candidates) {
    const auto known = read_holder(club, candidate, moment);
    if (!known.ok()) return known.status();
    if (*known) return show(club, **known, moment);
  }
  // Last digits, or nobody.
  auto reader = club.database().readers().lease_snapshot();
  if (!reader.ok()) return reader.status();
  const absl::StatusOr<storage::MemberRow> row = find_by_key(**reader, {{}, presented.ending});
  if (!row.ok()) return row.status();
  absl::StatusOr<v1::IdentifyResponse> member = identify_message(**reader, *row, moment);
  if (!member.ok()) return member.status();
  v1::FindMemberResponse response;
  *response.mutable_member() = *std::move(member);
  return bytes_of(response);
}

absl::StatusOr<v1::IdentifyResponse> find_member(Club& club, const v1::Key& key) {
  const absl::StatusOr<AnswerBytes> bytes = find_member_bytes(club, key);
  if (!bytes.ok()) return bytes.status();
  v1::FindMemberResponse response;
  if (!response.ParseFromString(**bytes)) return absl::InternalError("not an answer");
  return std::move(*response.mutable_member());
}

}  // namespace moadon
