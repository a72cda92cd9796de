#include "server/options.h"

#include <CLI/CLI.hpp>
#include <iostream>
#include <utility>

#include "absl/strings/str_cat.h"

namespace moadon {
namespace {

constexpr char kDefaultGrpc[] = "127.0.0.1:7070";
constexpr char kDefaultHttp[] = "127.0.0.1:7071";

absl::Status check_reach(const ServerOptions& options, const rpc::ListenAddress& address) {
  if (address.is_loopback() || options.tls.is_set() || options.allow_insecure) {
    return absl::OkStatus();
  }
  return absl::FailedPreconditionError(absl::StrCat(
      to_string(address), " can be reached from other machines: give --tls-cert, --tls-key and ",
      "--tls-client-ca (mutual TLS), or --insecure if something else protects it"));
}

}  // namespace

absl::Status check_options(const ServerOptions& options) {
  const rpc::TlsFiles& tls = options.tls;
  if (tls.certificate.empty() != tls.key.empty() || tls.key.empty() != tls.client_ca.empty()) {
    return absl::InvalidArgumentError(
        "mutual TLS needs all of --tls-cert, --tls-key and --tls-client-ca");
  }
  absl::Status checked = check_reach(options, options.grpc);
  if (checked.ok()) checked = check_reach(options, options.http);
  return checked;
}

ParsedOptions parse_options(int argc, const char* const* argv) {
  ServerOptions options;
  std::string grpc = kDefaultGrpc;
  std::string http = kDefaultHttp;
  CLI::App app("moadond, the server of one customer club");
  app.set_version_flag("--version", std::string("moadond ") + MOADON_VERSION);
  app.add_option("--data", options.data_directory, "Directory of the club's data; made if missing")
      ->required();
  app.add_option("--listen", grpc, "Address and port for gRPC; port 0 picks one")
      ->capture_default_str();
  app.add_option("--http", http, "Address and port for HTTP with JSON; port 0 picks one")
      ->capture_default_str();
  app.add_option("--http-host", options.http_hosts,
                 "A name under which HTTP callers reach this server; may be repeated")
      ->allow_extra_args(false);
  app.add_option("--tls-cert", options.tls.certificate, "Certificate chain, PEM");
  app.add_option("--tls-key", options.tls.key, "Private key, PEM");
  app.add_option("--tls-client-ca", options.tls.client_ca,
                 "Whoever signs the certificates of our clients, PEM");
  app.add_flag("--insecure", options.allow_insecure,
               "Listen without TLS on an address that other machines can reach");
  app.add_option("--port-file", options.port_file, "Write a copy of DATA/moadond.json here");
  app.add_option("--log-level", options.log_level, "debug, info, warn or error")
      ->check(CLI::IsMember({"debug", "info", "warn", "error"}))
      ->default_val("info");
  try {
    app.parse(argc, argv);
  } catch (const CLI::ParseError& error) {
    const bool helped = error.get_exit_code() == 0;
    app.exit(error);
    return {absl::nullopt, helped ? kExitStopped : kExitUsage};
  }
  const auto grpc_address = rpc::parse_listen_address(grpc);
  const auto http_address = rpc::parse_listen_address(http);
  absl::Status checked = grpc_address.status();
  if (checked.ok()) checked = http_address.status();
  if (checked.ok()) {
    options.grpc = *grpc_address;
    options.http = *http_address;
    checked = check_options(options);
  }
  if (!checked.ok()) {
    std::cerr << "moadond: " << std::string(checked.message()) << "\n";
    return {absl::nullopt, kExitUsage};
  }
  return {std::move(options), kExitStopped};
}

}  // namespace moadon
