#include "server/insight/group_question.h"

#include "server/operations/read_groups.h"
#include "server/storage/group_store.h"

namespace moadon {

absl::StatusOr<v1::Question> saved_question(sqlite::Connection& connection,
                                            const std::string& group_id) {
  const auto group = storage::find_group(connection, group_id);
  if (!group.ok()) return group.status();
  if (*group) return (*group)->question();
  return group_unknown(group_id);
}

StageNumbers stage_numbers_on(const ClubView& view, absl::CivilDay day) {
  const StageVersions& versions = view.stage_versions();
  size_t i = versions.size() - 1;
  while (i > 0 && versions[i].start_day > day) --i;
  return versions[i].numbers;
}

}  // namespace moadon
