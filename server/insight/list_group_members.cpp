#include "server/insight/list_group_members.h"

#include <algorithm>
#include <limits>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "absl/strings/escaping.h"
#include "absl/strings/str_cat.h"
#include "rules/calendar.h"
#include "rules/check.h"
#include "server/insight/ask_members.h"
#include "server/insight/club_scan.h"
#include "server/insight/group_member.h"
#include "server/insight/group_question.h"
#include "server/insight/top_border.h"
#include "server/operations/page_token.h"
#include "server/operations/request_digest.h"

namespace moadon {
namespace {

constexpr int kDefaultGroupMembers = 1000;
constexpr int kMaxGroupMembers = 5000;
constexpr char kCall[] = "group_members";
constexpr size_t kDigestBytes = 16;  // of a question: enough to tell questions apart

// What a token carries, so that all pages are of the question that the first was of.
struct Place {
  absl::CivilDay today;
  int64_t border_minor = 0;
  int64_t after_id = storage::kNobody;
};

std::string digest_of(const ClubView& view, const v1::Question& question) {
  return absl::BytesToHexString(request_digest(view, question).substr(0, kDigestBytes));
}

std::string token_of(const std::string& digest, const Place& place) {
  return page_token(kCall, {digest, absl::StrCat(day_number(place.today)),
                            absl::StrCat(place.border_minor), absl::StrCat(place.after_id)});
}

absl::StatusOr<Place> place_of(const std::string& token, const std::string& digest) {
  const auto parts = page_token_parts(kCall, token, 4);
  if (!parts.ok()) return parts.status();
  int64_t numbers[3];
  for (size_t i = 0; i < 3; ++i) {
    const absl::StatusOr<int64_t> number = page_token_number((*parts)[i + 1]);
    if (!number.ok()) return number.status();
    numbers[i] = *number;
  }
  const bool is_day = numbers[0] >= 0 && numbers[0] <= day_number(absl::CivilDay(9999, 12, 30));
  if ((*parts)[0] != digest || !is_day || numbers[2] < 0) return invalid_page_token();
  return Place{day_of_number(numbers[0]), numbers[1], numbers[2]};
}

absl::StatusOr<Place> first_place(Club& club, const AskedQuestion& asked) {
  Place place;
  place.today = asked.on().today;
  if (asked.top() == nullptr) return place;
  absl::StatusOr<ClubScan> scan = ClubScan::open(club);
  if (!scan.ok()) return scan.status();
  const absl::StatusOr<int64_t> border = top_border(*scan, *asked.top(), place.today);
  if (!border.ok()) return border.status();
  place.border_minor = *border;
  return place;
}

// Adds the members after place.after_id to a page of `page_size`. True when there may be more:
// then place.after_id is the last who was looked at.
absl::StatusOr<bool> fill_page(sqlite::Connection& connection, const Asking& asking, int page_size,
                               Place& place, v1::ListGroupMembersResponse& response) {
  constexpr int64_t kLast = std::numeric_limits<int64_t>::max();
  std::vector<storage::StandingRow> rows;
  int seen = 0;
  bool has_more = false;
  absl::Status read = ask_members(
      connection, asking, {place.after_id, kLast}, [&](const storage::StandingRow& row, bool fits) {
        place.after_id = row.member_id;
        if (fits) rows.push_back(row);
        has_more = ++seen == kMembersPerGroupPage || rows.size() == static_cast<size_t>(page_size);
        return !has_more;
      });
  for (const storage::StandingRow& row : rows) {
    if (!read.ok()) break;
    absl::StatusOr<v1::GroupMember> member = group_member(connection, row, asking.lost);
    if (member.ok()) *response.add_members() = *std::move(member);
    read = member.status();
  }
  if (!read.ok()) return read;
  return has_more;
}

}  // namespace

absl::StatusOr<v1::ListGroupMembersResponse> list_group_members(
    Club& club, const v1::ListGroupMembersRequest& request) {
  const ClubViewPtr view = club.view();
  absl::Status form = check_group_asked(request, view->settings());
  const auto page_size =
      checked_page_size(request.page_size(), kDefaultGroupMembers, kMaxGroupMembers);
  form.Update(page_size.status());
  if (!form.ok()) return form;
  const absl::StatusOr<v1::Question> question =
      question_asked(*club.database().readers().lease(), *view, request);
  if (!question.ok()) return question.status();
  const int64_t now_us = club.clock().now_us();
  const std::string digest = digest_of(*view, *question);
  const auto ask_on = [&](absl::CivilDay day) {
    return AskedQuestion(*question, {day, stage_numbers_on(*view, day)});
  };
  absl::StatusOr<Place> place = request.page_token().empty()
                                    ? first_place(club, ask_on(view->day_of(now_us)))
                                    : place_of(request.page_token(), digest);
  if (!place.ok()) return place.status();
  AskedQuestion asked = ask_on(place->today);
  asked.set_top_border(place->border_minor);

  auto reader = club.database().readers().lease_snapshot();
  if (!reader.ok()) return reader.status();
  const absl::StatusOr<LostMembers> lost = lost_members(**reader);
  if (!lost.ok()) return lost.status();
  v1::ListGroupMembersResponse response;
  const absl::StatusOr<bool> has_more =
      fill_page(**reader, {*view, now_us, asked, *lost}, *page_size, *place, response);
  if (!has_more.ok()) return has_more.status();
  if (*has_more) response.set_next_page_token(token_of(digest, *place));
  return response;
}

}  // namespace moadon
