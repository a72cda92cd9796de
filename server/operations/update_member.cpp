#include "server/operations/update_member.h"

#include <map>
#include <set>
#include <string>
#include <utility>
#include <vector>

#include "absl/strings/match.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/strip.h"
#include "rules/birth_date.h"
#include "rules/check.h"
#include "rules/profile_check.h"
#include "rules/refusal.h"
#include "server/operations/detail_fields.h"
#include "server/operations/find_by_key.h"
#include "server/operations/keep_profile.h"
#include "server/operations/member_change.h"
#include "server/operations/member_message.h"
#include "server/operations/whole_person.h"
#include "server/operations/writer_state.h"
#include "server/storage/member_details_store.h"
#include "server/storage/member_tag_store.h"

namespace moadon {
namespace {

constexpr size_t kMaxTagBytes = 64;
constexpr size_t kMaxFieldBytes = 64;
constexpr size_t kMaxActorBytes = 64;
constexpr size_t kMaxMemberIdBytes = 64;

using Texts = google::protobuf::RepeatedPtrField<std::string>;

absl::Status too_many(absl::string_view field) {
  const std::string limit = absl::StrCat(kMaxTagsPerMember);
  return refuse(v1::REASON_FIELD_INVALID, absl::StrCat("a member has at most ", limit, " tags"),
                {{"field", field}, {"limit", limit}});
}

absl::Status check_tags(const Texts& tags, absl::string_view field) {
  if (tags.size() > kMaxTagsPerMember) return too_many(field);
  for (int i = 0; i < tags.size(); ++i) {
    const absl::Status checked =
        check_text(tags[i], kMaxTagBytes, Presence::kRequired, absl::StrCat(field, "[", i, "]"));
    if (!checked.ok()) return checked;
  }
  return absl::OkStatus();
}

// Names of FieldConfirmation; a field that the owner has dropped may still be confirmed.
absl::Status check_confirmed(const Texts& fields) {
  if (fields.size() > kMaxConfirmedFields) return too_large("confirm_fields", kMaxConfirmedFields);
  for (int i = 0; i < fields.size(); ++i) {
    const std::string at = absl::StrCat("confirm_fields[", i, "]");
    const absl::Status text = check_text(fields[i], kMaxFieldBytes, Presence::kRequired, at);
    if (!text.ok()) return text;
    if (detail_field(fields[i]) != nullptr || absl::StartsWith(fields[i], kCustomPrefix)) continue;
    return refuse(v1::REASON_FIELD_INVALID, absl::StrCat(at, " must be a detail"),
                  {{"field", at}, {"limit", "a detail"}});
  }
  return absl::OkStatus();
}

absl::Status check_update(const v1::UpdateMemberRequest& request, const ClubView& view) {
  absl::Status status =
      check_text(request.member_id(), kMaxMemberIdBytes, Presence::kRequired, "member_id");
  status.Update(check_birth_date(request.birth_date(), "birth_date"));
  status.Update(check_birth_date(request.anniversary_date(), "anniversary_date"));
  status.Update(check_tags(request.add_tags(), "add_tags"));
  status.Update(check_tags(request.remove_tags(), "remove_tags"));
  status.Update(check_name(request.first_name(), "first_name"));
  status.Update(check_name(request.last_name(), "last_name"));
  status.Update(check_gender(request.gender()));
  status.Update(check_family_status(request.family_status()));
  status.Update(check_city(request.city()));
  status.Update(check_language(request.language_code()));
  status.Update(check_preferred_channel(request.preferred_channel()));
  status.Update(check_custom_values(request.custom_values(), &view.settings()));
  status.Update(check_confirmed(request.confirm_fields()));
  status.Update(check_text(request.actor(), kMaxActorBytes, Presence::kOptional, "actor"));
  return status;
}

// The details that the request sets, and their values.
struct SetDetails {
  storage::DetailsRow row;
  std::vector<const DetailField*> fields;
};

SetDetails details_set_by(const v1::UpdateMemberRequest& request) {
  SetDetails set;
  const auto add = [&](bool is_set, absl::string_view name) {
    if (is_set) set.fields.push_back(detail_field(name));
  };
  set.row = {request.first_name(),
             request.last_name(),
             request.birth_date(),
             request.anniversary_date(),
             request.gender(),
             request.family_status(),
             request.city(),
             request.language_code(),
             request.preferred_channel()};
  add(request.has_first_name(), "first_name");
  add(request.has_last_name(), "last_name");
  add(request.has_birth_date(), "birth_date");
  add(request.has_anniversary_date(), "anniversary_date");
  add(request.has_gender(), "gender");
  add(request.has_family_status(), "family_status");
  add(request.has_city(), "city");
  add(request.has_language_code(), "language_code");
  add(request.has_preferred_channel(), "preferred_channel");
  return set;
}

// What is known is confirmed; what is forgotten was never said.
absl::Status note_saying(sqlite::Connection& connection, int64_t member_id,
                         const std::string& field, bool is_known, const Saying& saying) {
  return is_known ? confirm_fields(connection, member_id, {field}, saying)
                  : storage::delete_confirmation(connection, member_id, field);
}

absl::Status update_details(sqlite::Connection& connection, const v1::UpdateMemberRequest& request,
                            const Saying& saying, MemberChange& change) {
  const int64_t member_id = change.row().member_id;
  const auto found = storage::find_details(connection, member_id);
  if (!found.ok()) return found.status();
  const storage::DetailsRow before = found->value_or(storage::DetailsRow{});
  storage::DetailsRow after = before;
  const SetDetails set = details_set_by(request);
  for (const DetailField* const field : set.fields) field->copy(set.row, after);
  if (after != before) {
    change.touch();
    const absl::Status kept = storage::keep_details(connection, member_id, after);
    if (!kept.ok()) return kept;
  }
  for (const DetailField* const field : set.fields) {
    const absl::Status noted = note_saying(connection, member_id, std::string(field->name),
                                           field->is_known(after), saying);
    if (!noted.ok()) return noted;
  }
  std::vector<std::string> confirmed;
  for (const std::string& name : request.confirm_fields()) {
    const DetailField* const field = detail_field(name);
    if (field != nullptr && field->is_known(after)) confirmed.push_back(name);
  }
  return confirm_fields(connection, member_id, confirmed, saying);
}

absl::Status update_custom_values(sqlite::Connection& connection,
                                  const v1::UpdateMemberRequest& request, const Saying& saying,
                                  MemberChange& change) {
  if (request.custom_values().empty() && request.confirm_fields().empty()) return absl::OkStatus();
  const int64_t member_id = change.row().member_id;
  const auto kept = storage::list_custom_values(connection, member_id);
  if (!kept.ok()) return kept.status();
  std::map<std::string, std::string> values;
  for (const storage::CustomValueRow& row : *kept) values[row.field_id] = row.value;
  for (const v1::CustomValue& given : request.custom_values()) {
    std::string& value = values[given.field_id()];
    if (value != given.value()) {
      change.touch();
      value = given.value();
      const absl::Status written =
          storage::keep_custom_value(connection, member_id, {given.field_id(), given.value()});
      if (!written.ok()) return written;
    }
    const absl::Status noted =
        note_saying(connection, member_id, absl::StrCat(kCustomPrefix, given.field_id()),
                    !given.value().empty(), saying);
    if (!noted.ok()) return noted;
  }
  std::vector<std::string> confirmed;
  for (const std::string& name : request.confirm_fields()) {
    absl::string_view field_id = name;
    if (!absl::ConsumePrefix(&field_id, kCustomPrefix)) continue;
    const auto value = values.find(std::string(field_id));
    if (value != values.end() && !value->second.empty()) confirmed.push_back(name);
  }
  return confirm_fields(connection, member_id, confirmed, saying);
}

absl::Status update_tags(sqlite::Connection& connection, const v1::UpdateMemberRequest& request,
                         MemberChange& change) {
  const int64_t member_id = change.row().member_id;
  const auto kept = storage::list_tags(connection, member_id);
  if (!kept.ok()) return kept.status();
  const std::set<std::string> before(kept->begin(), kept->end());
  std::set<std::string> after = before;
  after.insert(request.add_tags().begin(), request.add_tags().end());
  for (const std::string& tag : request.remove_tags()) after.erase(tag);
  if (after.size() > kMaxTagsPerMember) return too_many("add_tags");
  if (after == before) return absl::OkStatus();
  absl::Status written;
  for (const std::string& tag : before) {
    if (written.ok() && after.count(tag) == 0) {
      written = storage::delete_tag(connection, member_id, tag);
    }
  }
  for (const std::string& tag : after) {
    if (written.ok() && before.count(tag) == 0) {
      written = storage::insert_tag(connection, member_id, tag);
    }
  }
  change.row_to_edit().tag_count = static_cast<int64_t>(after.size());
  change.touch();
  return written;
}

absl::StatusOr<v1::UpdateMemberResponse> update(sqlite::Connection& connection, WriterState& state,
                                                const v1::UpdateMemberRequest& request) {
  const absl::StatusOr<storage::MemberRow> row = find_by_id(connection, request.member_id());
  if (!row.ok()) return row.status();
  absl::Status written = check_keeps_details(*row);
  if (!written.ok()) return written;
  MemberChange change(*row);
  const Saying saying{state.now_us(), request.actor()};
  written = update_details(connection, request, saying, change);
  if (written.ok()) written = update_custom_values(connection, request, saying, change);
  if (written.ok()) written = update_tags(connection, request, change);
  if (written.ok()) written = change.finish(connection, state);
  if (!written.ok()) return written;
  absl::StatusOr<v1::Member> member =
      member_message(connection, change.row(), Moment{*state.view(), state.now_us()});
  if (!member.ok()) return member.status();
  v1::UpdateMemberResponse response;
  *response.mutable_member() = *std::move(member);
  return response;
}

}  // namespace

void update_member(Club& club, const v1::UpdateMemberRequest& request,
                   Answer<v1::UpdateMemberResponse> answer) {
  absl::Status form = check_update(request, *club.view());
  if (!form.ok()) {
    std::move(answer)(std::move(form));
    return;
  }
  club.write<v1::UpdateMemberResponse>(
      [request](sqlite::Connection& connection, WriterState& state) {
        return update(connection, state, request);
      },
      std::move(answer));
}

}  // namespace moadon
