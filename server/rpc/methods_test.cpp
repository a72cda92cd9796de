#include "server/rpc/methods.h"

#include <grpc/support/time.h>
#include <grpcpp/create_channel.h>
#include <grpcpp/generic/generic_stub.h>

#include <atomic>
#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <memory>
#include <set>
#include <stdexcept>
#include <string>
#include <thread>
#include <vector>

#include "absl/synchronization/notification.h"
#include "absl/time/clock.h"
#include "absl/time/time.h"
#include "gateway/status.h"
#include "rules/refusal.h"
#include "server/clock.h"
#include "server/rpc/grpc_server.h"
#include "server/rpc/services.h"
#include "tests/catch.h"

namespace moadon::rpc {
namespace {

constexpr char kGetProgram[] = "/moadon.v1.ProgramService/GetProgram";
constexpr char kListPrograms[] = "/moadon.v1.ProgramService/ListPrograms";
constexpr char kFindMember[] = "/moadon.v1.SyncService/FindMember";
constexpr char kGetMember[] = "/moadon.v1.MemberService/GetMember";

struct SentCall {
  std::string path = "";
  std::string token = "";
  std::string bytes = "";
  bool compressed = false;
  std::string request_id = "";
  absl::Duration timeout = absl::Seconds(20);
};

// A club in a directory of its own, served on a free port.
class ServedClub {
 public:
  ServedClub() {
    directory_ = (std::filesystem::temp_directory_path() / "rpc_XXXXXX").string();
    REQUIRE(mkdtemp(directory_.data()) != nullptr);
    auto club = Club::open(directory_, clock_, [](const absl::Status&) {});
    REQUIRE(club.ok());
    club_ = *std::move(club);
    std::ifstream(directory_ + "/" + kOwnerTokenFileName) >> owner_token_;
    methods_ = std::make_unique<Methods>(*club_);
  }
  ~ServedClub() {
    stop();
    server_.reset();
    methods_.reset();
    club_.reset();
    std::filesystem::remove_all(directory_);
  }

  void stop() {
    if (server_ != nullptr) server_->stop(absl::Seconds(5));
    methods_->stop();
    club_->stop();
  }

  Methods& methods() { return *methods_; }
  const std::string& owner_token() const { return owner_token_; }
  Club& club() { return *club_; }
  const ListenAddress& address() const { return server_->address(); }

  void serve() {
    auto server = GrpcServer::start({"127.0.0.1", 0}, {}, *methods_);
    REQUIRE(server.ok());
    server_ = *std::move(server);
  }

  absl::Status call(const SentCall& sent) {
    grpc::ChannelArguments arguments;
    arguments.SetMaxSendMessageSize(-1);
    grpc::GenericStub stub(grpc::CreateCustomChannel(
        to_string(server_->address()), grpc::InsecureChannelCredentials(), arguments));
    grpc::ClientContext context;
    context.set_deadline(
        gpr_time_add(gpr_now(GPR_CLOCK_MONOTONIC),
                     gpr_time_from_millis(absl::ToInt64Milliseconds(sent.timeout), GPR_TIMESPAN)));
    if (!sent.token.empty()) context.AddMetadata("authorization", "Bearer " + sent.token);
    if (!sent.request_id.empty()) context.AddMetadata("x-request-id", sent.request_id);
    if (sent.compressed) context.set_compression_algorithm(GRPC_COMPRESS_GZIP);
    const grpc::Slice slice(sent.bytes);
    const grpc::ByteBuffer request(&slice, 1);
    grpc::ByteBuffer response;
    grpc::Status status;
    absl::Notification done;
    stub.UnaryCall(&context, sent.path, {}, &request, &response, [&](grpc::Status answered) {
      status = std::move(answered);
      done.Notify();
    });
    done.WaitForNotification();
    // Ours carry one, gRPC's own do not.
    has_detail_ = !status.error_details().empty();
    return from_grpc(status);
  }
  // Whether it was we who refused the last call.
  bool has_detail() const { return has_detail_; }

