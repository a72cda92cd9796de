// Member facts: what the rules, and registers, are told of a member.
#pragma once

#include <cstdint>
#include <optional>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "moadon/v1/member_service.pb.h"
#include "server/operations/club_view.h"
#include "server/storage/member_details_store.h"
#include "server/storage/member_store.h"

namespace moadon {

// The moment for which members are shown, and the club then.
struct Moment {
  const ClubView& view;
  int64_t now_us = 0;
};

// Whether time alone may have changed the member's stage since it was kept.
bool is_due(const storage::MemberRow& row, const Moment& moment);

struct StageNow {
  v1::Stage stage = v1::STAGE_UNSPECIFIED;
  std::optional<int64_t> since_day;
};
// Of a member who is due the stage is decided here, so that it is today's before the ageing job has
// come by.
absl::StatusOr<StageNow> stage_now(sqlite::Connection& connection, const storage::MemberRow& row,
                                   const Moment& moment);

// Everything that stays as it is until the member changes, the club's day ends, or another program
// version takes force; all of it as of today, whether the ageing job has come by or not. Not
// sealed, without time and the club's uses: issue_facts() adds these.
absl::StatusOr<v1::MemberFacts> lasting_facts(sqlite::Connection& connection,
                                              const storage::MemberRow& row,
                                              const storage::DetailsRow& details,
                                              const Moment& moment);

// Whether issuing needs to know what the whole club used.
bool needs_club_uses(const Moment& moment);
// Makes lasting facts ready to be handed out: what registers may give without asking counts as used
// by the club, so that nobody else is promised it. `connection` may be null where needs_club_uses()
// says no.
absl::Status issue_facts(sqlite::Connection* connection, const Moment& moment,
                         v1::MemberFacts& facts);

}  // namespace moadon
