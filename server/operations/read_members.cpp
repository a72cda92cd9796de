#include "server/operations/read_members.h"

#include <limits>
#include <optional>
#include <string>

#include "absl/strings/str_cat.h"
#include "rules/check.h"
#include "rules/refusal.h"
#include "server/operations/find_by_key.h"
#include "server/operations/member_id.h"
#include "server/operations/member_message.h"
#include "server/operations/page_token.h"
#include "server/storage/stage_move_store.h"

namespace moadon {
namespace {

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
  if (const std::optional<int64_t> member_id = member_id_of(request.member_id()); member_id) {
    const auto row = storage::find_member(connection, *member_id);
    if (!row.ok()) return row.status();
    if (*row) return **row;
  }
  return refuse(v1::REASON_MEMBER_UNKNOWN, "no such member");
}

absl::Status check_request(const v1::GetMemberRequest& request) {
  if (!request.member_id().empty()) {
    return check_text(request.member_id(), 64, Presence::kOptional, "member_id");
  }
  if (request.has_key()) return check_key(request.key(), KeyUse::kToIdentify, "key");
  return refuse(v1::REASON_FIELD_MISSING, "member_id or key must be set", {{"field", "member_id"}});
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
  const auto moves = storage::list_stage_moves(**reader, row->member_id, kFirstDayEver);
  if (!moves.ok()) return moves.status();
  v1::GetMemberResponse response;
  *response.mutable_member() = *std::move(member);
  for (const storage::StageMoveRow& move : *moves) *response.add_moves() = move_message(move);
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

}  // namespace moadon
