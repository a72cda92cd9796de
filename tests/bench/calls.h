// Closed-loop load: a number of calls is always outstanding, each answer starts the next call.
#pragma once

#include <grpcpp/channel.h>
#include <grpcpp/support/byte_buffer.h>

#include <chrono>
#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "tests/bench/samples.h"

namespace moadon::bench {

inline constexpr int kConnections = 4;
inline constexpr auto kCallDeadline = std::chrono::seconds(30);

struct CallPlan {
  std::string path;  // "/package.Service/Method"
  // Serialized. Sent in turn, again from the first while `repeat_for` lasts; once each without it.
  const std::vector<grpc::ByteBuffer>& requests;
  int outstanding = 1;
  std::optional<std::chrono::milliseconds> repeat_for = {};
  // What is wrong with an answer, empty: nothing. Called on gRPC's threads; null: all are right.
  std::function<std::string(const grpc::ByteBuffer&)> find_fault = {};
};

// kConnections connections to one server, used in turn. The same client for every server measured:
// callback API, messages as bytes, so that the client's own work is small and always the same.
class Connections final {
 public:
  // `token` goes with each call.
  Connections(const std::string& address, const std::string& token);

  // Makes the calls of `plan` and waits for the last answer. Throws std::runtime_error when a call
  // failed or its answer is wrong.
  Samples run(const CallPlan& plan) const;
  // One call.
  grpc::ByteBuffer call(const std::string& path, const grpc::ByteBuffer& request) const;

 private:
  std::vector<std::shared_ptr<grpc::Channel>> channels_;
  std::string authorization_;
};

}  // namespace moadon::bench
