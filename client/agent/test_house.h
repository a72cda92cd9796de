// For tests: an agent in this process, its registers, and a club's server that comes and goes.
#pragma once

#include <functional>
#include <memory>
#include <string>

#include "absl/time/clock.h"
#include "client/agent/agent.h"
#include "client/agent/fake_club.h"
#include "client/agent/scratch_directory.h"
#include "gateway/status.h"
#include "moadon/v1/register_service.grpc.pb.h"
#include "tests/catch.h"

namespace moadon::agent {

inline constexpr absl::Duration kPatience = absl::Seconds(10);

inline bool eventually(const std::function<bool()>& holds) {
  for (const absl::Time end = absl::Now() + kPatience; absl::Now() < end;) {
    if (holds()) return true;
    absl::SleepFor(absl::Milliseconds(5));
  }
  return holds();
}

inline v1::Sale sale_of(const std::string& receipt, int64_t unit_price_minor = 500) {
  v1::Sale sale;
  sale.set_receipt(receipt);
  sale.mutable_occurred_at()->set_seconds(1'770'000'000);
  v1::Line& line = *sale.add_lines();
  line.set_line_id("1");
  line.set_sku("bread");
  line.set_quantity_milli(2000);
  line.set_unit_price_minor(unit_price_minor);
  return sale;
}

inline v1::Return return_of(const std::string& receipt, const std::string& original,
                            int64_t quantity) {
  v1::Return returned;
  returned.set_receipt(receipt);
  returned.mutable_occurred_at()->set_seconds(1'770'000'100);
  returned.mutable_original()->set_register_id("R1");
  returned.mutable_original()->set_receipt(original);
  v1::ReturnLine& line = *returned.add_lines();
  line.set_line_id("1");
  line.set_sku("bread");
  line.set_quantity_milli(quantity);
  line.set_unit_price_minor(500);
  return returned;
}

inline v1::Program program_of(const std::string& language) {
  v1::Program program;
  program.set_currency_code("ILS");
  program.set_time_zone("Asia/Jerusalem");
  program.set_country_code("IL");
  program.set_language_code(language);
  return program;
}

// A register program, as the agent sees one.
class Register {
 public:
  Register(const Agent& agent, const std::string& directory, const std::string& id)
      : stub_(v1::RegisterService::NewStub(agent.local_channel())) {
    const std::vector<RegisterFiles> registers = AgentDirectory(directory).registers().value();
    for (const RegisterFiles& files : registers) {
      if (files.register_id == id) token_ = files.local_token;
    }
  }
  void use_token(const std::string& token) { token_ = token; }

  template <typename Request, typename Response>
  absl::StatusOr<Response> call(grpc::Status (v1::RegisterService::Stub::*method)(
                                    grpc::ClientContext*, const Request&, Response*),
                                const Request& request) {
    grpc::ClientContext context;
    context.AddMetadata("authorization", "Bearer " + token_);
    Response response;
    const absl::Status status = from_grpc((stub_.get()->*method)(&context, request, &response));
    if (!status.ok()) return status;
    return response;
  }
  absl::StatusOr<v1::CommitResponse> commit(const v1::Sale& sale,
                                            const std::string& member_id = "") {
    v1::CommitRequest request;
    *request.mutable_sale() = sale;
    request.set_member_id(member_id);
    return call(&v1::RegisterService::Stub::Commit, request);
  }
  absl::StatusOr<v1::ReturnResponse> give_back(const v1::Return& returned) {
    v1::ReturnRequest request;
    *request.mutable_returned() = returned;
    return call(&v1::RegisterService::Stub::Return, request);
  }
  v1::StatusResponse status() {
    return call(&v1::RegisterService::Stub::Status, v1::StatusRequest()).value();
  }
  v1::PendingResponse pending() {
    return call(&v1::RegisterService::Stub::Pending, v1::PendingRequest()).value();
  }

 private:
  std::unique_ptr<v1::RegisterService::Stub> stub_;
  std::string token_;
};

// A club with registers R1 and R2 whose server can be reached, and a machine with both.
struct House {
  House() {
    club.let_in("server-token-1", "R1");
    club.let_in("server-token-2", "R2");
    club.come_back();
    settings.server.address = club.address();
    CHECK(directory.add_register("R1", "server-token-1").ok());
    CHECK(directory.add_register("R2", "server-token-2").ok());
  }
  std::unique_ptr<Agent> start() { return Agent::start(directory, settings, clock).value(); }
  Register at(const Agent& agent, const std::string& id) {
    return Register(agent, directory.path(), id);
  }

  SystemClock clock;
  ScratchDirectory scratch;
  FakeClub club;
  AgentDirectory directory{scratch.path()};
  Settings settings;
};

}  // namespace moadon::agent
