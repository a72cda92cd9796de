#include "server/insight/count_group.h"

#include <vector>

#include "server/insight/ask_members.h"
#include "server/insight/club_scan.h"
#include "server/insight/group_question.h"
#include "server/insight/top_border.h"

namespace moadon {

absl::StatusOr<v1::CountGroupResponse> count_group(Club& club,
                                                   const v1::CountGroupRequest& request) {
  const ClubViewPtr view = club.view();
  const absl::Status form = check_group_asked(request, view->settings());
  if (!form.ok()) return form;
  absl::StatusOr<ClubScan> scan = ClubScan::open(club);
  if (!scan.ok()) return scan.status();
  const absl::StatusOr<v1::Question> question = question_asked(scan->connection(), *view, request);
  if (!question.ok()) return question.status();
  const int64_t now_us = club.clock().now_us();
  const absl::CivilDay today = view->day_of(now_us);
  AskedQuestion asked(*question, {today, stage_numbers_on(*view, today)});
  if (asked.top() != nullptr) {
    const absl::StatusOr<int64_t> border = top_border(*scan, *asked.top(), today);
    if (!border.ok()) return border.status();
    asked.set_top_border(*border);
  }
  const absl::StatusOr<LostMembers> lost = lost_members(scan->connection());
  if (!lost.ok()) return lost.status();
  std::vector<v1::CountGroupResponse> pieces(scan->ranges().size());
  const absl::Status read = scan->run([&](sqlite::Connection& connection, size_t i) {
    const IdRange& range = scan->ranges()[i];
    int64_t members = 0;
    int64_t all = 0;
    const absl::Status asked_all =
        ask_members(connection, {*view, now_us, asked, *lost}, {range.after_id, range.until_id},
                    [&](const storage::StandingRow&, bool fits) {
                      members += fits ? 1 : 0;
                      ++all;
                      return true;
                    });
    pieces[i].set_member_count(members);
    pieces[i].set_all_count(all);
    return asked_all;
  });
  if (!read.ok()) return read;
  v1::CountGroupResponse response;
  for (const v1::CountGroupResponse& piece : pieces) {
    response.set_member_count(response.member_count() + piece.member_count());
    response.set_all_count(response.all_count() + piece.all_count());
  }
  return response;
}

}  // namespace moadon
