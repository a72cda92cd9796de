#include "server/operations/record_interest.h"

#include <utility>
#include <vector>

#include "rules/check.h"
#include "rules/profile_check.h"
#include "rules/refusal.h"
#include "server/operations/find_by_key.h"
#include "server/operations/keep_signs.h"
#include "server/operations/member_message.h"
#include "server/operations/whole_person.h"
#include "server/operations/writer_state.h"

namespace moadon {
namespace {

constexpr size_t kMaxIdBytes = 64;

absl::Status check_interest(const v1::RecordInterestRequest& request, const ClubView& view) {
  absl::Status status;
  if (!request.member_id().empty()) {
    status = check_text(request.member_id(), kMaxIdBytes, Presence::kOptional, "member_id");
  } else if (request.has_key()) {
    status = check_key(request.key(), KeyUse::kToIdentify, "key");
  } else {
    status =
        refuse(v1::REASON_FIELD_MISSING, "member_id or key must be set", {{"field", "member_id"}});
  }
  if (status.ok() && request.signs().empty()) {
    status = refuse(v1::REASON_FIELD_MISSING, "signs is missing", {{"field", "signs"}});
  }
  status.Update(check_signs(request.signs()));
  status.Update(check_branches(request.signs(), view));
  if (status.ok() && !view.has_program()) {
    status = refuse(v1::REASON_PROGRAM_MISSING, "no program has been published yet");
  }
  return status;
}

absl::StatusOr<storage::MemberRow> find(sqlite::Connection& connection, const ClubView& view,
                                        const v1::RecordInterestRequest& request) {
  auto found = request.member_id().empty()
                   ? find_by_key(connection, presented_key(request.key(), view.country_code()))
                   : find_by_id(connection, request.member_id());
  if (!found.ok()) return found;
  auto whole = whole_person(connection, *std::move(found));
  if (!whole.ok()) return whole;
  const absl::Status keeps = check_keeps_details(*whole);
  if (!keeps.ok()) return keeps;
  return whole;
}

absl::StatusOr<v1::RecordInterestResponse> record(sqlite::Connection& connection,
                                                  WriterState& state,
                                                  const v1::RecordInterestRequest& request,
                                                  const std::vector<GivenSign>& signs) {
  const auto member = find(connection, *state.view(), request);
  if (!member.ok()) return member.status();
  const auto row = keep_signs(connection, state, *member, signs);
  if (!row.ok()) return row.status();
  absl::StatusOr<v1::Member> shown =
      member_message(connection, *row, Moment{*state.view(), state.now_us()});
  if (!shown.ok()) return shown.status();
  v1::RecordInterestResponse response;
  *response.mutable_member() = *std::move(shown);
  return response;
}

}  // namespace

void record_interest(Club& club, const v1::RecordInterestRequest& request,
                     Answer<v1::RecordInterestResponse> answer) {
  const ClubViewPtr view = club.view();
  absl::Status form = check_interest(request, *view);
  if (!form.ok()) {
    std::move(answer)(std::move(form));
    return;
  }
  std::vector<GivenSign> signs = given_signs(request.signs(), club.clock().now_us(), *view);
  // Whoever reports one sign after the other means each.
  for (GivenSign& sign : signs) sign.is_dated = true;
  club.write<v1::RecordInterestResponse>(
      [request, signs = std::move(signs)](sqlite::Connection& connection, WriterState& state) {
        return record(connection, state, request, signs);
      },
      std::move(answer));
}

}  // namespace moadon
