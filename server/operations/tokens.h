// Secrets: making them, and what is kept of them.
#pragma once

#include <cstddef>
#include <initializer_list>
#include <string>

#include "absl/status/statusor.h"
#include "absl/strings/string_view.h"

namespace moadon {

inline constexpr size_t kSecretBytes = 32;

// Bytes nobody can guess.
absl::StatusOr<std::string> random_secret();
// A token for people and programs to carry: a secret in 43 letters, digits, - and _.
absl::StatusOr<std::string> new_token();
// What is kept of a token. A plain SHA-256: tokens have too much chance in them to be searched for.
std::string token_hash(absl::string_view token);
// HMAC-SHA256 of `parts`, each preceded by its length.
std::string keyed_digest(absl::string_view key, std::initializer_list<absl::string_view> parts);

}  // namespace moadon
