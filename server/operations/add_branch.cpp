#include "server/operations/add_branch.h"

#include <utility>

#include "absl/strings/str_cat.h"
#include "rules/check.h"
#include "rules/refusal.h"
#include "server/operations/club_view_builder.h"
#include "server/operations/writer_state.h"
#include "server/storage/club_store.h"

namespace moadon {
namespace {

constexpr size_t kMaxNameBytes = 100;
constexpr size_t kMaxZoneBytes = 64;
constexpr int kMinutesPerDay = 1440;

absl::Status check_branch(const v1::Branch& branch) {
  absl::Status status = check_id(branch.branch_id(), "branch.branch_id");
  status.Update(check_text(branch.name(), kMaxNameBytes, Presence::kOptional, "branch.name"));
  status.Update(
      check_text(branch.time_zone(), kMaxZoneBytes, Presence::kOptional, "branch.time_zone"));
  if (status.ok() && !branch.time_zone().empty()) {
    status = load_zone(branch.time_zone(), "branch.time_zone").status();
  }
  if (status.ok() &&
      (branch.day_start_minutes() < 0 || branch.day_start_minutes() >= kMinutesPerDay)) {
    status = refuse(v1::REASON_FIELD_INVALID, "branch.day_start_minutes must be within 0..1439",
                    {{"field", "branch.day_start_minutes"}, {"limit", "0..1439"}});
  }
  if (status.ok() && !branch.region_id().empty()) {
    status = check_id(branch.region_id(), "branch.region_id");
  }
  return status;
}

bool has_same_properties(const v1::Branch& a, const v1::Branch& b) {
  return a.name() == b.name() && a.time_zone() == b.time_zone() &&
         a.day_start_minutes() == b.day_start_minutes() && a.region_id() == b.region_id();
}

absl::StatusOr<v1::AddBranchResponse> add(sqlite::Connection& connection, WriterState& state,
                                          v1::Branch branch) {
  const ClubView& before = *state.view();
  branch.clear_revoke_time();
  if (branch.time_zone().empty()) {
    if (!before.has_program()) {
      return refuse(v1::REASON_PROGRAM_MISSING,
                    "the branch names no time zone and there is no program to take it from");
    }
    branch.set_time_zone(before.programs().front().time_zone());
  }
  v1::AddBranchResponse response;
  if (const v1::Branch* known = before.branch(branch.branch_id()); known != nullptr) {
    if (!has_same_properties(*known, branch)) {
      return refuse(v1::REASON_ID_TAKEN, "the branch exists with other properties",
                    {{"branch_id", branch.branch_id()}});
    }
    *response.mutable_branch() = *known;
    return response;
  }
  const absl::Status written = storage::insert_branch(connection, branch);
  if (!written.ok()) return written;
  ClubViewBuilder after(before);
  after.set_branch(branch);
  state.stage(after.build());
  *response.mutable_branch() = std::move(branch);
  return response;
}

}  // namespace

void add_branch(Club& club, const v1::Branch& branch, Answer<v1::AddBranchResponse> answer) {
  absl::Status form = check_branch(branch);
  if (!form.ok()) {
    std::move(answer)(std::move(form));
    return;
  }
  club.write<v1::AddBranchResponse>(
      [branch](sqlite::Connection& connection, WriterState& state) {
        return add(connection, state, branch);
      },
      std::move(answer));
}

}  // namespace moadon
