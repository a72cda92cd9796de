// Whom entries in the owner's queue tell of, and how they are forgotten.
#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "absl/strings/string_view.h"
#include "identity/normal_key.h"
#include "server/operations/club_view.h"
#include "server/operations/writer_state.h"
#include "server/storage/handed_over_store.h"

namespace moadon {

// Worked out from an entry's content and context.
struct HandedPerson {
  PresentedKey keys;               // whatever its keys may be
  std::vector<std::string> names;  // ids and provisional ids by which it says whose it is
  int64_t time_us = 0;             // of the commit, by the server's clock where the agent knew it
};
HandedPerson handed_person(const storage::HandedRow& row, const ClubView& view);

// Whether the entry tells of somebody whose details were erased: by a key that was theirs and is
// nobody's since, or by the member it names. Who signs up at the erasure or later is somebody new.
absl::StatusOr<bool> is_of_erased(sqlite::Connection& connection, const ClubView& view,
                                  const storage::HandedRow& row, const HandedPerson& person);

// What the server itself notes of an entry that nobody need look at.
struct QueueNote {
  absl::string_view english;
  absl::string_view hebrew;
};
inline constexpr QueueNote kErasedNote{"the member's details were erased", "פרטי החבר נמחקו"};
// In the language of the program in force; without one in English.
std::string text_of(const QueueNote& note, WriterState& state);

// Settles all such entries, and adds to `texts` what of them must be found nowhere in the file. On
// the writer's thread, a page of the queue at a time.
absl::Status forget_erased_in_queue(sqlite::Connection& connection, WriterState& state,
                                    std::vector<std::string>& texts);

}  // namespace moadon
