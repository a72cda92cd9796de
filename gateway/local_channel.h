// The way from the gateway to the gRPC services of its own process.
//
// An abstract unix socket, not grpc::Server::InProcessChannel: in the packaged gRPC each side of an
// in-process call points into the other's memory without owning it (grpc/grpc pull request 17921,
// never merged). A test run once ended in gRPC with "assertion failed: prior > 0", which that would
// explain; it was not seen again and the cause is not proven. A socket costs some tens of
// microseconds more. Like a loopback port it is open to every user of the machine, so the services
// must ask for their tokens here too.
#pragma once

#include <grpcpp/channel.h>
#include <grpcpp/server_builder.h>

#include <memory>
#include <string>

namespace moadon {

// Thread-safe once constructed.
class LocalChannel final {
 public:
  // Makes the server that `builder` will start listen here too, under a name of its own.
  explicit LocalChannel(grpc::ServerBuilder& builder);

  // A channel to that server; messages up to `max_message_bytes` each way. Shared because gRPC
  // hands channels out that way.
  std::shared_ptr<grpc::Channel> open(int max_message_bytes) const;

 private:
  const std::string address_;
};

}  // namespace moadon
