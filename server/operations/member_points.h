// One member's points in the hands of one operation.
#pragma once

#include <cstdint>
#include <memory>
#include <string>
#include <vector>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "absl/time/civil_time.h"
#include "rules/points_account.h"
#include "server/operations/writer_state.h"
#include "server/storage/member_store.h"
#include "server/storage/points_store.h"

namespace moadon {

PointsLot lot_of(const storage::PointsLotRow& row);
storage::PointsLotRow row_of(const PointsLot& lot);

// Lends the member's account (rules/points_account.h) and writes what became of it. Nothing is read
// before an account is asked for. Whatever the account is asked to do is dated by the caller; it
// always stands at the club's present date. On the writer's thread; owns nothing it is given.
//
//   MemberPoints points(connection, state, row);
//   absl::StatusOr<PointsAccount*> account = points.account();
//   if (!account.ok()) return account.status();
//   (*account)->give(v1::POINTS_ENTRY_KIND_GIFT, 5000, source, today, life, points.today());
//   absl::StatusOr<bool> changed = points.keep();
class MemberPoints final {
 public:
  // Reads and, in keep(), writes the columns of `row` that are about points; the row itself is the
  // caller's to write.
  MemberPoints(sqlite::Connection& connection, WriterState& state, storage::MemberRow& row)
      : connection_(connection), state_(state), row_(row) {}

  // The account with all lots of which something is left or held. Good until keep().
  absl::StatusOr<PointsAccount*> account() { return open({}, Reach::kLive); }
  // With one lot more: for taking back what it gave.
  absl::StatusOr<PointsAccount*> account_with(int64_t lot_number) {
    return open(lot_number, Reach::kLive);
  }
  // With every lot ever: for spending on a day that has passed, and for giving back.
  absl::StatusOr<PointsAccount*> whole_account() { return open({}, Reach::kAll); }

  // Moves what entries of `kind` said of a lot from one date and source to another. No state
  // changes. To be asked for after everything else, before keep().
  struct Redating {
    int64_t points_milli = 0;  // as in the entry that moves
    int64_t lot_number = 0;
    std::string from_source;
    absl::CivilDay from_day;
    std::string to_source;
    absl::CivilDay to_day;
  };
  void redate(v1::PointsEntryKind kind, const Redating& redating);

  // The club's business date.
  absl::CivilDay today() const { return state_.today(); }

  // Writes lots and entries that are new or changed, and the row's columns. Whether anything was.
  // May be called again, after more was done.
  absl::StatusOr<bool> keep();

 private:
  enum class Reach { kLive, kAll };

  absl::StatusOr<PointsAccount*> open(absl::optional<int64_t> lot_number, Reach reach);
  absl::StatusOr<std::vector<PointsLot>> read_lots(absl::optional<int64_t> lot_number, Reach reach);
  bool knows(int64_t lot_number) const;
  absl::Status keep_entries();

  sqlite::Connection& connection_;
  WriterState& state_;
  storage::MemberRow& row_;
  std::unique_ptr<PointsAccount> account_;  // null: not asked for since keep()
  Reach reach_ = Reach::kLive;
  std::vector<AccountEntry> redated_;  // without numbers
};

}  // namespace moadon
