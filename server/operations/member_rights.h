// One member's rights in the hands of one operation.
#pragma once

#include <cstdint>
#include <optional>
#include <string>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "absl/strings/string_view.h"
#include "absl/time/civil_time.h"
#include "moadon/v1/benefit.pb.h"
#include "moadon/v1/member_service.pb.h"
#include "moadon/v1/quote.pb.h"
#include "server/operations/writer_state.h"
#include "server/storage/hold_store.h"
#include "server/storage/member_store.h"
#include "server/storage/right_store.h"

namespace moadon {

// Grants have ids as members do.
std::string grant_id_text(int64_t grant_id);
std::optional<int64_t> grant_id_of(absl::string_view text);
v1::HeldRight right_message(const storage::RightRow& row);

// By what a right comes.
struct GrantCause {
  std::string source;    // as PointsEntry.source
  int64_t sale_id = 0;   // 0: no sale's
  int64_t position = 0;  // in the verdict's rights_granted, from 1; 0: no sale's
};

// Grants, sets aside, uses and takes back (right_balance.h), writing each at once. On the writer's
// thread; owns nothing it is given. The count of rights goes into the row, which is the caller's to
// write.
class MemberRights final {
 public:
  MemberRights(sqlite::Connection& connection, WriterState& state, storage::MemberRow& row)
      : connection_(connection), state_(state), row_(row) {}

  // A new right, valid from `day` on as its kind says.
  absl::StatusOr<storage::RightRow> grant(const v1::RightKind& kind, const GrantCause& cause,
                                          absl::CivilDay day);

  // Sets aside what a sale on `day` would use, all or nothing: RIGHT_NOT_LEFT. What it answers is
  // the hold's to keep.
  absl::StatusOr<storage::HoldRightRow> hold(const v1::RightUse& wanted, absl::CivilDay day);
  // Sets free what a hold set aside.
  absl::Status release(const storage::HoldRightRow& held);

  // What a sale took, and what was missing.
  struct Used {
    int64_t grant_id = 0;
    int64_t use_count = 0;  // 0: nothing was there
    int64_t amount_minor = 0;
    bool is_overused = false;
    int64_t missing_minor = 0;
  };
  // Uses a right: what `held` (the sale's own hold; may be null) set aside first, then what is
  // left. What was set aside and not used is free again.
  absl::StatusOr<Used> use(const v1::RightUse& wanted, const storage::HoldRightRow* held);
  // Brings a use back. A right whose end is before `day` is then good until `day` + grace.
  absl::Status give_back(const storage::RightUseRow& use, absl::CivilDay day, int grace_days);

  // Takes a right away; what a hold set aside of it stays with the hold. True: some of it was used
  // before, or is under a hold.
  absl::StatusOr<bool> withdraw(int64_t grant_id, absl::CivilDay day);
  // Undoes that.
  absl::Status restore(int64_t grant_id);

 private:
  absl::Status pass_back(const storage::RightUseRow& use, const storage::RightRow& came);
  absl::StatusOr<storage::RightRow> read(int64_t grant_id);
  absl::Status write(const storage::RightRow& right);

  sqlite::Connection& connection_;
  WriterState& state_;
  storage::MemberRow& row_;
};

}  // namespace moadon
