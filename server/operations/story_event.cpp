#include "server/operations/story_event.h"

#include <optional>

#include "server/operations/list_points.h"
#include "server/operations/member_message.h"
#include "server/operations/member_profile.h"
#include "server/storage/member_origin_store.h"
#include "server/storage/stage_move_store.h"

namespace moadon {
namespace {

absl::Status lost_row() { return absl::InternalError("a row of the story is not there"); }

// Makes `message` of a row that must be there.
template <typename Row, typename Message, typename Make>
absl::Status fill(const absl::StatusOr<std::optional<Row>>& row, Message& message, Make make) {
  if (!row.ok()) return row.status();
  if (!*row) return lost_row();
  message = make(**row);
  return absl::OkStatus();
}

v1::StoryPurchase purchase_message(const storage::StoryPurchaseRow& row) {
  v1::StoryPurchase purchase;
  purchase.set_register_id(row.register_id);
  purchase.set_receipt(row.receipt);
  purchase.set_branch_id(row.branch_id);
  purchase.set_paid_minor(row.paid_minor);
  purchase.set_is_unlinked(row.is_unlinked);
  return purchase;
}

// Of a contact at an instant: branch and source are known only of the earliest that had them.
absl::Status fill_contact(sqlite::Connection& connection, int64_t member_id, int64_t time_us,
                          v1::StoryContact& contact) {
  const auto origin = storage::find_origin(connection, member_id);
  if (!origin.ok()) return origin.status();
  if (!*origin) return absl::OkStatus();
  if ((*origin)->branch_us == time_us) contact.set_branch_id((*origin)->branch_id);
  if ((*origin)->source_us == time_us) {
    *contact.mutable_source() = source_message((*origin)->source);
  }
  return absl::OkStatus();
}

absl::Status fill_points(sqlite::Connection& connection, int64_t member_id, int64_t entry_number,
                         v1::PointsEntry& entry) {
  const auto rows = storage::list_points_entries(connection, member_id, entry_number - 1, 1);
  if (!rows.ok()) return rows.status();
  if (rows->empty()) return lost_row();
  entry = entry_message(rows->front());
  return absl::OkStatus();
}

}  // namespace

absl::Status fill_story_event(sqlite::Connection& connection, int64_t member_id,
                              const storage::StoryPlace& place, v1::StoryEvent& event) {
  switch (place.kind) {
    case v1::StoryEvent::kFirstContact:
      return fill_contact(connection, member_id, place.time_us, *event.mutable_first_contact());
    case v1::StoryEvent::kSignUp:
      return fill_contact(connection, member_id, place.time_us, *event.mutable_sign_up());
    case v1::StoryEvent::kSign:
      return fill(storage::find_sign(connection, member_id, place.time_us, place.number),
                  *event.mutable_sign(), sign_message);
    case v1::StoryEvent::kPurchase:
      return fill(storage::find_story_sale(connection, member_id, place.number),
                  *event.mutable_purchase(), purchase_message);
    case v1::StoryEvent::kReturned:
      return fill(storage::find_story_return(connection, member_id, place.number),
                  *event.mutable_returned(), purchase_message);
    case v1::StoryEvent::kStageMove:
      return fill(storage::last_stage_move_before(connection, member_id, place.day + 1),
                  *event.mutable_stage_move(), move_message);
    case v1::StoryEvent::kTierMove:
      return fill(storage::find_tier_move(connection, member_id, place.number),
                  *event.mutable_tier_move(), tier_move_message);
    case v1::StoryEvent::kPoints:
      return fill_points(connection, member_id, place.number, *event.mutable_points());
    default:
      return absl::InternalError("an event of a kind that has no rows");
  }
}

}  // namespace moadon
