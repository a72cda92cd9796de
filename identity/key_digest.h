// A key that can be recognised but not read: what an agent keeps of the keys of members.
#pragma once

#include <memory>
#include <string>

#include "absl/strings/string_view.h"
#include "identity/normal_key.h"

namespace moadon {

inline constexpr size_t kDigestKeyBytes = 32;
inline constexpr size_t kKeyDigestBytes = 16;

// Digests of keys under one secret: the first 16 bytes of HMAC-SHA256 (RFC 2104) over the kind as
// one byte and the normal value. Without the secret a digest does not tell its key, though there
// are few phone numbers; with it whoever asks must have the whole key. Thread-safe.
class KeyDigester final {
 public:
  // `digest_key` has kDigestKeyBytes.
  explicit KeyDigester(absl::string_view digest_key);
  ~KeyDigester();
  KeyDigester(const KeyDigester&) = delete;
  KeyDigester& operator=(const KeyDigester&) = delete;

  // kKeyDigestBytes; empty when the library has no memory left.
  std::string digest(const NormalKey& key) const;

 private:
  struct Keyed;
  const std::unique_ptr<const Keyed> keyed_;
};

}  // namespace moadon
