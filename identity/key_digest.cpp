#include "identity/key_digest.h"

#include <openssl/core_names.h>
#include <openssl/evp.h>
#include <openssl/params.h>
#include <openssl/sha.h>

#include <utility>

namespace moadon {
namespace {

struct FreeMac {
  void operator()(EVP_MAC* mac) const { EVP_MAC_free(mac); }
  void operator()(EVP_MAC_CTX* context) const { EVP_MAC_CTX_free(context); }
};
using Context = std::unique_ptr<EVP_MAC_CTX, FreeMac>;

const unsigned char* bytes_of(absl::string_view text) {
  return reinterpret_cast<const unsigned char*>(text.data());
}

// HMAC-SHA256 that has taken in its key; null: no memory.
Context keyed_context(absl::string_view key) {
  const std::unique_ptr<EVP_MAC, FreeMac> mac(EVP_MAC_fetch(nullptr, OSSL_MAC_NAME_HMAC, nullptr));
  Context context(mac == nullptr ? nullptr : EVP_MAC_CTX_new(mac.get()));
  char digest_name[] = "SHA256";
  const OSSL_PARAM parameters[] = {
      OSSL_PARAM_construct_utf8_string(OSSL_MAC_PARAM_DIGEST, digest_name, 0),
      OSSL_PARAM_construct_end()};
  if (context == nullptr ||
      EVP_MAC_init(context.get(), bytes_of(key), key.size(), parameters) != 1) {
    return nullptr;
  }
  return context;
}

}  // namespace

// The context is only ever copied, which changes nothing in it.
struct KeyDigester::Keyed {
  explicit Keyed(Context made) : context(std::move(made)) {}
  const Context context;
};

KeyDigester::KeyDigester(absl::string_view digest_key)
    : keyed_(std::make_unique<Keyed>(keyed_context(digest_key))) {}

KeyDigester::~KeyDigester() = default;

std::string KeyDigester::digest(const NormalKey& key) const {
  const Context context(keyed_->context == nullptr ? nullptr
                                                   : EVP_MAC_CTX_dup(keyed_->context.get()));
  const auto kind = static_cast<unsigned char>(key.kind);
  unsigned char all[SHA256_DIGEST_LENGTH];
  size_t size = 0;
  if (context == nullptr || EVP_MAC_update(context.get(), &kind, 1) != 1 ||
      EVP_MAC_update(context.get(), bytes_of(key.value), key.value.size()) != 1 ||
      EVP_MAC_final(context.get(), all, &size, sizeof all) != 1 || size < kKeyDigestBytes) {
    return {};
  }
  return std::string(reinterpret_cast<const char*>(all), kKeyDigestBytes);
}

}  // namespace moadon
