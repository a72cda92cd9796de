// The secret under which an agent keeps cards of members: in a file of its own, so that a copy of
// the cards alone tells nothing.
#pragma once

#include <string>

#include "absl/status/statusor.h"

namespace moadon::agent {

inline constexpr size_t kCardSecretBytes = 32;

// A secret and the two keys that come of it: HMAC-SHA256 (RFC 2104) of a label under the secret.
// Immutable.
class CardSecret final {
 public:
  // INTERNAL: no randomness, or no memory.
  static absl::StatusOr<CardSecret> make();
  // FAILED_PRECONDITION: there is no file at `path`, or it holds no secret.
  static absl::StatusOr<CardSecret> read(const std::string& path);

  // Replaces the file, readable for its owner only, durably.
  absl::Status write(const std::string& path) const;

  const std::string& digest_key() const { return digest_key_; }    // for KeyDigester
  const std::string& content_key() const { return content_key_; }  // for the cards' seal

 private:
  static absl::StatusOr<CardSecret> from(std::string secret);
  explicit CardSecret(std::string secret) : secret_(std::move(secret)) {}

  std::string secret_;
  std::string digest_key_;
  std::string content_key_;
};

}  // namespace moadon::agent
