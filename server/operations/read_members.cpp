#include "server/operations/read_members.h"

#include <limits>
#include <optional>
#include <string>

#include "absl/strings/str_cat.h"
#include "rules/calendar.h"
#include "rules/check.h"
#include "rules/refusal.h"
#include "server/operations/find_by_key.h"
#include "server/operations/member_message.h"
#include "server/operations/member_profile.h"
#include "server/operations/member_rights.h"
#include "server/operations/page_token.h"
#include "server/storage/right_store.h"
#include "server/storage/stage_move_store.h"
#include "server/storage/tier_store.h"

namespace moadon {
namespace {

constexpr size_t kMaxIdBytes = 64;
constexpr int kDefaultMembers = 100;
constexpr int kMaxMembers = 1000;
constexpr int kDefaultFacts = 1000;
constexpr int kMaxFacts = 5000;
constexpr int64_t kFirstDayEver = std::numeric_limits<int64_t>::min();

absl::StatusOr<storage::MemberRow> find(sqlite::Connection& connection,
                                        const v1::GetMemberRequest& request, const ClubView& view) {
  if (request.member_id().empty()) {
    return find_by_key(connection, presented_key(request.key(), view.country_code()));
  }
  return find_by_id(connection, request.member_id());
}

absl::Status check_request(const v1::GetMemberRequest& request) {
  if (!request.member_id().empty()) {
    return check_text(request.member_id(), kMaxIdBytes, Presence::kOptional, "member_id");
  }
  if (request.has_key()) return check_key(request.key(), KeyUse::kToIdentify, "key");
  return refuse(v1::REASON_FIELD_MISSING, "member_id or key must be set", {{"field", "member_id"}});
}

v1::TierLock lock_message(const storage::TierLockRow& row) {
  v1::TierLock lock;
  lock.set_tier_id(row.tier_id);
  lock.set_from_date(format_day(day_of_number(row.from_day)));
  lock.set_until_date(format_day(day_of_number(row.until_day)));
  lock.set_note(row.note);
  lock.set_actor(row.actor);
  return lock;
}

// Everything that ever moved, was decided or granted.
absl::Status tell_story(sqlite::Connection& connection, const storage::MemberRow& row,
                        v1::GetMemberResponse& response) {
  const auto moves = storage::list_stage_moves(connection, row.member_id, kFirstDayEver);
  if (!moves.ok()) return moves.status();
  for (const storage::StageMoveRow& move : *moves) *response.add_moves() = move_message(move);
  const auto tier_moves = storage::list_tier_moves(connection, row.member_id);
  if (!tier_moves.ok()) return tier_moves.status();
  for (const storage::TierMoveRow& move : *tier_moves) {
    *response.add_tier_moves() = tier_move_message(move);
  }
  const auto locks = storage::list_tier_locks(connection, row.member_id);
  if (!locks.ok()) return locks.status();
  for (const storage::TierLockRow& lock : *locks) *response.add_tier_locks() = lock_message(lock);
  const auto rights = storage::list_rights(connection, row.member_id);
  if (!rights.ok()) return rights.status();
  for (const storage::RightRow& right : *rights) *response.add_rights() = right_message(right);
  return absl::OkStatus();
}

// The number in a token of one; 0 for no token.
absl::StatusOr<int64_t> place_of(absl::string_view call, const std::string& token) {
  if (token.empty()) return 0;
  const auto parts = page_token_parts(call, token, 1);
  if (!parts.ok()) return parts.status();
  return page_token_number(parts->front());
}

}  // namespace

absl::StatusOr<v1::GetMemberResponse> get_member(Club& club, const v1::GetMemberRequest& request) {
  const absl::Status form = check_request(request);
  if (!form.ok()) return form;
  const ClubViewPtr view = club.view();
  if (!view->has_program()) return refuse(v1::REASON_MEMBER_UNKNOWN, "there are no members yet");
  auto reader = club.database().readers().lease_snapshot();
  if (!reader.ok()) return reader.status();
  const absl::StatusOr<storage::MemberRow> row = find(**reader, request, *view);
  if (!row.ok()) return row.status();
  absl::StatusOr<v1::Member> member =
      member_message(**reader, *row, {*view, club.clock().now_us()});
  if (!member.ok()) return member.status();
  absl::Status told = show_profile(**reader, *row, *member);
  if (!told.ok()) return told;
  v1::GetMemberResponse response;
  *response.mutable_member() = *std::move(member);
  told = tell_story(**reader, *row, response);
  if (!told.ok()) return told;
  return response;
}

absl::StatusOr<v1::ListMembersResponse> list_members(Club& club,
                                                     const v1::ListMembersRequest& request) {
  const auto page_size = checked_page_size(request.page_size(), kDefaultMembers, kMaxMembers);
  if (!page_size.ok()) return page_size.status();
  const std::string call = absl::StrCat("members of stage ", request.stage());
  const absl::StatusOr<int64_t> after_id = place_of(call, request.page_token());
  if (!after_id.ok()) return after_id.status();
  if (!v1::Stage_IsValid(request.stage())) {
    return refuse(v1::REASON_FIELD_INVALID, "stage must be a known stage",
                  {{"field", "stage"}, {"limit", "a known stage"}});
  }
  const ClubViewPtr view = club.view();
  if (!view->has_program()) return v1::ListMembersResponse();  // members come after it
  const Moment moment{*view, club.clock().now_us()};
  auto reader = club.database().readers().lease_snapshot();
  if (!reader.ok()) return reader.status();
  const auto rows = storage::list_members(**reader, *after_id, request.stage(), *page_size);
  if (!rows.ok()) return rows.status();
  v1::ListMembersResponse response;
  for (const storage::MemberRow& row : *rows) {
    absl::StatusOr<v1::Member> member = member_message(**reader, row, moment);
    if (!member.ok()) return member.status();
    *response.add_members() = *std::move(member);
  }
  if (static_cast<int>(rows->size()) == *page_size) {
    response.set_next_page_token(page_token(call, {absl::StrCat(rows->back().member_id)}));
  }
  return response;
}

absl::StatusOr<v1::FetchFactsResponse> fetch_facts(Club& club,
                                                   const v1::FetchFactsRequest& request) {
  const auto page_size = checked_page_size(request.page_size(), kDefaultFacts, kMaxFacts);
  if (!page_size.ok()) return page_size.status();
  constexpr absl::string_view kCall = "changed members";
  const absl::StatusOr<int64_t> after_us = place_of(kCall, request.cursor());
  if (!after_us.ok()) return after_us.status();
  const ClubViewPtr view = club.view();
  v1::FetchFactsResponse response;
  if (!view->has_program()) {  // members come after it
    response.set_next_cursor(page_token(kCall, {absl::StrCat(*after_us)}));
    return response;
  }
  const Moment moment{*view, club.clock().now_us()};
  auto reader = club.database().readers().lease_snapshot();
  if (!reader.ok()) return reader.status();
  const auto rows = storage::list_members_changed(**reader, *after_us, *page_size);
  if (!rows.ok()) return rows.status();
  for (const storage::MemberRow& row : *rows) {
    absl::StatusOr<v1::MemberFacts> facts = facts_message(**reader, row, moment);
    if (!facts.ok()) return facts.status();
    *response.add_facts() = *std::move(facts);
  }
  const int64_t reached_us = rows->empty() ? *after_us : rows->back().changed_us;
  response.set_next_cursor(page_token(kCall, {absl::StrCat(reached_us)}));
  response.set_has_more(static_cast<int>(rows->size()) == *page_size);
  return response;
}

absl::StatusOr<v1::GetFactsResponse> get_facts(Club& club, const v1::GetFactsRequest& request) {
  const absl::Status form =
      check_text(request.member_id(), kMaxIdBytes, Presence::kRequired, "member_id");
  if (!form.ok()) return form;
  const ClubViewPtr view = club.view();
  if (!view->has_program()) return refuse(v1::REASON_MEMBER_UNKNOWN, "there are no members yet");
  auto reader = club.database().readers().lease_snapshot();
  if (!reader.ok()) return reader.status();
  const absl::StatusOr<storage::MemberRow> row = find_whole(**reader, request.member_id());
  if (!row.ok()) return row.status();
  absl::StatusOr<v1::MemberFacts> facts =
      facts_message(**reader, *row, {*view, club.clock().now_us()});
  if (!facts.ok()) return facts.status();
  v1::GetFactsResponse response;
  *response.mutable_facts() = *std::move(facts);
  return response;
}

}  // namespace moadon
