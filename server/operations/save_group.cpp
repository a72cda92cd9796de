#include "server/operations/save_group.h"

#include <utility>

#include "absl/strings/str_cat.h"
#include "rules/calendar.h"
#include "rules/check.h"
#include "rules/refusal.h"
#include "server/operations/check_question.h"
#include "server/operations/writer_state.h"
#include "server/storage/group_store.h"

namespace moadon {
namespace {

constexpr size_t kMaxTitleBytes = 100;

absl::Status check_group(const v1::SaveGroupRequest& request, const v1::ClubSettings& settings) {
  const v1::Group& group = request.group();
  absl::Status status = check_group_id(group.group_id(), "group.group_id");
  status.Update(check_text(group.title(), kMaxTitleBytes, Presence::kOptional, "group.title"));
  status.Update(check_question(group.question(), settings, "group.question"));
  return status;
}

absl::Status check_room(sqlite::Connection& connection, const std::string& group_id) {
  const auto known = storage::find_group(connection, group_id);
  if (!known.ok()) return known.status();
  if (*known) return absl::OkStatus();
  const absl::StatusOr<int64_t> count = storage::count_groups(connection);
  if (!count.ok()) return count.status();
  if (*count < kMaxGroups) return absl::OkStatus();
  return refuse(v1::REASON_TOO_LARGE, "the club has too many groups",
                {{"field", "group"}, {"limit", absl::StrCat(kMaxGroups)}});
}

absl::StatusOr<v1::SaveGroupResponse> save(sqlite::Connection& connection, WriterState& state,
                                           v1::Group group) {
  if (!state.view()->has_program()) {
    return refuse(v1::REASON_PROGRAM_MISSING, "no program has been published yet");
  }
  absl::Status kept = check_room(connection, group.group_id());
  *group.mutable_save_time() = timestamp_of(state.now_us());
  if (kept.ok()) kept = storage::keep_group(connection, group);
  if (!kept.ok()) return kept;
  v1::SaveGroupResponse response;
  *response.mutable_group() = std::move(group);
  return response;
}

}  // namespace

void save_group(Club& club, const v1::SaveGroupRequest& request,
                Answer<v1::SaveGroupResponse> answer) {
  absl::Status form = check_group(request, club.view()->settings());
  if (!form.ok()) {
    std::move(answer)(std::move(form));
    return;
  }
  club.write<v1::SaveGroupResponse>(
      [group = request.group()](sqlite::Connection& connection, WriterState& state) {
        return save(connection, state, group);
      },
      std::move(answer));
}

}  // namespace moadon
