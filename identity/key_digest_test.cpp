#include "identity/key_digest.h"

#include "absl/strings/escaping.h"
#include "tests/catch.h"

namespace moadon {
namespace {

NormalKey key(KeyKind kind, const std::string& value) { return {kind, value, value, std::nullopt}; }

TEST_CASE("a key's digest is the beginning of an HMAC-SHA256 over its kind and value") {
  // openssl dgst -sha256 -mac HMAC -macopt key:kkk... over the byte 01 and "+972541234567".
  const KeyDigester digester(std::string(kDigestKeyBytes, 'k'));
  CHECK(absl::BytesToHexString(digester.digest(key(KeyKind::kPhone, "+972541234567"))) ==
        "b624f402406f2922e126b65c6f0a3080");
}

TEST_CASE("another kind, value or secret is another digest, and the same is the same") {
  const KeyDigester digester(std::string(kDigestKeyBytes, 'a'));
  const KeyDigester other(std::string(kDigestKeyBytes, 'b'));
  const std::string digest = digester.digest(key(KeyKind::kCard, "1234"));
  CHECK(digest.size() == kKeyDigestBytes);
  CHECK(digest == digester.digest(key(KeyKind::kCard, "1234")));
  CHECK(digest != digester.digest(key(KeyKind::kWallet, "1234")));
  CHECK(digest != digester.digest(key(KeyKind::kCard, "1235")));
  CHECK(digest != other.digest(key(KeyKind::kCard, "1234")));
}

}  // namespace
}  // namespace moadon
