// The facts of a member's life: their own, and, in the time of a merge, those of who became part
// of them (design.md, 5.11).
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "absl/status/statusor.h"
#include "absl/time/civil_time.h"
#include "server/storage/fact_store.h"
#include "server/storage/member_store.h"
#include "server/storage/merge_store.h"

namespace moadon {

// The moment that a report is of: the end of a day, or an instant in it.
struct AsOf {
  absl::CivilDay day;
  std::optional<int64_t> instant_us;
};

// Whose life, as in the member's row (any that has these columns).
struct Living {
  template <typename Row>
  explicit Living(const Row& row)
      : member_id(row.member_id),
        met_time_us(row.met_time_us),
        met_day(row.met_day),
        enrolled_time_us(row.enrolled_time_us),
        enrolled_day(row.enrolled_day),
        lock_count(row.lock_count),
        merge_count(row.merge_count),
        sign_count(row.sign_count) {}

  int64_t member_id = storage::kNobody;
  int64_t met_time_us = 0;
  int64_t met_day = 0;
  std::optional<int64_t> enrolled_time_us;
  std::optional<int64_t> enrolled_day;
  int64_t lock_count = 0;
  int64_t merge_count = 0;
  int64_t sign_count = 0;
};

// Counts on the days from from_day until the day before until_day; without that for ever.
struct LifeSign {
  int64_t sign_day = 0;
  int64_t from_day = 0;
  std::optional<int64_t> until_day;
};

// At least this tier on the days from_day..until_day.
struct LifeFloor {
  std::string tier_id;
  int64_t from_day = 0;
  int64_t until_day = 0;
};

// What somebody who became part of the member brings counts from the merge's day and instant at
// the earliest; what it brought goes again, as returns do, when the merge is undone.
struct MemberLife {
  std::vector<storage::FactRow> facts;
  std::vector<LifeSign> signs;  // the sign-up included
  std::vector<LifeFloor> floors;
  std::vector<storage::MergeRow> lost_in;  // merges in which the member became part of another
  std::vector<storage::MergeRow> kept_in;  // merges in which another became part of the member
};

// Everything that counts by now, or, as of an instant, what had occurred by then.
absl::StatusOr<MemberLife> member_life(sqlite::Connection& connection, const Living& member,
                                       std::optional<int64_t> instant_us = std::nullopt);
// The same where the member's own facts have been read.
absl::StatusOr<MemberLife> member_life_with(sqlite::Connection& connection, const Living& member,
                                            const std::vector<storage::FactRow>& own_facts,
                                            std::optional<int64_t> instant_us = std::nullopt);

}  // namespace moadon
