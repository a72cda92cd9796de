// moadond: builds the parts, runs them, stops them.
#include <fmt/format.h>
#include <google/protobuf/stubs/logging.h>
#include <grpc/support/log.h>
#include <spdlog/sinks/stdout_sinks.h>
#include <spdlog/spdlog.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cerrno>
#include <cstdio>
#include <exception>
#include <memory>
#include <string>
#include <utility>

#include "absl/strings/escaping.h"
#include "absl/strings/str_cat.h"
#include "absl/synchronization/mutex.h"
#include "gateway/http_gateway.h"
#include "server/clock.h"
#include "server/jobs/ageing_job.h"
#include "server/operations/club.h"
#include "server/options.h"
#include "server/ready_file.h"
#include "server/rpc/grpc_server.h"
#include "server/rpc/methods.h"
#include "server/rpc/services.h"
#include "server/stop_request.h"

namespace moadon {
namespace {

// How long calls that were accepted may take to finish when the server stops.
constexpr absl::Duration kStopGrace = absl::Seconds(10);
// Files of the club are the server's own: they have people's names in them.
constexpr mode_t kPrivateUmask = 0077;
constexpr mode_t kDirectoryMode = 0700;

// gRPC's own words are for whoever looks for a fault in it.
void log_of_grpc(gpr_log_func_args* args) {
  spdlog::debug("event=grpc message=\"{}\"", absl::Utf8SafeCEscape(args->message));
}

// The same for protobuf, which has its say about every message it cannot parse.
void log_of_protobuf(google::protobuf::LogLevel /*level*/, const char* /*file*/, int /*line*/,
                     const std::string& message) {
  spdlog::debug("event=protobuf message=\"{}\"", absl::Utf8SafeCEscape(message));
}

void start_logging(const std::string& level) {
  auto logger = spdlog::stderr_logger_mt("moadond");
  spdlog::set_default_logger(logger);
  spdlog::set_level(spdlog::level::from_str(level));
  spdlog::set_pattern("time=%Y-%m-%dT%H:%M:%S.%fZ level=%l %v", spdlog::pattern_time_type::utc);
  spdlog::flush_on(spdlog::level::info);
  gpr_set_log_function(&log_of_grpc);
  google::protobuf::SetLogHandler(&log_of_protobuf);
}

absl::Status prepare_directory(const std::string& path) {
  if (mkdir(path.c_str(), kDirectoryMode) != 0 && errno != EEXIST) {
    return absl::ErrnoToStatus(errno, absl::StrCat("cannot make ", path));
  }
  if (access(path.c_str(), R_OK | W_OK | X_OK) != 0) {
    return absl::ErrnoToStatus(errno, absl::StrCat("cannot write to ", path));
  }
  return absl::OkStatus();
}

absl::StatusOr<std::unique_ptr<HttpGateway>> start_gateway(const ServerOptions& options,
                                                           rpc::GrpcServer& server) {
  HttpGatewayOptions http;
  http.listen_address = options.http.host;
  http.port = options.http.port;
  http.allow_insecure = options.allow_insecure;
  http.tls = {options.tls.certificate, options.tls.key, options.tls.client_ca};
  http.allowed_hosts = options.http_hosts;
  http.channel = server.local_channel();
  http.services = {
      "moadon.v1.SyncService",      "moadon.v1.MemberService", "moadon.v1.ProgramService",
      "moadon.v1.ReportService",    "moadon.v1.AdminService",  "moadon.v1.SettingsService",
      "moadon.v1.WeekService",      "moadon.v1.GroupService",  "moadon.v1.ValueService",
      "moadon.v1.LifecycleService", "moadon.v1.OfflineService"};
  http.max_body_bytes = rpc::kMaxRequestBytes;
  http.shutdown_grace = kStopGrace;
  return HttpGateway::start(std::move(http));
}

// Everything that runs, in the order in which it is built; stopped in the other.
struct Parts {
  SystemClock clock;
  std::unique_ptr<Club> club;
  std::unique_ptr<AgeingJob> ageing;
  std::unique_ptr<rpc::Methods> methods;
  std::unique_ptr<rpc::GrpcServer> grpc;
  std::unique_ptr<HttpGateway> http;
};

absl::Status build(Parts& parts, const ServerOptions& options, StopRequest& stop) {
  if (absl::Status made = prepare_directory(options.data_directory); !made.ok()) return made;
  auto club = Club::open(options.data_directory, parts.clock, [&stop](const absl::Status& failed) {
    spdlog::error("event=disk_failed message=\"{}\"", absl::Utf8SafeCEscape(failed.message()));
    stop.report_disk_failure();
  });
  if (!club.ok()) return club.status();
  parts.club = *std::move(club);
  parts.methods = std::make_unique<rpc::Methods>(*parts.club);
  rpc::add_all_services(*parts.methods, *parts.club);
  auto grpc = rpc::GrpcServer::start(options.grpc, options.tls, *parts.methods);
  if (!grpc.ok()) return grpc.status();
  parts.grpc = *std::move(grpc);
  auto http = start_gateway(options, *parts.grpc);
  if (!http.ok()) return http.status();
  parts.http = *std::move(http);
  // Last, so that nobody waits for it.
  parts.ageing = std::make_unique<AgeingJob>(*parts.club);
  return absl::OkStatus();
}

// Each step finishes what it has accepted while those below it still run.
void stop_parts(Parts& parts) {
  if (parts.http != nullptr) parts.http->stop();
  if (parts.methods != nullptr) parts.methods->refuse_new();
  if (parts.grpc != nullptr) parts.grpc->stop(kStopGrace);
  if (parts.methods != nullptr) parts.methods->stop();
  if (parts.ageing != nullptr) parts.ageing->stop();
  if (parts.club != nullptr) parts.club->stop();
}

absl::Status announce(const ServerOptions& options, const Parts& parts,
                      const std::string& ready_path) {
  rpc::ListenAddress http = options.http;
  http.port = parts.http->port();
  const ReadyNote note{to_string(parts.grpc->address()), to_string(http), getpid()};
  absl::Status written = write_ready_file(ready_path, note);
  if (written.ok() && !options.port_file.empty()) {
    written = write_ready_file(options.port_file, note);
  }
  if (written.ok()) {
    spdlog::info("event=ready grpc={} http={} pid={}", note.grpc, note.http, note.pid);
  }
  return written;
}

int fail_to_start(const absl::Status& status) {
  fmt::print(stderr, "moadond: {}\n", std::string(status.message()));
  return kExitCannotStart;
}

int run(const ServerOptions& options) {
  auto stop = StopRequest::create();
  if (!stop.ok()) return fail_to_start(stop.status());
  start_logging(options.log_level);
  Parts parts;
  absl::Status started = build(parts, options, **stop);
  const std::string ready_path = absl::StrCat(options.data_directory, "/", kReadyFileName);
  if (started.ok()) started = announce(options, parts, ready_path);
  if (!started.ok()) {
    stop_parts(parts);
    return fail_to_start(started);
  }
  const StopRequest::Cause cause = (*stop)->wait();
  spdlog::info("event=stopping");
  stop_parts(parts);
  remove_ready_file(ready_path);
  spdlog::info("event=stopped");
  return cause == StopRequest::Cause::kDiskFailed ? kExitDiskFailed : kExitStopped;
}

}  // namespace
}  // namespace moadon

int main(int argc, char** argv) {
  umask(moadon::kPrivateUmask);
  // Debian's Abseil is built to look for lock cycles in every mutex of gRPC and ours, under one
  // global lock.
  absl::SetMutexDeadlockDetectionMode(absl::OnDeadlockCycle::kIgnore);
  const moadon::ParsedOptions parsed = moadon::parse_options(argc, argv);
  if (!parsed.options.has_value()) return parsed.exit_status;
  try {
    return moadon::run(*parsed.options);
  } catch (const std::exception& thrown) {
    fmt::print(stderr, "moadond: {}\n", thrown.what());
    return moadon::kExitCannotStart;
  }
}
