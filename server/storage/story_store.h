// A member's story as rows: what happened when, and where its row is.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "server/storage/decision_store.h"
#include "server/storage/member_details_store.h"
#include "server/storage/member_note_store.h"
#include "server/storage/member_sign_store.h"
#include "server/storage/points_store.h"
#include "server/storage/query.h"
#include "server/storage/tier_store.h"

namespace moadon::storage {

// The time of what belongs to a day, not to a moment: after all moments of the day.
inline constexpr int64_t kDaysMatterUs = 9'223'372'036'854'775'807;

// A place in the story of one member. Kinds are the field numbers of v1::StoryEvent.kind; number:
// what tells two of one kind and time apart, such as the sale's id or the entry's number.
struct StoryPlace {
  int64_t day = 0;
  int64_t time_us = 0;
  int kind = 0;
  int64_t number = 0;

  auto operator<=>(const StoryPlace&) const = default;
};

// First contact (4), sign-up (5), signs of interest (6), sales (7), returns (8), moves between
// stages (9) and tiers (10) and points (11) after a place, in order, at most `limit`. Looks at the
// member's rows of these kinds, whatever the limit, without what is in them.
absl::StatusOr<std::vector<StoryPlace>> list_story_places(Connection& connection, int64_t member_id,
                                                          const StoryPlace& after, int limit);

// A sale or return as the story tells it.
struct StoryPurchaseRow {
  std::string register_id;
  std::string receipt;
  std::string branch_id;
  int64_t paid_minor = 0;
  bool is_unlinked = false;  // a return without receipt, or one that waits for its sale
};
absl::StatusOr<std::optional<StoryPurchaseRow>> find_story_sale(Connection& connection,
                                                                int64_t member_id, int64_t sale_id);
absl::StatusOr<std::optional<StoryPurchaseRow>> find_story_return(Connection& connection,
                                                                  int64_t member_id,
                                                                  int64_t return_id);
absl::StatusOr<std::optional<SignRow>> find_sign(Connection& connection, int64_t member_id,
                                                 int64_t sign_us, int64_t kind);
absl::StatusOr<std::optional<TierMoveRow>> find_tier_move(Connection& connection, int64_t member_id,
                                                          int64_t position);

// What people said, wrote and decided: few for one member, and all read at once. By position.
template <typename Row>
struct Numbered {
  int64_t position = 0;
  Row row;
};
absl::StatusOr<std::vector<Numbered<ConsentRow>>> list_numbered_consents(Connection& connection,
                                                                         int64_t member_id);
absl::StatusOr<std::vector<Numbered<NoteRow>>> list_numbered_notes(Connection& connection,
                                                                   int64_t member_id);
// Without answers. Not notes, which are told as such, nor merges, which have rows of their own.
absl::StatusOr<std::vector<DecisionRow>> list_told_decisions(Connection& connection,
                                                             int64_t member_id);

}  // namespace moadon::storage
