#include "gateway/local_channel.h"

#include <grpcpp/create_channel.h>
#include <grpcpp/security/credentials.h>
#include <grpcpp/security/server_credentials.h>
#include <unistd.h>

#include <random>

#include "absl/strings/str_cat.h"

namespace moadon {
namespace {

std::string new_address() {
  std::random_device random;
  return absl::StrCat("unix-abstract:moadon-", getpid(), "-", absl::Hex(random(), absl::kZeroPad8),
                      absl::Hex(random(), absl::kZeroPad8));
}

}  // namespace

LocalChannel::LocalChannel(grpc::ServerBuilder& builder) : address_(new_address()) {
  builder.AddListeningPort(address_, grpc::InsecureServerCredentials());
}

std::shared_ptr<grpc::Channel> LocalChannel::open(int max_message_bytes) const {
  grpc::ChannelArguments arguments;
  arguments.SetMaxReceiveMessageSize(max_message_bytes);
  arguments.SetMaxSendMessageSize(max_message_bytes);
  // Each call once: what a repetition means is the caller's to decide.
  arguments.SetInt(GRPC_ARG_ENABLE_RETRIES, 0);
  // Calls of one process must not share a connection with those to another server.
  arguments.SetInt(GRPC_ARG_USE_LOCAL_SUBCHANNEL_POOL, 1);
  return grpc::CreateCustomChannel(address_, grpc::InsecureChannelCredentials(), arguments);
}

}  // namespace moadon
