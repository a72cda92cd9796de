// Members' stages at several moments, each member read once.
#pragma once

#include <cstdint>
#include <vector>

#include "absl/status/statusor.h"
#include "server/insight/club_scan.h"
#include "server/operations/club_view.h"
#include "server/operations/member_life.h"
#include "server/storage/member_scan.h"

namespace moadon {

// Where a member stood at a moment.
struct StageStanding {
  v1::Stage stage = v1::STAGE_UNSPECIFIED;  // not met by then, or part of another member
  int64_t purchase_days = 0;                // as kept then
  int64_t first_purchase_day = 0;           // meaningless without purchase days, as the last
  int64_t last_purchase_day = 0;
};

// Walks over a range of members. What is kept per purchase day tells the past of a member who never
// returned anything and was never part of a merge: it is read instead of the facts, of which there
// are many more. The answer is the same. Used from one thread, on a connection that stays at one
// commit.
class StageScan final {
 public:
  // `view` must have a program and outlive the scan.
  StageScan(sqlite::Connection& connection, const IdRange& range, const ClubView& view,
            std::vector<AsOf> moments);

  // Moves to the next member. False: there are no more.
  absl::StatusOr<bool> next();

  const storage::ScannedMember& member() const { return member_; }
  // At the moment of that place in `moments`.
  const StageStanding& standing(size_t moment) const { return standings_[moment]; }

 private:
  absl::StatusOr<StageStanding> stand(const AsOf& moment);
  bool days_tell(const AsOf& moment) const;
  StageStanding standing_by_days(const AsOf& moment) const;
  absl::StatusOr<StageStanding> standing_by_facts(const AsOf& moment);
  absl::Status read_signs();

  // A sign of interest, the sign-up included.
  struct Sign {
    int64_t time_us = 0;
    int64_t day = 0;
  };

  sqlite::Connection& connection_;
  const ClubView& view_;
  const std::vector<AsOf> moments_;
  storage::MemberScan members_;
  storage::DayReader day_reader_;

  storage::ScannedMember member_;
  std::vector<storage::MemberDay> days_;  // of the member, as all below
  std::vector<Sign> signs_;
  bool has_plain_days_ = true;
  std::vector<storage::FactRow> facts_;
  bool has_facts_ = false;
  std::vector<StageStanding> standings_;
};

}  // namespace moadon
