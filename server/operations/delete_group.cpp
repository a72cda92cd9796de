#include "server/operations/delete_group.h"

#include <string>
#include <utility>

#include "server/operations/check_question.h"
#include "server/operations/read_groups.h"
#include "server/operations/writer_state.h"
#include "server/storage/group_store.h"

namespace moadon {

void delete_group(Club& club, const v1::DeleteGroupRequest& request,
                  Answer<v1::DeleteGroupResponse> answer) {
  absl::Status form = check_group_id(request.group_id(), "group_id");
  if (!form.ok()) {
    std::move(answer)(std::move(form));
    return;
  }
  club.write<v1::DeleteGroupResponse>(
      [group_id = request.group_id()](sqlite::Connection& connection, WriterState& /*state*/)
          -> absl::StatusOr<v1::DeleteGroupResponse> {
        const auto group = storage::find_group(connection, group_id);
        if (!group.ok()) return group.status();
        if (!*group) return group_unknown(group_id);
        const absl::Status deleted = storage::delete_group(connection, group_id);
        if (!deleted.ok()) return deleted;
        return v1::DeleteGroupResponse();
      },
      std::move(answer));
}

}  // namespace moadon
