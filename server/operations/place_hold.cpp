#include "server/operations/place_hold.h"

#include <algorithm>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "absl/strings/str_cat.h"
#include "rules/calendar.h"
#include "rules/check.h"
#include "rules/money.h"
#include "rules/refusal.h"
#include "server/operations/find_by_key.h"
#include "server/operations/lease_turn.h"
#include "server/operations/member_change.h"
#include "server/operations/member_holds.h"
#include "server/operations/member_points.h"
#include "server/operations/member_rights.h"
#include "server/operations/request_digest.h"
#include "server/operations/writer_state.h"

namespace moadon {
namespace {

constexpr size_t kMaxIdBytes = 64;

absl::Status out_of_range(absl::string_view field, int64_t max) {
  const std::string limit = absl::StrCat("0 .. ", max);
  return refuse(v1::REASON_AMOUNT_OUT_OF_RANGE, absl::StrCat(field, " must be ", limit),
                {{"field", field}, {"limit", limit}});
}

absl::Status check_amount(int64_t amount, int64_t max, absl::string_view field) {
  return amount >= 0 && amount <= max ? absl::OkStatus() : out_of_range(field, max);
}

absl::Status check_hold(const v1::PlaceHoldRequest& request) {
  absl::Status status =
      check_text(request.request_id(), kMaxIdBytes, Presence::kRequired, "request_id");
  status.Update(check_text(request.member_id(), kMaxIdBytes, Presence::kRequired, "member_id"));
  status.Update(check_amount(request.points_milli(), kMaxPointsMilli, "points_milli"));
  if (!status.ok()) return status;
  if (request.rights_size() > kMaxRightsPerHold) {
    const std::string limit = absl::StrCat(kMaxRightsPerHold);
    return refuse(v1::REASON_FIELD_INVALID, "too many rights in one hold",
                  {{"field", "rights"}, {"limit", limit}});
  }
  for (int i = 0; i < request.rights_size(); ++i) {
    const v1::RightUse& right = request.rights(i);
    const std::string at = absl::StrCat("rights[", i, "]");
    status.Update(check_text(right.grant_id(), kMaxIdBytes, Presence::kRequired,
                             absl::StrCat(at, ".grant_id")));
    status.Update(
        check_amount(right.amount_minor(), kMaxSumMinor, absl::StrCat(at, ".amount_minor")));
  }
  if (status.ok() && request.points_milli() == 0 && request.rights().empty()) {
    return refuse(v1::REASON_FIELD_MISSING, "nothing is to be set aside",
                  {{"field", "points_milli"}});
  }
  return status;
}

v1::PlaceHoldResponse response_of(const storage::HoldRow& hold) {
  v1::PlaceHoldResponse response;
  response.set_hold_id(hold_id_text(hold.hold_id));
  *response.mutable_expire_time() = timestamp_of(hold.expire_us);
  return response;
}

absl::StatusOr<std::vector<LotPart>> hold_points(MemberPoints& points,
                                                 const storage::HoldRow& hold) {
  if (hold.points_milli == 0) return std::vector<LotPart>();
  const auto account = points.account();
  if (!account.ok()) return account.status();
  auto parts = (*account)->hold(hold.points_milli, hold_id_text(hold.hold_id), points.today());
  if (parts) return *std::move(parts);
  const std::string available = absl::StrCat((*account)->available_milli(points.today()));
  return refuse(v1::REASON_POINTS_SHORT, "fewer points are left than would be set aside",
                {{"available_milli", available}});
}

// One row per right, however often it is named.
absl::StatusOr<std::vector<storage::HoldRightRow>> hold_rights(MemberRights& rights,
                                                               const v1::PlaceHoldRequest& request,
                                                               absl::CivilDay day) {
  std::vector<storage::HoldRightRow> rows;
  for (const v1::RightUse& wanted : request.rights()) {
    const auto held = rights.hold(wanted, day);
    if (!held.ok()) return held.status();
    const auto same = std::find_if(rows.begin(), rows.end(),
                                   [&](const auto& row) { return row.grant_id == held->grant_id; });
    if (same == rows.end()) {
      rows.push_back(*held);
    } else {
      same->use_count += held->use_count;
      same->amount_minor += held->amount_minor;
    }
  }
  return rows;
}

// A hold, or why there is none: refused in such a way that what was written stays.
struct Placed {
  absl::Status refusal;
  v1::PlaceHoldResponse response;
};

// Calls back what other registers have leased of the rights.
absl::StatusOr<absl::Status> refuse_leased(sqlite::Connection& connection, int64_t member_id,
                                           const std::string& register_id,
                                           const v1::PlaceHoldRequest& request) {
  absl::Status refusal;
  for (const v1::RightUse& wanted : request.rights()) {
    const std::optional<int64_t> grant_id = grant_id_of(wanted.grant_id());
    if (!grant_id) continue;
    const auto is_leased = call_back(connection, register_id, {member_id, *grant_id});
    if (!is_leased.ok()) return is_leased.status();
    if (!*is_leased) continue;
    refusal.Update(refuse(v1::REASON_RIGHT_NOT_LEFT, "another register has taken the right ahead",
                          {{"grant_id", wanted.grant_id()}, {"leased", "true"}}));
  }
  return refusal;
}

absl::Status insert_rows(sqlite::Connection& connection, const storage::HoldRow& hold,
                         const std::vector<LotPart>& points,
                         const std::vector<storage::HoldRightRow>& rights) {
  absl::Status written = storage::insert_hold(connection, hold);
  for (const LotPart& part : points) {
    if (!written.ok()) return written;
    written = storage::insert_hold_points(connection, hold, {part.lot_number, part.points_milli});
  }
  for (const storage::HoldRightRow& right : rights) {
    if (!written.ok()) return written;
    written = storage::insert_hold_right(connection, hold, right);
  }
  return written;
}

absl::StatusOr<Placed> set_aside(sqlite::Connection& connection, WriterState& state,
                                 const v1::PlaceHoldRequest& request, absl::CivilDay business_day,
                                 storage::HoldRow hold) {
  const absl::StatusOr<storage::MemberRow> row = find_whole(connection, request.member_id());
  if (!row.ok()) return row.status();
  hold.member_id = row->member_id;
  hold.hold_id = state.new_id();
  hold.points_milli = request.points_milli();
  hold.place_day = day_number(state.today());
  hold.place_us = state.now_us();
  hold.expire_us = hold.place_us + absl::ToInt64Microseconds(kHoldTime);

  MemberChange change(*row);
  change.touch();
  MemberPoints points(connection, state, change.row_to_edit());
  const auto held_points = hold_points(points, hold);
  if (!held_points.ok()) return held_points.status();
  const auto leased = refuse_leased(connection, row->member_id, hold.register_id, request);
  if (!leased.ok()) return leased.status();
  if (!leased->ok()) return Placed{*leased, {}};
  MemberRights rights(connection, state, change.row_to_edit());
  const auto held_rights = hold_rights(rights, request, business_day);
  if (!held_rights.ok()) return held_rights.status();
  absl::Status written = points.keep().status();
  if (written.ok()) written = insert_rows(connection, hold, *held_points, *held_rights);
  if (written.ok()) written = change.finish(connection, state);
  if (!written.ok()) return written;
  return Placed{absl::OkStatus(), response_of(hold)};
}

absl::StatusOr<Placed> place(sqlite::Connection& connection, WriterState& state,
                             const RegisterView& at, const v1::PlaceHoldRequest& request) {
  storage::HoldRow hold;
  hold.register_id = at.register_id;
  hold.request_id = request.request_id();
  hold.digest = request_digest(*state.view(), request);
  const auto before = storage::find_hold_by_request(connection, hold.register_id, hold.request_id);
  if (!before.ok()) return before.status();
  if (*before) {
    if ((*before)->digest != hold.digest) return request_reused(request.request_id());
    return Placed{absl::OkStatus(), response_of(**before)};
  }
  return set_aside(connection, state, request,
                   business_day(state.now_us(), at.zone, at.day_start_minutes), std::move(hold));
}

}  // namespace

void place_hold(Club& club, const RegisterView& at, const v1::PlaceHoldRequest& request,
                Answer<v1::PlaceHoldResponse> answer) {
  absl::Status form = check_hold(request);
  if (!form.ok()) {
    std::move(answer)(std::move(form));
    return;
  }
  club.write<Placed>(
      [at, request](sqlite::Connection& connection, WriterState& state) {
        return place(connection, state, at, request);
      },
      [answer = std::move(answer)](absl::StatusOr<Placed> placed) mutable {
        if (placed.ok() && placed->refusal.ok())
          return std::move(answer)(std::move(placed->response));
        std::move(answer)(placed.ok() ? placed->refusal : placed.status());
      });
}

}  // namespace moadon
