#include "client/cli/global_options.h"

#include <cstdlib>

namespace moadon::cli {
namespace {

constexpr const char* kDefaultServer = "127.0.0.1:7070";

std::string from_environment(const char* name) {
  const char* const value = std::getenv(name);
  return value == nullptr ? "" : value;
}

// The user's language as the C library orders the variables.
std::string system_language() {
  for (const char* name : {"LC_ALL", "LC_MESSAGES", "LANG"}) {
    if (std::string value = from_environment(name); !value.empty()) return value;
  }
  return "";
}

}  // namespace

GlobalOptionsParser::GlobalOptionsParser(CLI::App& app) {
  options_.server = kDefaultServer;
  app.add_option("--server", options_.server, "The server's gRPC address")
      ->envname("MOADON_SERVER")
      ->capture_default_str();
  app.add_option("--token-file", options_.token_file,
                 "File with the owner's token (environment: also MOADON_TOKEN, the token itself)");
  app.add_option("--tls-ca", options_.tls.ca_file, "Who signs the server's certificate (PEM)")
      ->envname("MOADON_TLS_CA");
  app.add_option("--tls-cert", options_.tls.certificate_file, "Our certificate (PEM)")
      ->envname("MOADON_TLS_CERT");
  app.add_option("--tls-key", options_.tls.private_key_file, "Its private key (PEM)")
      ->envname("MOADON_TLS_KEY");
  app.add_option("--tls-name", options_.tls.server_name, "The name in the server's certificate")
      ->envname("MOADON_TLS_NAME");
  app.add_option("--language", language_, "Of words and tables; default: as LANG says")
      ->envname("MOADON_LANGUAGE")
      ->check(CLI::IsMember({"he", "en"}));
  app.add_flag("--json", options_.json, "Data, and refusals, as JSON");
}

GlobalOptions GlobalOptionsParser::options() const {
  GlobalOptions options = options_;
  options.language = language_of(language_.empty() ? system_language() : language_);
  options.chosen_language = language_;
  if (!options.token_file.empty()) return options;
  options.token = from_environment("MOADON_TOKEN");
  if (options.token.empty()) options.token_file = from_environment("MOADON_TOKEN_FILE");
  return options;
}

}  // namespace moadon::cli
