#include "server/operations/revoke_branch.h"

#include <utility>

#include "rules/calendar.h"
#include "rules/check.h"
#include "rules/refusal.h"
#include "server/operations/club_view_builder.h"
#include "server/operations/writer_state.h"
#include "server/storage/club_store.h"

namespace moadon {
namespace {

absl::StatusOr<v1::RevokeBranchResponse> revoke(sqlite::Connection& connection, WriterState& state,
                                                const std::string& branch_id) {
  const v1::Branch* known = state.view()->branch(branch_id);
  if (known == nullptr) {
    return refuse(v1::REASON_BRANCH_UNKNOWN, "no such branch", {{"branch_id", branch_id}});
  }
  v1::RevokeBranchResponse response;
  *response.mutable_branch() = *known;
  if (known->has_revoke_time()) return response;
  const absl::StatusOr<int64_t> live = storage::count_live_registers(connection, branch_id);
  if (!live.ok()) return live.status();
  if (*live > 0) {
    return refuse(v1::REASON_BRANCH_IN_USE, "the branch has registers that are not revoked",
                  {{"branch_id", branch_id}});
  }
  const int64_t now_us = state.now_us();
  const absl::Status written = storage::revoke_branch(connection, branch_id, now_us);
  if (!written.ok()) return written;
  *response.mutable_branch()->mutable_revoke_time() = timestamp_of(now_us);
  ClubViewBuilder after(*state.view());
  after.set_branch(response.branch());
  state.stage(after.build());
  return response;
}

}  // namespace

void revoke_branch(Club& club, const std::string& branch_id,
                   Answer<v1::RevokeBranchResponse> answer) {
  absl::Status form = check_id(branch_id, "branch_id");
  if (!form.ok()) {
    std::move(answer)(std::move(form));
    return;
  }
  club.write<v1::RevokeBranchResponse>(
      [branch_id](sqlite::Connection& connection, WriterState& state) {
        return revoke(connection, state, branch_id);
      },
      std::move(answer));
}

}  // namespace moadon
