#include "server/operations/record_consent.h"

#include <utility>

#include "rules/check.h"
#include "rules/profile_check.h"
#include "rules/refusal.h"
#include "server/operations/find_by_key.h"
#include "server/operations/keep_profile.h"
#include "server/operations/member_change.h"
#include "server/operations/member_message.h"
#include "server/operations/whole_person.h"
#include "server/operations/writer_state.h"

namespace moadon {
namespace {

constexpr size_t kMaxIdBytes = 64;

absl::Status check_request(const v1::RecordConsentRequest& request) {
  absl::Status status =
      check_text(request.member_id(), kMaxIdBytes, Presence::kRequired, "member_id");
  if (status.ok() && request.consents().empty()) {
    return refuse(v1::REASON_FIELD_MISSING, "consents is missing", {{"field", "consents"}});
  }
  status.Update(check_consents(request.consents()));
  return status;
}

absl::StatusOr<v1::RecordConsentResponse> record(sqlite::Connection& connection, WriterState& state,
                                                 const v1::RecordConsentRequest& request) {
  const absl::StatusOr<storage::MemberRow> row = find_by_id(connection, request.member_id());
  if (!row.ok()) return row.status();
  const absl::Status keeps = check_keeps_details(*row);
  if (!keeps.ok()) return keeps;
  MemberChange change(*row);
  const absl::StatusOr<bool> added = keep_consents(
      connection, *row, given_consents(request.consents(), state.now_us(), /*place=*/""));
  if (!added.ok()) return added.status();
  if (*added) change.touch();
  const absl::Status finished = change.finish(connection, state);
  if (!finished.ok()) return finished;
  absl::StatusOr<v1::Member> member =
      member_message(connection, change.row(), Moment{*state.view(), state.now_us()});
  if (!member.ok()) return member.status();
  v1::RecordConsentResponse response;
  *response.mutable_member() = *std::move(member);
  return response;
}

}  // namespace

void record_consent(Club& club, const v1::RecordConsentRequest& request,
                    Answer<v1::RecordConsentResponse> answer) {
  absl::Status form = check_request(request);
  if (!form.ok()) {
    std::move(answer)(std::move(form));
    return;
  }
  club.write<v1::RecordConsentResponse>(
      [request](sqlite::Connection& connection, WriterState& state) {
        return record(connection, state, request);
      },
      std::move(answer));
}

}  // namespace moadon
