// Counts members into the tables of a week, one by one. Pure, used from one thread; tallies of
// several threads are added up.
#pragma once

#include <array>
#include <cstdint>
#include <optional>
#include <string>
#include <utility>

#include "absl/container/flat_hash_map.h"
#include "absl/time/civil_time.h"
#include "moadon/v1/week_service.pb.h"
#include "server/insight/stage_scan.h"

namespace moadon {

inline constexpr int kStages = 6;
inline constexpr size_t kMaxWeekSources = 200;

// The days of one week, as counted: `end` is today in a week that is not over.
struct WeekDays {
  absl::CivilDay start;
  absl::CivilDay end;
};

// One member at both ends of a week.
struct WeekOfMember {
  int64_t met_day = 0;
  std::optional<int64_t> enrolled_day;
  StageStanding before;  // at the end of the day before it
  StageStanding after;   // at its end
};

// What became of a member in a week.
struct WeekChange {
  bool is_at_start = false;
  bool is_at_end = false;
  bool is_met = false;
  bool signed_up = false;
  bool bought_first = false;
  bool is_won_back = false;
  bool is_lost = false;
};
WeekChange week_change(const WeekOfMember& member, const WeekDays& week);

// A v1::WeekTable in the making.
class WeekTally final {
 public:
  void add(const WeekOfMember& member, const WeekChange& change);
  void add(const WeekTally& other);
  void fill(v1::WeekTable& table) const;

  int64_t end_count() const;
  int64_t met_count() const { return met_count_; }
  int64_t first_purchase_count() const { return first_purchase_count_; }

 private:
  using Counts = std::array<int64_t, kStages>;

  std::array<Counts, kStages> flows_{};
  Counts met_{};
  Counts merged_{};
  Counts unmerged_{};
  int64_t met_count_ = 0;
  int64_t sign_up_count_ = 0;
  int64_t first_purchase_count_ = 0;
  int64_t won_back_count_ = 0;
  int64_t lost_count_ = 0;
};

// The members of a week in parts: by branch and by source.
class WeekParts final {
 public:
  void add(const storage::ScannedOrigin& origin, const WeekChange& change);
  void add(const WeekParts& other);
  // Sorted as week_service.proto says.
  void fill(v1::GetWeekResponse& response) const;

 private:
  struct Part {
    int64_t start_count = 0;
    int64_t end_count = 0;
    int64_t met_count = 0;
    int64_t first_purchase_count = 0;
    int64_t won_back_count = 0;
    int64_t lost_count = 0;
  };
  using SourceKey = std::pair<int, std::string>;  // kind and name

  static void add(const WeekChange& change, Part& part);
  static void add(const Part& other, Part& part);
  static void fill(const Part& part, v1::WeekPart& message);

  absl::flat_hash_map<std::string, Part> branches_;
  absl::flat_hash_map<SourceKey, Part> sources_;
};

}  // namespace moadon
