// The reference for calls: a gRPC server of its own process, with the callback API and gRPC's
// default settings, that does nothing but answer, or reads a member's rows through the SQLite C API
// before it does. Takes the club's file; prints its port; ends when its input ends.
#include <grpcpp/grpcpp.h>

#include <algorithm>
#include <chrono>
#include <iostream>
#include <string>
#include <utility>
#include <vector>

#include "absl/synchronization/mutex.h"
#include "echo.grpc.pb.h"
#include "tests/bench/raw_database.h"

namespace moadon::bench {
namespace {

constexpr int kMaxAnswerBytes = 1 << 20;
constexpr auto kStopGrace = std::chrono::seconds(1);

constexpr char kReaderPages[] = "PRAGMA cache_size = -4096";  // as moadond's readers
constexpr char kFindMember[] =
    "SELECT m.*, d.* FROM member_keys k JOIN members m ON m.member_id = k.member_id"
    " LEFT JOIN member_details d ON d.member_id = m.member_id WHERE k.kind = ? AND k.value = ?";

// This thread's own.
RawDatabase& database_of_thread(const std::string& path) {
  thread_local RawDatabase database = [&path] {
    RawDatabase opened(path, SQLITE_OPEN_READONLY);
    opened.execute(kReaderPages);
    return opened;
  }();
  return database;
}

class EchoServiceImpl final : public EchoService::CallbackService {
 public:
  explicit EchoServiceImpl(std::string path) : path_(std::move(path)) {}

 private:
  grpc::ServerUnaryReactor* Echo(grpc::CallbackServerContext* context, const EchoRequest* request,
                                 EchoResponse* response) override {
    return answer(context, request->answer_bytes(), *response, grpc::Status::OK);
  }

  grpc::ServerUnaryReactor* Find(grpc::CallbackServerContext* context, const FindRequest* request,
                                 EchoResponse* response) override {
    return answer(context, request->answer_bytes(), *response, find(*request));
  }

  grpc::Status find(const FindRequest& request) const {
    try {
      RawDatabase& database = database_of_thread(path_);
      const std::vector<Value> key{integer(request.kind()), text(request.value())};
      if (database.select(kFindMember, key).size() == 1) return grpc::Status::OK;
      return {grpc::StatusCode::NOT_FOUND, "nobody holds the key"};
    } catch (const std::exception& failure) {
      return {grpc::StatusCode::INTERNAL, failure.what()};
    }
  }

  static grpc::ServerUnaryReactor* answer(grpc::CallbackServerContext* context, int bytes,
                                          EchoResponse& response, const grpc::Status& status) {
    response.mutable_payload()->assign(static_cast<size_t>(std::clamp(bytes, 0, kMaxAnswerBytes)),
                                       'x');
    grpc::ServerUnaryReactor* reactor = context->DefaultReactor();
    reactor->Finish(status);
    return reactor;
  }

  const std::string path_;
};

int serve(const std::string& path) {
  EchoServiceImpl service(path);
  int port = 0;
  grpc::ServerBuilder builder;
  builder.RegisterService(&service);
  builder.AddListeningPort("127.0.0.1:0", grpc::InsecureServerCredentials(), &port);
  const std::unique_ptr<grpc::Server> server = builder.BuildAndStart();
  if (server == nullptr || port == 0) return 1;
  std::cout << port << std::endl;
  std::string ignored;
  while (std::getline(std::cin, ignored)) {
  }
  server->Shutdown(std::chrono::system_clock::now() + kStopGrace);
  return 0;
}

}  // namespace
}  // namespace moadon::bench

int main(int argc, char** argv) {
  if (argc != 2) {
    std::cerr << "usage: bench_echo_server DATABASE" << std::endl;
    return 2;
  }
  // As moadond does: the reference gives nothing away.
  absl::SetMutexDeadlockDetectionMode(absl::OnDeadlockCycle::kIgnore);
  return moadon::bench::serve(argv[1]);
}
