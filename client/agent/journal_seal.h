// What the journal keeps of customers is sealed: a disk without the agent's key file tells nothing
// of it, and a value that was changed, or moved to another place, is not opened.
//
// A sealed value: 12 random bytes (the nonce), the ciphertext, a tag of 16 bytes; AES-256-GCM (NIST
// SP 800-38D) with the value's place as associated data. With random nonces one key is good for
// 2^32 values.
#pragma once

#include <cstdint>
#include <optional>
#include <string>

#include "absl/status/statusor.h"
#include "absl/strings/string_view.h"

namespace moadon::agent {

inline constexpr size_t kJournalKeyBytes = 32;

// Where a value stands: table, column, and the row's identity.
std::string entry_place(absl::string_view column, absl::string_view register_id, int64_t sequence);
std::string hold_place(absl::string_view column, absl::string_view register_id,
                       absl::string_view request_id);

// When and where a hold was priced, as the columns say it. A view of whoever asks.
struct HoldOccasion {
  absl::string_view branch_id;
  int64_t business_day = 0;
  int64_t minute_of_day = 0;
};
// Of a hold's context, which opens only beside the occasion it was priced for.
std::string hold_context_place(absl::string_view register_id, absl::string_view request_id,
                               const HoldOccasion& occasion);

// Seals and opens under one key. Thread-safe.
class JournalSeal final {
 public:
  // `key` has kJournalKeyBytes.
  explicit JournalSeal(std::string key) : key_(std::move(key)) {}

  // INTERNAL: the library has no memory or no randomness.
  absl::StatusOr<std::string> seal(absl::string_view plain, absl::string_view place) const;
  // Nothing: not sealed with this key for this place, or changed since.
  std::optional<std::string> open(absl::string_view sealed, absl::string_view place) const;

  // `text`, which stays readable, and behind it what vouches for it in its place: a line feed and
  // the seal of nothing in hexadecimal.
  absl::StatusOr<std::string> vouch_for(absl::string_view text, absl::string_view place) const;
  // The text that was vouched for. Nothing: not by this key for this place, or changed since.
  std::optional<std::string> vouched(absl::string_view text, absl::string_view place) const;

  // A key of 32 bytes for another purpose: HMAC-SHA256 of its name under this key. Empty: the
  // library has no memory.
  std::string derived_key(absl::string_view purpose) const;

 private:
  const std::string key_;
};

}  // namespace moadon::agent
