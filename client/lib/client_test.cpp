#include "client/lib/client.h"

#include <grpcpp/server_builder.h>

#include <atomic>
#include <fstream>
#include <thread>

#include "absl/time/clock.h"
#include "gateway/status.h"
#include "moadon/v1/admin_service.grpc.pb.h"
#include "rules/refusal.h"
#include "tests/catch.h"

namespace moadon {
namespace {

// Answers a branch list with the caller's token, after as many refusals as it was told.
class Office final : public v1::AdminService::Service {
 public:
  Office() {
    grpc::ServerBuilder builder;
    builder.AddListeningPort("127.0.0.1:0", grpc::InsecureServerCredentials(), &port_);
    builder.RegisterService(this);
    server_ = builder.BuildAndStart();
  }
  std::string address() const { return "127.0.0.1:" + std::to_string(port_); }
  void close() { server_->Shutdown(std::chrono::system_clock::now()); }

  grpc::Status ListBranches(grpc::ServerContext* context, const v1::ListBranchesRequest*,
                            v1::ListBranchesResponse* response) override {
    ++calls;
    if (calls <= refusals) return to_grpc(refuse(reason, "no", {{"field", "page_size"}}));
    absl::SleepFor(absl::Milliseconds(delay_ms.load()));
    const auto token = context->client_metadata().find("authorization");
    if (token != context->client_metadata().end()) {
      response->add_branches()->set_name(std::string(token->second.data(), token->second.size()));
    }
    response->add_branches()->set_name(std::string(answer_bytes, 'x'));
    return grpc::Status::OK;
  }

  std::atomic<int> calls = 0;
  std::atomic<int> refusals = 0;
  std::atomic<v1::Reason> reason = v1::REASON_BUSY;
  std::atomic<int> delay_ms = 0;
  std::atomic<int> answer_bytes = 0;

 private:
  int port_ = 0;
  std::unique_ptr<grpc::Server> server_;
};

absl::StatusOr<v1::ListBranchesResponse> list(const std::string& address,
                                              const CallOptions& options = {}) {
  const auto client = Client::connect({{.address = address}, "token-1"});
  REQUIRE(client.ok());
  return client->call(&v1::AdminService::Stub::ListBranches, v1::ListBranchesRequest(), options);
}

TEST_CASE("a call carries the token and brings the answer") {
  Office office;
  const auto listed = list(office.address());
  REQUIRE(listed.ok());
  CHECK(listed->branches(0).name() == "Bearer token-1");
}

TEST_CASE("a refusal arrives with its reason and values and is not repeated") {
  Office office;
  office.refusals = 1;
  office.reason = v1::REASON_FIELD_INVALID;
  const auto listed = list(office.address());
  CHECK(reason_of(listed.status()) == v1::REASON_FIELD_INVALID);
  CHECK(detail_of(listed.status()).values().at("field") == "page_size");
  CHECK(office.calls == 1);
}

TEST_CASE("a busy server is asked again, but not for ever") {
  Office office;
  office.refusals = 2;
  CHECK(list(office.address()).ok());
  CHECK(office.calls == 3);
  office.calls = 0;
  office.refusals = 100;
  CHECK(reason_of(list(office.address(), {.tries = 2}).status()) == v1::REASON_BUSY);
  CHECK(office.calls == 2);
}

TEST_CASE("a server that is not there is unreachable, soon") {
  Office office;
  const std::string address = office.address();
  office.close();
  const absl::Time begin = absl::Now();
  const auto listed = list(address, {.deadline = absl::Milliseconds(500)});
  CHECK(reason_of(listed.status()) == v1::REASON_SERVER_UNREACHABLE);
  CHECK(absl::Now() - begin < absl::Seconds(2));
}

TEST_CASE("a slow answer ends at the deadline") {
  Office office;
  office.delay_ms = 500;
  const auto listed = list(office.address(), {.deadline = absl::Milliseconds(50)});
  CHECK(reason_of(listed.status()) == v1::REASON_DEADLINE_EXCEEDED);
}

TEST_CASE("a cancelled call ends at once, and so do later ones") {
  Office office;
  office.delay_ms = 1000;
  Cancellation cancellation;
  std::thread stopper([&] {
    absl::SleepFor(absl::Milliseconds(50));
    cancellation.cancel();
  });
  const absl::Time begin = absl::Now();
  CHECK_FALSE(list(office.address(), {.cancellation = &cancellation}).ok());
  CHECK_FALSE(list(office.address(), {.cancellation = &cancellation}).ok());
  CHECK(absl::Now() - begin < absl::Milliseconds(900));
  stopper.join();
  CHECK_FALSE(cancellation.pause(absl::Hours(1)));
}

TEST_CASE("a large page is received") {
  Office office;
  office.answer_bytes = 8 << 20;
  CHECK(list(office.address()).ok());
}

TEST_CASE("what cannot work is refused before the network is touched") {
  CHECK(reason_of(Client::connect({{.address = ""}, "t"}).status()) == v1::REASON_FIELD_MISSING);
  CHECK(reason_of(Client::connect({{.address = "127.0.0.1:1"}, "two\nlines"}).status()) ==
        v1::REASON_FIELD_INVALID);
  ClientTlsFiles half;
  half.ca_file = "/ca.pem";
  half.certificate_file = "/c.pem";
  CHECK(reason_of(Client::connect({{"127.0.0.1:1", half}, "t"}).status()) ==
        v1::REASON_FIELD_MISSING);
  ClientTlsFiles absent;
  absent.ca_file = "/nonexistent/ca.pem";
  CHECK(reason_of(Client::connect({{"127.0.0.1:1", absent}, "t"}).status()) ==
        v1::REASON_FIELD_INVALID);
}

}  // namespace
}  // namespace moadon
