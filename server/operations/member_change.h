// One member in the hands of one operation: facts go in, days, sums, stage and moves come out.
#pragma once

#include <cstdint>
#include <optional>
#include <vector>

#include "absl/container/inlined_vector.h"
#include "absl/status/status.h"
#include "rules/stage.h"
#include "server/operations/writer_state.h"
#include "server/storage/fact_store.h"
#include "server/storage/member_store.h"

namespace moadon {

// Collects what an operation learns about a member and writes the consequences in finish(). However
// facts are spread over operations and in whatever order they come, what is kept in the end is the
// same: facts that come in the order of their days move the stage on from where it stood; anything
// else has the whole path computed anew from all facts. Used on the writer's thread.
class MemberChange final {
 public:
  // A member as kept, or, with snapshot 0, a new one of whom met() must be told.
  explicit MemberChange(const storage::MemberRow& row)
      : row_(row), is_new_(row.snapshot == 0), is_met_(!is_new_) {}

  const storage::MemberRow& row() const { return row_; }

  // A contact of any kind; the earliest counts.
  void met(int64_t time_us, int64_t day);
  // A sign-up; the earliest counts.
  void enrolled(int64_t time_us, int64_t day);
  // A sale or return that was not the member's before; its row must be written before finish().
  void add(const storage::FactRow& fact);
  void count_sale() { ++row_.sale_count; }
  // A return that was the member's already takes so much more (or less) than it did; its row must
  // be written before finish().
  void correct(int64_t purchase_day, int64_t units_milli, int64_t spend_minor);
  // Decides the stage again from `day` on, though no fact came.
  void restage(int64_t day);
  // What is shown of the member changed (a name, a key) though no fact did.
  void touch() { is_visible_ = true; }

  // Writes the member, their days and moves, as of the club's business date. Nothing when nothing
  // changed.
  absl::Status finish(sqlite::Connection& connection, WriterState& state);

 private:
  struct DayDelta {
    int64_t day = 0;
    int64_t units_milli = 0;
    int64_t spend_minor = 0;
  };

  void add_delta(int64_t day, int64_t units_milli, int64_t spend_minor);
  void from(int64_t day);
  bool goes_on(const StageVersions& versions, int64_t start_day, int64_t today) const;
  absl::Status keep_days(sqlite::Connection& connection);
  absl::Status keep_day(sqlite::Connection& connection, const DayDelta& delta);
  absl::Status find_purchase_days(sqlite::Connection& connection);
  absl::StatusOr<MemberTimeline> recent_timeline(sqlite::Connection& connection, int64_t start_day,
                                                 const StageVersions& versions) const;
  absl::StatusOr<MemberTimeline> whole_timeline(sqlite::Connection& connection);
  absl::Status stage_on(sqlite::Connection& connection, const StageVersions& versions,
                        int64_t start_day, int64_t today);
  absl::Status stage_anew(sqlite::Connection& connection, const StageVersions& versions,
                          int64_t today);
  absl::Status keep_path(sqlite::Connection& connection, const StagePath& path, int64_t from_day,
                         std::optional<int64_t> since_before);

  storage::MemberRow row_;
  const bool is_new_;
  bool is_met_;
  bool is_visible_ = false;          // the snapshot grows
  bool is_anew_ = false;             // the path must be computed from the beginning
  std::optional<int64_t> from_day_;  // the stage is decided again from here
  bool lost_first_or_last_day_ = false;
  absl::InlinedVector<storage::FactRow, 1> added_;
  absl::InlinedVector<DayDelta, 1> deltas_;
};

}  // namespace moadon
