#include "server/operations/list_points.h"

#include <string>
#include <utility>

#include "absl/strings/str_cat.h"
#include "rules/calendar.h"
#include "rules/check.h"
#include "rules/refusal.h"
#include "server/operations/find_by_key.h"
#include "server/operations/member_message.h"
#include "server/operations/page_token.h"

namespace moadon {
namespace {

constexpr int kDefaultEntries = 100;
constexpr int kMaxEntries = 1000;
constexpr size_t kMaxIdBytes = 64;

// The last entry of the page before; 0: from the first.
absl::StatusOr<int64_t> last_entry_of(absl::string_view call, const std::string& token) {
  if (token.empty()) return 0;
  const auto parts = page_token_parts(call, token, 1);
  if (!parts.ok()) return parts.status();
  return page_token_number(parts->front());
}

}  // namespace

v1::PointsEntry entry_message(const storage::PointsEntryRow& row) {
  v1::PointsEntry entry;
  entry.set_entry_number(row.entry_number);
  entry.set_entry_date(format_day(day_of_number(row.entry_day)));
  entry.set_kind(static_cast<v1::PointsEntryKind>(row.kind));
  entry.set_points_milli(row.points_milli);
  entry.set_source(row.source);
  entry.set_lot_number(row.lot_number);
  *entry.mutable_record_time() = timestamp_of(row.record_us);
  entry.set_note(row.note);
  entry.set_actor(row.actor);
  return entry;
}

absl::StatusOr<v1::ListPointsResponse> list_points(Club& club,
                                                   const v1::ListPointsRequest& request) {
  const absl::Status form =
      check_text(request.member_id(), kMaxIdBytes, Presence::kRequired, "member_id");
  if (!form.ok()) return form;
  const auto page_size = checked_page_size(request.page_size(), kDefaultEntries, kMaxEntries);
  if (!page_size.ok()) return page_size.status();
  const std::string call = absl::StrCat("points of ", request.member_id());
  const absl::StatusOr<int64_t> after = last_entry_of(call, request.page_token());
  if (!after.ok()) return after.status();
  const ClubViewPtr view = club.view();
  if (!view->has_program()) return refuse(v1::REASON_MEMBER_UNKNOWN, "there are no members yet");
  auto reader = club.database().readers().lease_snapshot();
  if (!reader.ok()) return reader.status();
  const absl::StatusOr<storage::MemberRow> row = find_by_id(**reader, request.member_id());
  if (!row.ok()) return row.status();
  absl::StatusOr<v1::MemberFacts> facts =
      facts_message(**reader, *row, {*view, club.clock().now_us()});
  if (!facts.ok()) return facts.status();
  const auto entries = storage::list_points_entries(**reader, row->member_id, *after, *page_size);
  if (!entries.ok()) return entries.status();
  v1::ListPointsResponse response;
  for (const storage::PointsEntryRow& entry : *entries) {
    *response.add_entries() = entry_message(entry);
  }
  if (facts->has_points()) *response.mutable_standing() = std::move(*facts->mutable_points());
  if (static_cast<int>(entries->size()) == *page_size) {
    response.set_next_page_token(page_token(call, {absl::StrCat(entries->back().entry_number)}));
  }
  return response;
}

}  // namespace moadon
