#include "server/insight/count_stages.h"

#include <array>
#include <vector>

#include "rules/calendar.h"
#include "rules/refusal.h"
#include "server/insight/club_scan.h"
#include "server/insight/stage_scan.h"
#include "server/operations/asked_moment.h"

namespace moadon {
namespace {

using Counts = std::array<int64_t, v1::Stage_ARRAYSIZE>;

absl::Status count_range(sqlite::Connection& connection, const IdRange& range, const ClubView& view,
                         const AsOf& moment, Counts& counts) {
  StageScan members(connection, range, view, {moment});
  while (true) {
    const absl::StatusOr<bool> more = members.next();
    if (!more.ok()) return more.status();
    if (!*more) return absl::OkStatus();
    ++counts[members.standing(0).stage];
  }
}

}  // namespace

absl::StatusOr<v1::CountStagesResponse> count_stages(Club& club,
                                                     const v1::CountStagesRequest& request) {
  const ClubViewPtr view = club.view();
  const absl::StatusOr<AsOf> moment = asked_moment(request.as_of(), *view, club.clock().now_us());
  if (!moment.ok()) return moment.status();
  if (!view->has_program()) {
    return refuse(v1::REASON_PROGRAM_MISSING, "no program has been published yet");
  }
  absl::StatusOr<ClubScan> scan = ClubScan::open(club);
  if (!scan.ok()) return scan.status();
  std::vector<Counts> of_ranges(scan->ranges().size());
  const absl::Status counted = scan->run([&](sqlite::Connection& connection, size_t i) {
    return count_range(connection, scan->ranges()[i], *view, *moment, of_ranges[i]);
  });
  if (!counted.ok()) return counted;
  v1::CountStagesResponse response;
  for (int stage = v1::STAGE_POTENTIAL; stage <= v1::STAGE_CHURNING; ++stage) {
    v1::StageCount& count = *response.add_stages();
    count.set_stage(static_cast<v1::Stage>(stage));
    for (const Counts& counts : of_ranges) {
      count.set_member_count(count.member_count() + counts[stage]);
    }
  }
  response.set_as_of_date(format_day(moment->day));
  return response;
}

}  // namespace moadon
