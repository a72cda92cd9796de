// What operations know while they run on the writer's thread.
#pragma once

#include <cstdint>
#include <utility>
#include <vector>

#include "absl/random/random.h"
#include "absl/time/civil_time.h"
#include "server/clock.h"
#include "server/operations/club_view.h"

namespace moadon {

// Belongs to the writer's thread. What operations before in the same group staged is visible here,
// and taken back if the group does not become durable.
class WriterState final {
 public:
  WriterState(const Clock& clock, ClubViewPtr view, int64_t last_change_us)
      : clock_(clock), view_(std::move(view)), last_change_us_(last_change_us) {}

  // What slowly changes, staged changes included.
  const ClubViewPtr& view() const { return view_; }
  // Makes `view` the one that later operations see; callers see it once the operation is durable.
  void stage(ClubViewPtr view) { view_ = std::move(view); }

  int64_t now_us() const { return clock_.now_us(); }
  // The club's business date. Requires a program.
  absl::CivilDay today() const { return view_->day_of(now_us()); }

  // Which members an operation changes, for those who remember members (member_cache.h).
  struct Changes {
    std::vector<int64_t> members;
    bool all = false;
  };
  // To be told by whoever writes what a register is shown of members.
  void note_change(int64_t member_id) { changes_.members.push_back(member_id); }
  void note_change_of_all() { changes_.all = true; }
  // What was noted since the last time.
  Changes take_changes() { return std::exchange(changes_, {}); }

  // An opaque id, greater than all that this process made before: 41 bits of milliseconds since
  // 2024, 22 bits of chance.
  int64_t new_id();
  // A place in the feed of changes, after all others.
  int64_t next_change_us();

 private:
  const Clock& clock_;
  ClubViewPtr view_;
  int64_t last_change_us_;
  int64_t last_id_ = 0;
  Changes changes_;
  absl::BitGen random_;
};

}  // namespace moadon
