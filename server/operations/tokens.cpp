#include "server/operations/tokens.h"

#include <openssl/evp.h>
#include <openssl/hmac.h>
#include <openssl/rand.h>
#include <openssl/sha.h>

#include "absl/strings/escaping.h"

namespace moadon {
namespace {

const unsigned char* bytes_of(absl::string_view text) {
  return reinterpret_cast<const unsigned char*>(text.data());
}

}  // namespace

absl::StatusOr<std::string> random_secret() {
  std::string secret(kSecretBytes, '\0');
  if (RAND_bytes(reinterpret_cast<unsigned char*>(secret.data()), kSecretBytes) != 1) {
    return absl::InternalError("no randomness");
  }
  return secret;
}

absl::StatusOr<std::string> new_token() {
  absl::StatusOr<std::string> secret = random_secret();
  if (!secret.ok()) return secret.status();
  std::string token = absl::WebSafeBase64Escape(*secret);
  while (!token.empty() && token.back() == '=') token.pop_back();
  return token;
}

std::string token_hash(absl::string_view token) {
  std::string hash(SHA256_DIGEST_LENGTH, '\0');
  SHA256(bytes_of(token), token.size(), reinterpret_cast<unsigned char*>(hash.data()));
  return hash;
}

std::string keyed_digest(absl::string_view key, std::initializer_list<absl::string_view> parts) {
  std::string text;
  for (const absl::string_view part : parts) {
    for (int shift = 0; shift < 64; shift += 8) {
      text.push_back(static_cast<char>(static_cast<uint64_t>(part.size()) >> shift));
    }
    text.append(part.data(), part.size());
  }
  std::string digest(SHA256_DIGEST_LENGTH, '\0');
  unsigned int size = 0;
  HMAC(EVP_sha256(), key.data(), static_cast<int>(key.size()), bytes_of(text), text.size(),
       reinterpret_cast<unsigned char*>(digest.data()), &size);
  return digest;
}

}  // namespace moadon
