// The reference for calls: a gRPC server of its own process, with the callback API and gRPC's
// default settings, that does nothing but answer. Prints its port; ends when its input ends.
#include <grpcpp/grpcpp.h>

#include <algorithm>
#include <chrono>
#include <iostream>
#include <string>

#include "absl/synchronization/mutex.h"
#include "echo.grpc.pb.h"

namespace moadon::bench {
namespace {

constexpr int kMaxAnswerBytes = 1 << 20;
constexpr auto kStopGrace = std::chrono::seconds(1);

class EchoServiceImpl final : public EchoService::CallbackService {
  grpc::ServerUnaryReactor* Echo(grpc::CallbackServerContext* context, const EchoRequest* request,
                                 EchoResponse* response) override {
    response->mutable_payload()->assign(
        static_cast<size_t>(std::clamp(request->answer_bytes(), 0, kMaxAnswerBytes)), 'x');
    grpc::ServerUnaryReactor* reactor = context->DefaultReactor();
    reactor->Finish(grpc::Status::OK);
    return reactor;
  }
};

int serve() {
  EchoServiceImpl service;
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

int main() {
  // As moadond does: the reference gives nothing away.
  absl::SetMutexDeadlockDetectionMode(absl::OnDeadlockCycle::kIgnore);
  return moadon::bench::serve();
}
