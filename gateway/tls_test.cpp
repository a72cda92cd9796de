// Mutual TLS: only clients with a certificate of the named authority get past the handshake.
#include <curl/curl.h>
#include <openssl/evp.h>
#include <openssl/pem.h>
#include <openssl/x509v3.h>

#include <cstdio>
#include <filesystem>
#include <memory>
#include <string>

#include "absl/strings/str_cat.h"
#include "gateway/testing/echo_server.h"
#include "tests/catch.h"

namespace moadon::gateway_testing {
namespace {

using Key = std::unique_ptr<EVP_PKEY, decltype(&EVP_PKEY_free)>;
using Certificate = std::unique_ptr<X509, decltype(&X509_free)>;

constexpr long kValidSeconds = 3600;

// A certificate that signed itself, its own authority, in two PEM files of a private directory.
class SelfSigned final {
 public:
  explicit SelfSigned(const std::filesystem::path& stem)
      : certificate_file(stem.string() + ".pem"), key_file(stem.string() + ".key") {
    const Key key(EVP_EC_gen("P-256"), &EVP_PKEY_free);
    const Certificate certificate(X509_new(), &X509_free);
    X509_set_version(certificate.get(), 2);
    ASN1_INTEGER_set(X509_get_serialNumber(certificate.get()), 1);
    X509_gmtime_adj(X509_getm_notBefore(certificate.get()), -kValidSeconds);
    X509_gmtime_adj(X509_getm_notAfter(certificate.get()), kValidSeconds);
    X509_set_pubkey(certificate.get(), key.get());
    X509_NAME* name = X509_get_subject_name(certificate.get());
    X509_NAME_add_entry_by_txt(name, "CN", MBSTRING_ASC,
                               reinterpret_cast<const unsigned char*>(stem.filename().c_str()), -1,
                               -1, 0);
    X509_set_issuer_name(certificate.get(), name);
    X509_EXTENSION* names =
        X509V3_EXT_conf_nid(nullptr, nullptr, NID_subject_alt_name, "IP:127.0.0.1");
    X509_add_ext(certificate.get(), names, -1);
    X509_EXTENSION_free(names);
    REQUIRE(X509_sign(certificate.get(), key.get(), EVP_sha256()) > 0);
    write(certificate_file,
          [&](std::FILE* file) { return PEM_write_X509(file, certificate.get()); });
    write(key_file, [&](std::FILE* file) {
      return PEM_write_PrivateKey(file, key.get(), nullptr, nullptr, 0, nullptr, nullptr);
    });
  }

  const std::string certificate_file;
  const std::string key_file;

 private:
  template <class Writer>
  static void write(const std::string& path, Writer writer) {
    const std::unique_ptr<std::FILE, int (*)(std::FILE*)> file(std::fopen(path.c_str(), "w"),
                                                               &std::fclose);
    REQUIRE(file != nullptr);
    REQUIRE(writer(file.get()) == 1);
  }
};

// The HTTP code of GET /healthz, 0 when there was no answer.
long health(const std::string& scheme, std::uint16_t port, const SelfSigned& server,
            const SelfSigned* client) {
  const std::unique_ptr<CURL, decltype(&curl_easy_cleanup)> curl(curl_easy_init(),
                                                                 &curl_easy_cleanup);
  const std::string url = absl::StrCat(scheme, "://127.0.0.1:", port, "/healthz");
  curl_easy_setopt(curl.get(), CURLOPT_URL, url.c_str());
  curl_easy_setopt(curl.get(), CURLOPT_NOPROXY, "*");
  curl_easy_setopt(curl.get(), CURLOPT_TIMEOUT, 10L);
  curl_easy_setopt(curl.get(), CURLOPT_NOBODY, 0L);
  curl_easy_setopt(curl.get(), CURLOPT_CAINFO, server.certificate_file.c_str());
  curl_easy_setopt(
      curl.get(), CURLOPT_WRITEFUNCTION,
      +[](char*, std::size_t, std::size_t count, void*) { return count; });
  if (client != nullptr) {
    curl_easy_setopt(curl.get(), CURLOPT_SSLCERT, client->certificate_file.c_str());
    curl_easy_setopt(curl.get(), CURLOPT_SSLKEY, client->key_file.c_str());
  }
  long status = 0;
  if (curl_easy_perform(curl.get()) != CURLE_OK) return 0;
  curl_easy_getinfo(curl.get(), CURLINFO_RESPONSE_CODE, &status);
  return status;
}

TEST_CASE("with a client authority only its certificates get an answer") {
  char pattern[] = "/tmp/moadon_tls_XXXXXX";
  REQUIRE(mkdtemp(pattern) != nullptr);
  const std::filesystem::path directory(pattern);
  const SelfSigned server_certificate(directory / "server");
  const SelfSigned known(directory / "known");
  const SelfSigned stranger(directory / "stranger");
  {
    HttpGatewayOptions options;
    options.tls = {server_certificate.certificate_file, server_certificate.key_file,
                   known.certificate_file};
    EchoServer server(std::move(options));
    CHECK(health("https", server.port(), server_certificate, &known) == 200);
    CHECK(health("https", server.port(), server_certificate, &stranger) == 0);
    CHECK(health("https", server.port(), server_certificate, nullptr) == 0);
    CHECK(health("http", server.port(), server_certificate, nullptr) == 0);
    CHECK(health("https", server.port(), server_certificate, &known) == 200);
  }
  std::filesystem::remove_all(directory);
}

}  // namespace
}  // namespace moadon::gateway_testing
