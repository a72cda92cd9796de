// One member in the hands of one operation: facts go in; days, sums, stage, tier and moves come
// out.
#pragma once

#include <cstdint>
#include <optional>
#include <set>
#include <vector>

#include "absl/container/inlined_vector.h"
#include "absl/status/status.h"
#include "moadon/v1/report_service.pb.h"
#include "server/operations/member_days.h"
#include "server/operations/member_origin.h"
#include "server/operations/writer_state.h"
#include "server/storage/fact_store.h"
#include "server/storage/member_store.h"

namespace moadon {

// Collects what an operation learns about a member and writes the consequences in finish(): stage
// (stage_upkeep.h), tier (tier_upkeep.h) and the gifts of tiers (tier_gifts.h). However facts are
// spread over operations and in whatever order they come, what is kept in the end is the same. Used
// on the writer's thread.
class MemberChange final {
 public:
  // A member as kept, or, with snapshot 0, a new one of whom met() must be told.
  explicit MemberChange(const storage::MemberRow& row)
      : row_(row), is_new_(row.snapshot == 0), is_met_(!is_new_), met_before_us_(row.met_time_us) {}

  const storage::MemberRow& row() const { return row_; }
  // The row, for what others keep in it: points, and the numbers of rights, uses, tags and locks.
  // Whoever changes it says so by touch().
  storage::MemberRow& row_to_edit() { return row_; }

  // A contact of any kind; the earliest counts, and says where the member came from.
  void met(const Contact& contact);
  // A sign-up; the earliest counts.
  void enrolled(int64_t time_us, int64_t day);
  // A sign of interest that was not the member's before; its row must be written before finish().
  void sign(int64_t day);
  // A sale or return that was not the member's before; its row must be written before finish(). A
  // sale after the member was archived ends that.
  void add(const storage::FactRow& fact);
  void count_sale() { ++row_.sale_count; }
  // A return that was the member's already takes so much more (or less) than it did; its row must
  // be written before finish().
  void correct(int64_t purchase_day, int64_t units_milli, int64_t spend_minor);
  // Decides stage and tier again from `day` on, though no fact came.
  void restage(int64_t day);
  // The same, and what came by a merge goes: gifts of tiers that it had reached are taken back.
  void lose(int64_t day);
  // What is shown of the member changed (a name, a key, points) though no fact did.
  void touch() { is_visible_ = true; }

  // Writes the member, their days and moves, as of the club's business date, and notes what came
  // late. Nothing when nothing changed.
  absl::Status finish(sqlite::Connection& connection, WriterState& state);

  // After finish(): what the owner should see beside the return that caused it, because a tier's
  // gift that it takes back was used meanwhile.
  const std::vector<v1::Difference>& differences() const { return differences_; }

 private:
  void add_delta(int64_t day, int64_t units_milli, int64_t spend_minor);
  void from(int64_t day);
  // The same of something that arrived now.
  void arrived(int64_t day);
  absl::Status decide(sqlite::Connection& connection, WriterState& state);
  absl::Status keep_row(sqlite::Connection& connection);
  absl::Status pass_on(sqlite::Connection& connection, WriterState& state);
  absl::Status pass_rest_on(sqlite::Connection& connection, WriterState& state,
                            std::set<int64_t>& kept_ids);

  storage::MemberRow row_;
  const bool is_new_;
  bool passes_on_ = true;  // to those whom the member is or was part of
  bool is_met_;
  bool is_visible_ = false;             // the snapshot grows
  bool is_anew_ = false;                // the path must be computed from the beginning
  const int64_t met_before_us_;         // of a member as kept
  std::vector<Contact> contacts_;       // that may say where the member came from
  std::optional<int64_t> from_day_;     // stage and tier are decided again from here
  std::optional<int64_t> arrived_day_;  // the earliest that something which arrived counts from
  std::optional<int64_t> took_day_;     // something came back, which counts from here
  absl::InlinedVector<storage::FactRow, 1> added_;
  absl::InlinedVector<DayDelta, 1> deltas_;
  std::vector<v1::Difference> differences_;
};

}  // namespace moadon
