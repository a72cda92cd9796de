// Events of a member's story from their rows.
#pragma once

#include <cstdint>

#include "absl/status/status.h"
#include "moadon/v1/story.pb.h"
#include "server/storage/story_store.h"

namespace moadon {

// Fills in what happened at a place that list_story_places gave in the same snapshot; date, time
// and member are the caller's. INTERNAL when its row is not there.
absl::Status fill_story_event(sqlite::Connection& connection, int64_t member_id,
                              const storage::StoryPlace& place, v1::StoryEvent& event);

}  // namespace moadon
