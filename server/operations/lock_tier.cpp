#include "server/operations/lock_tier.h"

#include <algorithm>
#include <utility>

#include "rules/calendar.h"
#include "rules/check.h"
#include "rules/refusal.h"
#include "server/operations/decision.h"
#include "server/operations/member_message.h"
#include "server/storage/tier_store.h"

namespace moadon {
namespace {

constexpr size_t kMaxTierIdBytes = 64;
constexpr absl::string_view kUntil = "until_date";

absl::Status check_lock(const v1::LockTierRequest& request) {
  absl::Status status = check_decision_names(request.request_id(), request.member_id());
  status.Update(check_text(request.tier_id(), kMaxTierIdBytes, Presence::kRequired, "tier_id"));
  if (status.ok() && request.until_date().empty()) {
    return refuse(v1::REASON_FIELD_MISSING, "until_date is missing", {{"field", kUntil}});
  }
  if (status.ok()) status = parse_day(request.until_date(), kUntil).status();
  status.Update(check_decision_reasons(request.note(), request.actor()));
  return status;
}

absl::Status check_state(const v1::LockTierRequest& request, const WriterState& state,
                         absl::CivilDay until_day) {
  const absl::StatusOr<const v1::Program*> program = program_in_force(state);
  if (!program.ok()) return program.status();
  if (until_day < state.today()) {
    return refuse(v1::REASON_TIME_OUT_OF_RANGE, "a lock does not end in the past",
                  {{"field", kUntil}});
  }
  const auto& tiers = (*program)->tiers();
  if (std::any_of(tiers.begin(), tiers.end(),
                  [&](const v1::Tier& tier) { return tier.tier_id() == request.tier_id(); })) {
    return absl::OkStatus();
  }
  return refuse(v1::REASON_TIER_UNKNOWN, "the program in force has no such tier",
                {{"tier_id", request.tier_id()}});
}

absl::StatusOr<v1::LockTierResponse> lock(sqlite::Connection& connection, WriterState& state,
                                          const v1::LockTierRequest& request,
                                          MemberChange& change) {
  const absl::StatusOr<absl::CivilDay> until_day = parse_day(request.until_date(), kUntil);
  if (!until_day.ok()) return until_day.status();
  absl::Status written = check_state(request, state, *until_day);
  if (!written.ok()) return written;
  const int64_t today = day_number(state.today());
  written = storage::insert_tier_lock(connection, change.row().member_id,
                                      ++change.row_to_edit().lock_count,
                                      {request.request_id(), request.tier_id(), today,
                                       day_number(*until_day), request.note(), request.actor()});
  change.restage(today);
  change.touch();
  if (written.ok()) written = change.finish(connection, state);
  if (!written.ok()) return written;
  absl::StatusOr<v1::Member> member =
      member_message(connection, change.row(), Moment{*state.view(), state.now_us()});
  if (!member.ok()) return member.status();
  v1::LockTierResponse response;
  *response.mutable_member() = *std::move(member);
  return response;
}

}  // namespace

void lock_tier(Club& club, const v1::LockTierRequest& request,
               Answer<v1::LockTierResponse> answer) {
  absl::Status form = check_lock(request);
  if (!form.ok()) {
    std::move(answer)(std::move(form));
    return;
  }
  decide_once<v1::LockTierResponse>(
      club, storage::DecisionKind::kTier, request,
      [request](sqlite::Connection& connection, WriterState& state, MemberChange& change) {
        return lock(connection, state, request, change);
      },
      std::move(answer));
}

}  // namespace moadon
