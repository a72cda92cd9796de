#include "client/agent/card_secret.h"

#include <openssl/evp.h>
#include <openssl/hmac.h>
#include <openssl/rand.h>

#include <fstream>
#include <iterator>

#include "absl/strings/string_view.h"
#include "client/agent/agent_directory.h"

namespace moadon::agent {
namespace {

constexpr absl::string_view kDigestLabel = "moadon card digests";
constexpr absl::string_view kContentLabel = "moadon card contents";

std::string derived(const std::string& secret, absl::string_view label) {
  unsigned char bytes[EVP_MAX_MD_SIZE];
  unsigned int size = 0;
  const auto* const text = reinterpret_cast<const unsigned char*>(label.data());
  const bool is_made = HMAC(EVP_sha256(), secret.data(), static_cast<int>(secret.size()), text,
                            label.size(), bytes, &size) != nullptr;
  return is_made ? std::string(reinterpret_cast<const char*>(bytes), size) : std::string();
}

}  // namespace

absl::StatusOr<CardSecret> CardSecret::from(std::string secret) {
  CardSecret made(std::move(secret));
  made.digest_key_ = derived(made.secret_, kDigestLabel);
  made.content_key_ = derived(made.secret_, kContentLabel);
  if (made.digest_key_.empty() || made.content_key_.empty()) {
    return absl::InternalError("the keys of the cards could not be made");
  }
  return made;
}

absl::StatusOr<CardSecret> CardSecret::make() {
  std::string secret(kCardSecretBytes, '\0');
  if (RAND_bytes(reinterpret_cast<unsigned char*>(secret.data()), kCardSecretBytes) != 1) {
    return absl::InternalError("no random bytes for the secret of the cards");
  }
  return from(std::move(secret));
}

absl::StatusOr<CardSecret> CardSecret::read(const std::string& path) {
  std::ifstream file(path, std::ios::binary);
  std::string secret((std::istreambuf_iterator<char>(file)), std::istreambuf_iterator<char>());
  if (secret.size() != kCardSecretBytes) {
    return absl::FailedPreconditionError("there is no secret for cards");
  }
  return from(std::move(secret));
}

absl::Status CardSecret::write(const std::string& path) const {
  return AgentDirectory::write_file(path, secret_);
}

}  // namespace moadon::agent
