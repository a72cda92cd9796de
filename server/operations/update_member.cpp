#include "server/operations/update_member.h"

#include <algorithm>
#include <set>
#include <string>
#include <utility>

#include "absl/strings/str_cat.h"
#include "rules/check.h"
#include "rules/refusal.h"
#include "server/operations/birth_date.h"
#include "server/operations/find_by_key.h"
#include "server/operations/member_change.h"
#include "server/operations/member_message.h"
#include "server/operations/writer_state.h"
#include "server/storage/member_details_store.h"
#include "server/storage/member_tag_store.h"

namespace moadon {
namespace {

constexpr size_t kMaxTagBytes = 64;

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

absl::Status check_update(const v1::UpdateMemberRequest& request) {
  absl::Status status = check_text(request.member_id(), 64, Presence::kRequired, "member_id");
  status.Update(check_birth_date(request.birth_date(), "birth_date"));
  status.Update(check_birth_date(request.anniversary_date(), "anniversary_date"));
  status.Update(check_tags(request.add_tags(), "add_tags"));
  status.Update(check_tags(request.remove_tags(), "remove_tags"));
  return status;
}

absl::Status update_details(sqlite::Connection& connection, const v1::UpdateMemberRequest& request,
                            MemberChange& change) {
  const int64_t member_id = change.row().member_id;
  const auto found = storage::find_details(connection, member_id);
  if (!found.ok()) return found.status();
  const storage::DetailsRow before = found->value_or(storage::DetailsRow{});
  storage::DetailsRow after = before;
  if (request.has_birth_date()) after.birth_date = request.birth_date();
  if (request.has_anniversary_date()) after.anniversary_date = request.anniversary_date();
  if (after == before) return absl::OkStatus();
  change.touch();
  return storage::keep_details(connection, member_id, after);
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
  MemberChange change(*row);
  absl::Status written = update_details(connection, request, change);
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
  absl::Status form = check_update(request);
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
