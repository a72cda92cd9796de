// moadon-agent: one per register machine. See docs/agent.md.
#include <signal.h>
#include <spdlog/sinks/rotating_file_sink.h>
#include <spdlog/sinks/stdout_sinks.h>
#include <spdlog/spdlog.h>
#include <sys/stat.h>

#include <CLI/CLI.hpp>
#include <exception>
#include <filesystem>
#include <iostream>
#include <optional>

#include "absl/strings/escaping.h"
#include "client/agent/agent.h"
#include "client/agent/commands.h"
#include "client/agent/version.h"
#include "rules/refusal.h"

namespace moadon::agent {
namespace {

constexpr int kDone = 0;
constexpr int kRefused = 1;
constexpr int kUsage = 2;
constexpr size_t kLogFileBytes = 4 * 1024 * 1024;
constexpr size_t kLogFileCount = 3;

// The command line. Flags that are given override agent.json.
struct Arguments {
  std::string dir;
  std::optional<std::string> server;
  std::optional<std::string> tls_ca;
  std::optional<std::string> tls_certificate;
  std::optional<std::string> tls_key;
  std::optional<std::string> tls_server_name;
  std::optional<std::uint16_t> http_port;
  std::vector<std::string> allowed_origins;
  std::string register_id;
  std::string token_file;
  bool as_json = false;
};

int report(const absl::Status& status) {
  if (status.ok()) return kDone;
  std::cerr << "moadon-agent: " << status.message();
  const v1::Reason reason = reason_of(status);
  if (reason != v1::REASON_UNSPECIFIED) std::cerr << " (" << v1::Reason_Name(reason) << ")";
  std::cerr << '\n';
  return kRefused;
}

// agent.json with the flags on top; files are named by absolute paths, because the plugin starts
// the agent elsewhere.
absl::StatusOr<Settings> settings_of(const AgentDirectory& directory, const Arguments& arguments) {
  absl::StatusOr<Settings> settings = read_settings(directory.settings_path());
  if (!settings.ok()) return settings;
  const auto set_path = [](const std::optional<std::string>& path, std::string& setting) {
    if (path) setting = path->empty() ? "" : std::filesystem::absolute(*path).string();
  };
  if (arguments.server) settings->server.address = *arguments.server;
  set_path(arguments.tls_ca, settings->server.tls.ca_file);
  set_path(arguments.tls_certificate, settings->server.tls.certificate_file);
  set_path(arguments.tls_key, settings->server.tls.private_key_file);
  if (arguments.tls_server_name) settings->server.tls.server_name = *arguments.tls_server_name;
  if (arguments.http_port) settings->http_port = *arguments.http_port;
  if (!arguments.allowed_origins.empty()) settings->allowed_origins = arguments.allowed_origins;
  return settings;
}

void open_log(const AgentDirectory& directory) {
  auto file = std::make_shared<spdlog::sinks::rotating_file_sink_mt>(directory.log_path(),
                                                                     kLogFileBytes, kLogFileCount);
  auto screen = std::make_shared<spdlog::sinks::stderr_sink_mt>();
  spdlog::set_default_logger(std::make_shared<spdlog::logger>(
      "moadon-agent", spdlog::sinks_init_list{std::move(file), std::move(screen)}));
  spdlog::set_pattern("time=%Y-%m-%dT%H:%M:%S.%eZ level=%l %v", spdlog::pattern_time_type::utc);
  spdlog::flush_on(spdlog::level::info);
}

// In every thread from here on; they are taken by wait_for_signal.
sigset_t block_stop_signals() {
  sigset_t signals;
  sigemptyset(&signals);
  sigaddset(&signals, SIGTERM);
  sigaddset(&signals, SIGINT);
  pthread_sigmask(SIG_BLOCK, &signals, nullptr);
  ::signal(SIGPIPE, SIG_IGN);
  ::signal(SIGHUP, SIG_IGN);  // it outlives the terminal of whoever started it
  return signals;
}

int run(const AgentDirectory& directory, const Arguments& arguments) {
  const absl::StatusOr<Settings> settings = settings_of(directory, arguments);
  if (!settings.ok()) return report(settings.status());
  if (const absl::Status created = directory.create(); !created.ok()) return report(created);
  const sigset_t signals = block_stop_signals();
  const SystemClock clock;
  open_log(directory);
  absl::StatusOr<std::unique_ptr<Agent>> agent = Agent::start(directory, *settings, clock);
  if (absl::IsAlreadyExists(agent.status())) {
    // Several plugins may start one at the same time; what they want is that one runs.
    std::cerr << "moadon-agent: already running: " << agent.status().message() << '\n';
    return kDone;
  }
  if (!agent.ok()) {
    spdlog::critical("event=start_failed message=\"{}\"",
                     absl::Utf8SafeCEscape(agent.status().message()));
    return report(agent.status());
  }
  spdlog::info("event=started version={} port={} server={}", kAgentVersion, (*agent)->port(),
               settings->server.address);
  int signal = 0;
  while (sigwait(&signals, &signal) != 0) {
  }
  spdlog::info("event=stopping signal={}", signal);
  (*agent)->stop();
  agent->reset();
  spdlog::info("event=stopped");
  return kDone;
}

absl::Status configure(const AgentDirectory& directory, const Arguments& arguments) {
  const absl::StatusOr<Settings> settings = settings_of(directory, arguments);
  if (!settings.ok()) return settings.status();
  if (!settings->server.address.empty()) {
    const auto channel = open_channel(settings->server);  // refuses files that cannot be read
    if (!channel.ok()) return channel.status();
  }
  const absl::Status created = directory.create();
  if (!created.ok()) return created;
  return write_settings(directory.settings_path(), *settings);
}

int run_command_line(int argc, char** argv) {
  ::umask(077);  // what it writes is its owner's: tokens, and sales with their customers' keys
  Arguments arguments;
  CLI::App app{"Stands between the registers of this machine and the club's server."};
  app.set_version_flag("--version", std::string(kAgentVersion));
  app.fallthrough();
  app.require_subcommand(0, 1);
  app.add_option("--dir", arguments.dir, "The agent's directory")->required();
  app.add_option("--server", arguments.server, "The club's server, host:port");
  app.add_option("--tls-ca", arguments.tls_ca, "PEM file: who signs the server");
  app.add_option("--tls-cert", arguments.tls_certificate, "PEM file: this agent's certificate");
  app.add_option("--tls-key", arguments.tls_key, "PEM file: its private key");
  app.add_option("--tls-name", arguments.tls_server_name, "The name in the server's certificate");
  app.add_option("--http-port", arguments.http_port, "Port on 127.0.0.1; 0: any");
  app.add_option("--allow-origin", arguments.allowed_origins,
                 "A web origin that may call; repeatable");
  CLI::App* configuring = app.add_subcommand("configure", "Keep these flags in agent.json");
  CLI::App* adding = app.add_subcommand("add-register", "Let a register of this machine in");
  adding->add_option("--register", arguments.register_id, "Its id in the club")->required();
  adding->add_option("--token-file", arguments.token_file, "The server's token for it; -: stdin")
      ->required();
  CLI::App* pending = app.add_subcommand("pending", "Print what is not delivered");
  pending->add_flag("--json", arguments.as_json, "One JSON object per line");
  CLI::App* rejoining =
      app.add_subcommand("rejoin", "Let a copied or restored journal deliver as its own");
  rejoining->add_option("register", arguments.register_id, "The register's id")->required();
  try {
    app.parse(argc, argv);
  } catch (const CLI::ParseError& problem) {
    return app.exit(problem) == 0 ? kDone : kUsage;
  }
  const AgentDirectory directory(std::filesystem::absolute(arguments.dir).string());
  if (*configuring) return report(configure(directory, arguments));
  if (*adding) return report(add_register(directory, arguments.register_id, arguments.token_file));
  if (*pending) return report(print_pending(directory, arguments.as_json));
  if (*rejoining) return report(rejoin(directory, arguments.register_id));
  return run(directory, arguments);
}

}  // namespace
}  // namespace moadon::agent

int main(int argc, char** argv) {
  try {
    return moadon::agent::run_command_line(argc, argv);
  } catch (const std::exception& fault) {
    std::cerr << "moadon-agent: " << fault.what() << '\n';
    return 1;
  }
}