 private:
  const SystemClock clock_;
  std::string directory_;
  std::string owner_token_;
  std::unique_ptr<Club> club_;
  std::unique_ptr<Methods> methods_;
  std::unique_ptr<GrpcServer> server_;
  std::atomic<bool> has_detail_{false};
};

TEST_CASE("every method that has a role is served") {
  ServedClub served;
  add_all_services(served.methods(), served.club());
  std::set<std::string> paths;
  for (const Methods::Method& method : served.methods().all()) paths.insert(method.path);
  for (const MethodRole& method : method_roles()) {
    INFO(std::string(method.path));
    CHECK(paths.count(std::string(method.path)) == 1);
  }
  CHECK(paths.size() == served.methods().all().size());
}

TEST_CASE("the caller is checked first, then size, then form") {
  ServedClub served;
  add_all_services(served.methods(), served.club());
  served.serve();
  const std::string broken = "\xff\xff\xff";
  const std::string large(kMaxRequestBytes + 1, '\xff');
  const auto reason = [&](const SentCall& sent) { return reason_of(served.call(sent)); };

  CHECK(reason({kGetProgram, "", broken}) == v1::REASON_TOKEN_UNKNOWN);
  CHECK(reason({kGetProgram, "nobody's", large}) == v1::REASON_TOKEN_UNKNOWN);
  CHECK(reason({kFindMember, served.owner_token(), large}) == v1::REASON_NOT_ALLOWED);
  CHECK(reason({kGetProgram, served.owner_token(), large}) == v1::REASON_TOO_LARGE);
  CHECK(reason({kGetProgram, served.owner_token(), broken}) == v1::REASON_MALFORMED);
  CHECK(served.has_detail());
  CHECK(reason({kGetProgram, served.owner_token(), ""}) == v1::REASON_PROGRAM_MISSING);
  CHECK(served.has_detail());
}

TEST_CASE("text that is not UTF-8 is malformed") {
  ServedClub served;
  add_all_services(served.methods(), served.club());
  served.serve();
  const std::string bad_member_id = std::string("\x0a\x02") + "\xc3\x28";
  CHECK(reason_of(served.call({kGetMember, served.owner_token(), bad_member_id})) ==
        v1::REASON_MALFORMED);
}

TEST_CASE("a message too large for gRPC is still refused as too large") {
  ServedClub served;
  add_all_services(served.methods(), served.club());
  served.serve();
  const std::string huge(kMaxReceivedBytes + 1, '\0');
  const absl::Status refused = served.call({kGetProgram, served.owner_token(), huge});
  CHECK(reason_of(refused) == v1::REASON_TOO_LARGE);
}

TEST_CASE("compressed messages are not unpacked") {
  ServedClub served;
  add_all_services(served.methods(), served.club());
  served.serve();
  const SentCall bomb{kListPrograms, served.owner_token(), std::string(1 << 20, '\0'), true};
  CHECK_FALSE(served.call(bomb).ok());
}

TEST_CASE("an unknown method is refused with a reason") {
  ServedClub served;
  add_all_services(served.methods(), served.club());
  served.serve();
  CHECK(reason_of(served.call({"/moadon.v1.ProgramService/Nothing", "", ""})) ==
        v1::REASON_METHOD_UNKNOWN);
  CHECK(served.has_detail());
}

TEST_CASE("faults of ours are told by request id and by nothing else") {
  for (const Run run : {Run::kAtOnce, Run::kOnWorker, Run::kAsReport}) {
    ServedClub served;
    served.methods().add_read<v1::GetProgramRequest, v1::GetProgramResponse>(
        kGetProgram, run,
        [](const Caller&, const v1::GetProgramRequest&) -> absl::StatusOr<v1::GetProgramResponse> {
          throw std::runtime_error("secret of the house");
        });
    served.methods().add_read<v1::ListProgramsRequest, v1::ListProgramsResponse>(
        kListPrograms, run,
        [](const Caller&,
           const v1::ListProgramsRequest&) -> absl::StatusOr<v1::ListProgramsResponse> {
          return absl::InternalError("secret of the house");
        });
    served.serve();
    for (const char* path : {kGetProgram, kListPrograms}) {
      const absl::Status fault = served.call({path, served.owner_token(), "", false, "my-id"});
      CHECK(reason_of(fault) == v1::REASON_INTERNAL);
      CHECK(detail_of(fault).values().at("request_id") == "my-id");
      CHECK(std::string(fault.message()).find("secret") == std::string::npos);
    }
  }
}

TEST_CASE("a call whose time ran out in the queue is not run") {
  ServedClub served;
  absl::Notification finish;
  std::atomic<int> ran{0};
  served.methods().add_read<v1::GetProgramRequest, v1::GetProgramResponse>(
      kGetProgram, Run::kAsReport, [&](const Caller&, const v1::GetProgramRequest&) {
        ++ran;
        finish.WaitForNotification();
        return absl::StatusOr<v1::GetProgramResponse>(v1::GetProgramResponse());
      });
  served.serve();
  std::vector<std::thread> busy;
  for (int i = 0; i < kReportThreads; ++i) {
    busy.emplace_back([&] { (void)served.call({kGetProgram, served.owner_token(), ""}); });
  }
  while (ran < kReportThreads) absl::SleepFor(absl::Milliseconds(1));
  const absl::Status late =
      served.call({kGetProgram, served.owner_token(), "", false, "", absl::Milliseconds(100)});
  CHECK(reason_of(late) == v1::REASON_DEADLINE_EXCEEDED);
  // The server learns of it by itself, a moment later.
  absl::SleepFor(absl::Seconds(1));
  finish.Notify();
  for (std::thread& thread : busy) thread.join();
  served.stop();
  CHECK(ran == kReportThreads);
}

TEST_CASE("after refuse_new() calls are told that the server stops") {
  ServedClub served;
  add_all_services(served.methods(), served.club());
  served.serve();
  served.methods().refuse_new();
  CHECK(reason_of(served.call({kGetProgram, served.owner_token(), ""})) == v1::REASON_STOPPING);
}

TEST_CASE("a port in use is not shared") {
  ServedClub served;
  served.serve();
  const auto second = GrpcServer::start(served.address(), {}, served.methods());
  REQUIRE_FALSE(second.ok());
  CHECK(std::string(second.status().message()).find("in use") != std::string::npos);
}

TEST_CASE("a TLS file that cannot be read is named") {
  ServedClub served;
  const auto server =
      GrpcServer::start({"127.0.0.1", 0}, {"/no/cert", "/no/key", "/no/ca"}, served.methods());
  REQUIRE_FALSE(server.ok());
  CHECK(std::string(server.status().message()).find("/no/cert") != std::string::npos);
}

}  // namespace
}  // namespace moadon::rpc
