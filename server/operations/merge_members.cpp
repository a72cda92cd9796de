#include "server/operations/merge_members.h"

#include <algorithm>
#include <utility>

#include "rules/calendar.h"
#include "rules/check.h"
#include "rules/refusal.h"
#include "server/operations/decision.h"
#include "server/operations/member_id.h"
#include "server/operations/member_message.h"
#include "server/operations/merge_rest.h"
#include "server/operations/whole_person.h"
#include "server/storage/hold_store.h"
#include "server/storage/merge_store.h"

namespace moadon {
namespace {

constexpr size_t kMaxIdBytes = 64;

absl::Status check_id(const std::string& id, absl::string_view field) {
  return check_text(id, kMaxIdBytes, Presence::kRequired, field);
}

absl::Status check_merge(const v1::MergeMembersRequest& request) {
  absl::Status status = check_id(request.request_id(), "request_id");
  status.Update(check_id(request.kept_member_id(), "kept_member_id"));
  status.Update(check_id(request.lost_member_id(), "lost_member_id"));
  status.Update(check_decision_reasons(request.note(), request.actor()));
  if (status.ok() && request.kept_member_id() == request.lost_member_id()) {
    return refuse(v1::REASON_FIELD_INVALID, "a member is one person already",
                  {{"field", "lost_member_id"}, {"limit", "another member"}});
  }
  return status;
}

absl::Status check_undo(const v1::UndoMergeRequest& request) {
  absl::Status status = check_id(request.request_id(), "request_id");
  status.Update(check_id(request.lost_member_id(), "lost_member_id"));
  status.Update(check_decision_reasons(request.note(), request.actor()));
  return status;
}

absl::Status check_not_erased(const storage::MemberRow& member) {
  if (!member.erase_us) return absl::OkStatus();
  return refuse(v1::REASON_MEMBER_ERASED, "this member's details were erased",
                {{"member_id", member_id_text(member.member_id)}});
}

absl::Status check_not_held(sqlite::Connection& connection, const storage::MemberRow& member) {
  const absl::StatusOr<bool> is_held = storage::has_open_hold(connection, member.member_id);
  if (!is_held.ok()) return is_held.status();
  if (!*is_held) return absl::OkStatus();
  return refuse(v1::REASON_MEMBER_HELD, "a register has set points or rights of this member aside",
                {{"member_id", member_id_text(member.member_id)}});
}

// Now, but no earlier than any merge of the two began or ended: a clock that was set back must not
// make members part of each other at one time.
absl::StatusOr<storage::MergeMoment> moment_for(sqlite::Connection& connection,
                                                const WriterState& state,
                                                const storage::MemberRow& kept,
                                                const storage::MemberRow& lost) {
  storage::MergeMoment moment{state.now_us(), day_number(state.today())};
  for (const storage::MemberRow* const member : {&kept, &lost}) {
    const auto last = storage::last_merge_moment(connection, member->member_id);
    if (!last.ok()) return last.status();
    moment.time_us = std::max(moment.time_us, last->time_us);
    moment.day = std::max(moment.day, last->day);
  }
  return moment;
}

// Whoever wants no services wants none under the other name either, while the two are one.
void take_wish_along(const storage::MemberRow& lost, storage::MemberRow& kept) {
  if (!kept.refuse_us) kept.refuse_us = lost.refuse_us;
}

void give_wish_back(const storage::MemberRow& lost, storage::MemberRow& kept) {
  if (kept.refuse_us == lost.refuse_us) kept.refuse_us.reset();
}

// Whoever bought under the other name since they were archived is back.
void bring_back(const ClubView& view, const storage::MemberRow& lost, storage::MemberRow& kept) {
  if (!kept.archive_us || !lost.last_purchase_day) return;
  if (*lost.last_purchase_day > day_number(view.day_of(*kept.archive_us))) kept.archive_us.reset();
}

absl::StatusOr<v1::MergeMembersResponse> merge(sqlite::Connection& connection, WriterState& state,
                                               const v1::MergeMembersRequest& request,
                                               storage::DecisionRow decision) {
  const absl::StatusOr<const v1::Program*> program = program_in_force(state);
  if (!program.ok()) return program.status();
  absl::StatusOr<storage::MemberRow> kept = find_by_id(connection, request.kept_member_id());
  if (!kept.ok()) return kept.status();
  absl::StatusOr<storage::MemberRow> lost = find_by_id(connection, request.lost_member_id());
  if (!lost.ok()) return lost.status();
  absl::Status done = check_not_merged(*kept);
  done.Update(check_not_merged(*lost));
  if (done.ok()) done = check_not_held(connection, *lost);
  done.Update(check_not_erased(*kept));
  done.Update(check_not_erased(*lost));
  if (!done.ok()) return done;

  const auto before = storage::list_merges_of_lost(connection, lost->member_id);
  if (!before.ok()) return before.status();
  const auto moment = moment_for(connection, state, *kept, *lost);
  if (!moment.ok()) return moment.status();
  storage::MergeRow row;
  row.lost_id = lost->member_id;
  row.position = static_cast<int64_t>(before->size()) + 1;
  row.kept_id = kept->member_id;
  row.request_id = request.request_id();
  row.merge_us = moment->time_us;
  row.merge_day = moment->day;
  done = storage::insert_merge(connection, row);
  ++kept->merge_count;
  take_wish_along(*lost, *kept);
  bring_back(*state.view(), *lost, *kept);
  if (done.ok()) done = storage::update_member(connection, *kept);
  ++lost->merge_count;
  lost->merged_into = kept->member_id;
  MemberChange change(*lost);
  change.restage(row.merge_day);
  change.touch();
  if (done.ok()) done = change.finish(connection, state);
  if (!done.ok()) return done;
  kept = find_by_id(connection, request.kept_member_id());
  if (!kept.ok()) return kept.status();
  absl::StatusOr<v1::Member> member =
      member_message(connection, *kept, Moment{*state.view(), state.now_us()});
  if (!member.ok()) return member.status();
  v1::MergeMembersResponse response;
  *response.mutable_member() = *std::move(member);
  done = keep_made(connection, state, kept->member_id, response, std::move(decision));
  if (!done.ok()) return done;
  return response;
}

absl::StatusOr<v1::UndoMergeResponse> undo(sqlite::Connection& connection, WriterState& state,
                                           const v1::UndoMergeRequest& request,
                                           storage::DecisionRow decision) {
  const absl::StatusOr<const v1::Program*> program = program_in_force(state);
  if (!program.ok()) return program.status();
  absl::StatusOr<storage::MemberRow> lost = find_by_id(connection, request.lost_member_id());
  if (!lost.ok()) return lost.status();
  const auto merge = merge_in_force(connection, *lost);
  if (!merge.ok()) return merge.status();
  if (!*merge) {
    return refuse(v1::REASON_MERGE_UNKNOWN, "this member is part of nobody",
                  {{"member_id", request.lost_member_id()}});
  }
  storage::MergeRow row = **merge;
  absl::StatusOr<storage::MemberRow> kept = find_by_id(connection, member_id_text(row.kept_id));
  if (!kept.ok()) return kept.status();
  absl::Status done = check_not_merged(*kept);
  if (done.ok()) done = check_not_held(connection, *kept);
  if (!done.ok()) return done;

  row.undo_request_id = request.request_id();
  const auto at = moment_for(connection, state, *kept, *lost);
  if (!at.ok()) return at.status();
  row.undo_us = at->time_us;
  row.undo_day = at->day;
  done = storage::keep_undo(connection, row);
  if (done.ok()) done = give_rest_back(connection, state, row, *kept, *lost);
  lost->merged_into.reset();
  give_wish_back(*lost, *kept);
  MemberChange kept_change(*kept);
  kept_change.lose(*row.undo_day);
  kept_change.touch();
  if (done.ok()) done = kept_change.finish(connection, state);
  MemberChange lost_change(*lost);
  lost_change.restage(*row.undo_day);
  lost_change.touch();
  if (done.ok()) done = lost_change.finish(connection, state);
  if (!done.ok()) return done;

  v1::UndoMergeResponse response;
  const Moment moment{*state.view(), state.now_us()};
  for (const int64_t member_id : {kept->member_id, lost->member_id}) {
    const absl::StatusOr<storage::MemberRow> now =
        find_by_id(connection, member_id_text(member_id));
    if (!now.ok()) return now.status();
    absl::StatusOr<v1::Member> member = member_message(connection, *now, moment);
    if (!member.ok()) return member.status();
    v1::Member& message =
        member_id == kept->member_id ? *response.mutable_kept() : *response.mutable_lost();
    message = *std::move(member);
  }
  done = keep_made(connection, state, kept->member_id, response, std::move(decision));
  if (!done.ok()) return done;
  return response;
}

// Makes the decision once; the same request again gets the answer that was first given.
template <typename Response, typename Request, typename Make>
void make_once(Club& club, storage::DecisionKind kind, const Request& request, Make make,
               Answer<Response> answer) {
  club.write<Response>(
      [kind, request, make](sqlite::Connection& connection,
                            WriterState& state) -> absl::StatusOr<Response> {
        Response response;
        storage::DecisionRow row = decision_of(kind, request);
        const absl::StatusOr<bool> is_made = find_made(connection, state, request, row, response);
        if (!is_made.ok()) return is_made.status();
        if (*is_made) return response;
        return make(connection, state, request, std::move(row));
      },
      std::move(answer));
}

}  // namespace

void merge_members(Club& club, const v1::MergeMembersRequest& request,
                   Answer<v1::MergeMembersResponse> answer) {
  absl::Status form = check_merge(request);
  if (!form.ok()) {
    std::move(answer)(std::move(form));
    return;
  }
  make_once<v1::MergeMembersResponse>(club, storage::DecisionKind::kMerge, request, merge,
                                      std::move(answer));
}

void undo_merge(Club& club, const v1::UndoMergeRequest& request,
                Answer<v1::UndoMergeResponse> answer) {
  absl::Status form = check_undo(request);
  if (!form.ok()) {
    std::move(answer)(std::move(form));
    return;
  }
  make_once<v1::UndoMergeResponse>(club, storage::DecisionKind::kUndoMerge, request, undo,
                                   std::move(answer));
}

}  // namespace moadon
