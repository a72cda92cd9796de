// Makes a large club on disk, to measure with.
//
//   build/release/bin/bench_make_club --dir DIR [--members N] [--seed S] [--until YYYY-MM-DD]
//
// makes DIR, a data directory that moadond serves as it is (the owner's token is DIR/owner.token):
// by default a million members with about ten purchase days each in the four years that end with
// the day before this one, so that the server's first ageing has one day to do; some minutes and
// 10 GB. Members carry cards and phones by number (member_numbers.h), names, birthdays, cities,
// consents, tags and sources; some never bought, some came back, some brought goods back; one sale
// in a hundred is nobody's. The same seed and last day make the same club but for ids and secrets.
#pragma once

#include <cstdint>
#include <functional>
#include <string>

#include "absl/status/statusor.h"

namespace moadon::bench {

struct ClubPlan {
  std::string directory;  // made if need be; without a club
  int member_count = 1'000'000;
  uint64_t seed = 1;
  int64_t until_day = 0;  // the last day of purchases; members are as on its evening
};

struct MadeClub {
  int64_t sale_count = 0;
  int64_t return_count = 0;
  int64_t purchase_day_count = 0;
};

// Facts are prepared as the server prepares what registers send, on several threads; one writer
// stores them through the server's stores, and lets the server's own upkeep derive days, sums,
// stages and moves. `say` is told of the members written so far. FAILED_PRECONDITION: the directory
// holds a club already.
absl::StatusOr<MadeClub> make_club(const ClubPlan& plan, const std::function<void(int)>& say);

}  // namespace moadon::bench
