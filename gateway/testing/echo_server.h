// An echo service, its gRPC server and a gateway in front of it, for one test.
#pragma once

#include <grpcpp/grpcpp.h>

#include <chrono>
#include <memory>
#include <string>
#include <thread>

#include "gateway/http_gateway.h"
#include "gateway/local_channel.h"
#include "gateway/status.h"
#include "gateway/testing/echo.grpc.pb.h"
#include "rules/refusal.h"
#include "tests/catch.h"

namespace moadon::gateway_testing {

class EchoServiceImpl final : public EchoService::Service {
 public:
  grpc::Status Echo(grpc::ServerContext* context, const EchoRequest* request,
                    EchoResponse* response) override {
    for (int waited_ms = 0; waited_ms < request->delay_ms() && !context->IsCancelled();
         waited_ms += 10) {
      std::this_thread::sleep_for(std::chrono::milliseconds(10));
    }
    *response->mutable_request() = *request;
    response->set_authorization(metadata(*context, "authorization"));
    response->set_request_id(metadata(*context, "x-request-id"));
    response->set_deadline_ms(std::chrono::duration_cast<std::chrono::milliseconds>(
                                  context->deadline() - std::chrono::system_clock::now())
                                  .count());
    return grpc::Status::OK;
  }

  grpc::Status Refuse(grpc::ServerContext*, const EchoRequest*, EchoResponse*) override {
    return to_grpc(refuse(v1::REASON_RETURN_EXCEEDS_SOLD, "נמכרו רק 2 יחידות",
                          {{"sku", "חלב 3%"}, {"sold_milli", "2000"}}));
  }

  grpc::Status Fail(grpc::ServerContext*, const EchoRequest* request, EchoResponse*) override {
    return {static_cast<grpc::StatusCode>(request->amount_minor()), "made elsewhere"};
  }

 private:
  static std::string metadata(const grpc::ServerContext& context, const char* key) {
    const auto found = context.client_metadata().find(key);
    if (found == context.client_metadata().end()) return "";
    return {found->second.data(), found->second.size()};
  }
};

// Starts on construction, stops the gateway and then the server on destruction.
class EchoServer final {
 public:
  explicit EchoServer(HttpGatewayOptions options = {}) {
    grpc::ServerBuilder builder;
    builder.RegisterService(&service_);
    const LocalChannel local(builder);
    server_ = builder.BuildAndStart();
    options.channel = local.open(kMaxMessageBytes);
    options.services = {"moadon.gateway_testing.EchoService"};
    auto started = HttpGateway::start(std::move(options));
    INFO(started.status());
    REQUIRE(started.ok());
    gateway_ = *std::move(started);
  }

  ~EchoServer() {
    gateway_->stop();
    server_->Shutdown(std::chrono::system_clock::now());
  }

  HttpGateway& gateway() { return *gateway_; }
  std::uint16_t port() const { return gateway_->port(); }

 private:
  static constexpr int kMaxMessageBytes = 4 << 20;

  EchoServiceImpl service_;
  std::unique_ptr<grpc::Server> server_;
  std::unique_ptr<HttpGateway> gateway_;
};

}  // namespace moadon::gateway_testing
