#include "client/agent/journal_seal.h"

#include <openssl/evp.h>
#include <openssl/hmac.h>
#include <openssl/rand.h>

#include <memory>

#include "absl/strings/escaping.h"
#include "absl/strings/str_cat.h"

namespace moadon::agent {
namespace {

constexpr int kNonceBytes = 12;
constexpr int kTagBytes = 16;

struct FreeCipher {
  void operator()(EVP_CIPHER_CTX* context) const { EVP_CIPHER_CTX_free(context); }
};
using Context = std::unique_ptr<EVP_CIPHER_CTX, FreeCipher>;

const unsigned char* bytes_of(absl::string_view text) {
  return reinterpret_cast<const unsigned char*>(text.data());
}
unsigned char* bytes_of(std::string& text) { return reinterpret_cast<unsigned char*>(text.data()); }

std::string vouched_place(absl::string_view text, absl::string_view place) {
  return absl::StrCat("vouched\n", place, "\n", text);
}

absl::Status library_failed() { return absl::InternalError("a value could not be sealed"); }

}  // namespace

std::string entry_place(absl::string_view column, absl::string_view register_id, int64_t sequence) {
  return absl::StrCat("entry\n", column, "\n", register_id, "\n", sequence);
}

std::string hold_place(absl::string_view column, absl::string_view register_id,
                       absl::string_view request_id) {
  return absl::StrCat("hold\n", column, "\n", register_id, "\n", request_id);
}

std::string hold_context_place(absl::string_view register_id, absl::string_view request_id,
                               const HoldOccasion& occasion) {
  return absl::StrCat(hold_place("context", register_id, request_id), "\n", occasion.branch_id,
                      "\n", occasion.business_day, "\n", occasion.minute_of_day);
}

absl::StatusOr<std::string> JournalSeal::seal(absl::string_view plain,
                                              absl::string_view place) const {
  std::string sealed(kNonceBytes + plain.size() + kTagBytes, '\0');
  unsigned char* const nonce = bytes_of(sealed);
  unsigned char* const body = nonce + kNonceBytes;
  const Context context(EVP_CIPHER_CTX_new());
  int size = 0;
  const bool is_done =
      context != nullptr && RAND_bytes(nonce, kNonceBytes) == 1 &&
      EVP_EncryptInit_ex(context.get(), EVP_aes_256_gcm(), nullptr, bytes_of(key_), nonce) == 1 &&
      EVP_EncryptUpdate(context.get(), nullptr, &size, bytes_of(place),
                        static_cast<int>(place.size())) == 1 &&
      EVP_EncryptUpdate(context.get(), body, &size, bytes_of(plain),
                        static_cast<int>(plain.size())) == 1 &&
      EVP_EncryptFinal_ex(context.get(), body + plain.size(), &size) == 1 &&
      EVP_CIPHER_CTX_ctrl(context.get(), EVP_CTRL_GCM_GET_TAG, kTagBytes, body + plain.size()) == 1;
  if (!is_done) return library_failed();
  return sealed;
}

std::optional<std::string> JournalSeal::open(absl::string_view sealed,
                                             absl::string_view place) const {
  if (sealed.size() < kNonceBytes + kTagBytes) return std::nullopt;
  const absl::string_view body =
      sealed.substr(kNonceBytes, sealed.size() - kNonceBytes - kTagBytes);
  std::string tag(sealed.substr(kNonceBytes + body.size()));
  std::string plain(body.size(), '\0');
  const Context context(EVP_CIPHER_CTX_new());
  int size = 0;
  unsigned char rest[EVP_MAX_BLOCK_LENGTH];  // GCM leaves none
  const bool is_open =
      context != nullptr &&
      EVP_DecryptInit_ex(context.get(), EVP_aes_256_gcm(), nullptr, bytes_of(key_),
                         bytes_of(sealed)) == 1 &&
      EVP_DecryptUpdate(context.get(), nullptr, &size, bytes_of(place),
                        static_cast<int>(place.size())) == 1 &&
      EVP_DecryptUpdate(context.get(), bytes_of(plain), &size, bytes_of(body),
                        static_cast<int>(body.size())) == 1 &&
      EVP_CIPHER_CTX_ctrl(context.get(), EVP_CTRL_GCM_SET_TAG, kTagBytes, tag.data()) == 1 &&
      EVP_DecryptFinal_ex(context.get(), rest, &size) == 1;
  if (!is_open) return std::nullopt;
  return plain;
}

absl::StatusOr<std::string> JournalSeal::vouch_for(absl::string_view text,
                                                   absl::string_view place) const {
  const auto sealed = seal("", vouched_place(text, place));
  if (!sealed.ok()) return sealed;
  return absl::StrCat(text, "\n", absl::BytesToHexString(*sealed));
}

std::optional<std::string> JournalSeal::vouched(absl::string_view text,
                                                absl::string_view place) const {
  const size_t end = text.rfind('\n');
  if (end == absl::string_view::npos) return std::nullopt;
  const absl::string_view plain = text.substr(0, end);
  const std::string sealed = absl::HexStringToBytes(text.substr(end + 1));
  if (!open(sealed, vouched_place(plain, place))) return std::nullopt;
  return std::string(plain);
}

std::string JournalSeal::derived_key(absl::string_view purpose) const {
  unsigned char bytes[EVP_MAX_MD_SIZE];
  unsigned int size = 0;
  const bool is_made = HMAC(EVP_sha256(), key_.data(), static_cast<int>(key_.size()),
                            bytes_of(purpose), purpose.size(), bytes, &size) != nullptr;
  return is_made ? std::string(reinterpret_cast<const char*>(bytes), size) : std::string();
}

}  // namespace moadon::agent
