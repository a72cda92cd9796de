// Keys of members who were erased: known again by a digest, never kept.
#pragma once

#include <cstdint>
#include <optional>
#include <string>

#include "absl/status/statusor.h"
#include "identity/normal_key.h"
#include "server/operations/club_view.h"
#include "server/storage/member_details_store.h"
#include "server/storage/member_store.h"

namespace moadon {

// The digest under which an erased member's key is remembered.
std::string erased_key_digest(const ClubView& view, const storage::KeyRow& key);

// What is known of a key that nobody holds.
struct ErasedHolder {
  bool was_held = false;                  // by somebody whose details were erased since
  std::optional<storage::MemberRow> row;  // they, when the key was still theirs at the time asked
};

// Of a document that came with a key at `time_us`, its effective time.
absl::StatusOr<ErasedHolder> find_erased_holder(sqlite::Connection& connection,
                                                const ClubView& view, const PresentedKey& presented,
                                                int64_t time_us);

// A key that somebody takes from now on is not the erased member's any more.
absl::Status forget_erased_key(sqlite::Connection& connection, const ClubView& view,
                               const storage::KeyRow& key);

}  // namespace moadon
