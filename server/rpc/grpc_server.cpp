#include "server/rpc/grpc_server.h"

#include <grpc/support/time.h>
#include <grpcpp/generic/async_generic_service.h>
#include <grpcpp/resource_quota.h>
#include <grpcpp/security/server_credentials.h>
#include <grpcpp/server.h>
#include <grpcpp/server_builder.h>

#include <fstream>
#include <iterator>
#include <optional>
#include <utility>

#include "absl/memory/memory.h"
#include "absl/strings/str_cat.h"
#include "gateway/local_channel.h"
#include "gateway/status.h"
#include "rules/refusal.h"

namespace moadon::rpc {
namespace {

// Hands every method's bytes over unparsed, so that what is not the message is refused with our
// reason; gRPC's own answer to it carries none. Built from the table as protoc's generated services
// are built from theirs.
class RawMethods final : public grpc::Service {
 public:
  explicit RawMethods(Methods& methods) {
    using Handler = grpc::internal::CallbackUnaryHandler<grpc::ByteBuffer, grpc::ByteBuffer>;
    int index = 0;
    for (const Methods::Method& method : methods.all()) {
      auto handler = std::make_unique<Handler>(
          [&methods, &method](grpc::CallbackServerContext* context, const grpc::ByteBuffer* request,
                              grpc::ByteBuffer* response) {
            // Asking for it twice would make it anew.
            grpc::ServerUnaryReactor* const reactor = context->DefaultReactor();
            methods.serve(method, context, reactor, *request, response);
            return reactor;
          });
      // gRPC owns both.
      AddMethod(std::make_unique<grpc::internal::RpcServiceMethod>(
                    method.path.c_str(), grpc::internal::RpcMethod::NORMAL_RPC, nullptr)
                    .release());
      MarkMethodRawCallback(index++, handler.release());
    }
  }
};

// Answers what no service has.
class UnknownMethods final : public grpc::CallbackGenericService {
 public:
  grpc::ServerGenericBidiReactor* CreateReactor(
      grpc::GenericCallbackServerContext* /*context*/) override {
    class Refusal final : public grpc::ServerGenericBidiReactor {
     public:
      Refusal() {
        Finish(to_grpc(refuse(v1::REASON_METHOD_UNKNOWN, "No such service or method here.")));
      }
      void OnDone() override { const std::unique_ptr<Refusal> ends(this); }
    };
    return std::make_unique<Refusal>().release();
  }
};

absl::StatusOr<std::string> read_file(const std::string& path) {
  std::ifstream file(path, std::ios::binary);
  std::string content{std::istreambuf_iterator<char>(file), std::istreambuf_iterator<char>()};
  if (!file.is_open() || file.bad() || content.empty()) {
    return absl::NotFoundError(absl::StrCat("cannot read ", path));
  }
  return content;
}

absl::StatusOr<std::shared_ptr<grpc::ServerCredentials>> credentials_of(const TlsFiles& tls) {
  if (!tls.is_set()) return grpc::InsecureServerCredentials();
  grpc::SslServerCredentialsOptions options(
      GRPC_SSL_REQUEST_AND_REQUIRE_CLIENT_CERTIFICATE_AND_VERIFY);
  auto certificate = read_file(tls.certificate);
  if (!certificate.ok()) return certificate.status();
  auto key = read_file(tls.key);
  if (!key.ok()) return key.status();
  auto client_ca = read_file(tls.client_ca);
  if (!client_ca.ok()) return client_ca.status();
  options.pem_key_cert_pairs.push_back({*std::move(key), *std::move(certificate)});
  options.pem_root_certs = *std::move(client_ca);
  return grpc::SslServerCredentials(options);
}

// Why the server did not start, for which gRPC itself has only a log line.
std::string problem_of(const ListenAddress& address, const TlsFiles& tls) {
  std::string problem = bind_problem(address);
  if (!problem.empty()) return problem;
  return tls.is_set() ? "the TLS files are not a certificate, its key and a client CA"
                      : "gRPC refused it";
}

int to_ms(absl::Duration duration) { return static_cast<int>(absl::ToInt64Milliseconds(duration)); }

void set_limits(grpc::ServerBuilder& builder) {
  builder.SetMaxReceiveMessageSize(kMaxReceivedBytes);
  builder.AddChannelArgument(GRPC_ARG_MAX_METADATA_SIZE, kMaxMetadataBytes);
  builder.AddChannelArgument(GRPC_ARG_MAX_CONCURRENT_STREAMS, kMaxStreamsPerConnection);
  builder.AddChannelArgument(GRPC_ARG_SERVER_HANDSHAKE_TIMEOUT_MS, to_ms(kHandshakeTimeout));
  builder.AddChannelArgument(GRPC_ARG_KEEPALIVE_TIME_MS, to_ms(kKeepaliveInterval));
  builder.AddChannelArgument(GRPC_ARG_KEEPALIVE_TIMEOUT_MS, to_ms(kKeepaliveTimeout));
  builder.AddChannelArgument(GRPC_ARG_HTTP2_MIN_RECV_PING_INTERVAL_WITHOUT_DATA_MS,
                             to_ms(kMinPingInterval));
  builder.AddChannelArgument(GRPC_ARG_HTTP2_MAX_PING_STRIKES, kMaxPingStrikes);
  // A few compressed bytes could unpack to any size: the limit above counts them as sent.
  builder.AddChannelArgument(GRPC_ARG_ENABLE_PER_MESSAGE_DECOMPRESSION, 0);
  // Answers are small, and nobody looks at what channelz would count.
  builder.AddChannelArgument(GRPC_ARG_ENABLE_PER_MESSAGE_COMPRESSION, 0);
  builder.AddChannelArgument(GRPC_ARG_ENABLE_CHANNELZ, 0);
  // A fixed window instead of one that is tuned by pings in between.
  builder.AddChannelArgument(GRPC_ARG_HTTP2_BDP_PROBE, 0);
  builder.AddChannelArgument(GRPC_ARG_HTTP2_STREAM_LOOKAHEAD_BYTES, kStreamWindowBytes);
  builder.SetCompressionAlgorithmSupportStatus(GRPC_COMPRESS_GZIP, false);
  builder.SetCompressionAlgorithmSupportStatus(GRPC_COMPRESS_DEFLATE, false);
  // Otherwise a second server on the port would silently get half of the calls.
  builder.AddChannelArgument(GRPC_ARG_ALLOW_REUSEPORT, 0);
  grpc::ResourceQuota quota("moadond");
  quota.Resize(kMaxBufferedBytes);
  builder.SetResourceQuota(quota);
}

}  // namespace

// In the order in which they are built; each needs those above it.
struct GrpcServer::Parts {
  explicit Parts(Methods& methods) : known(methods) {}

  ListenAddress address;
  RawMethods known;
  UnknownMethods unknown;
  std::optional<LocalChannel> local;
  std::unique_ptr<grpc::Server> server;
};

absl::StatusOr<std::unique_ptr<GrpcServer>> GrpcServer::start(const ListenAddress& address,
                                                              const TlsFiles& tls,
                                                              Methods& methods) {
  auto credentials = credentials_of(tls);
  if (!credentials.ok()) return credentials.status();
  auto parts = std::make_unique<Parts>(methods);
  parts->address = address;
  int port = 0;
  grpc::ServerBuilder builder;
  set_limits(builder);
  builder.RegisterService(&parts->known);
  builder.RegisterCallbackGenericService(&parts->unknown);
  builder.AddListeningPort(to_string(address), *credentials, &port);
  parts->local.emplace(builder);
  parts->server = builder.BuildAndStart();
  if (parts->server == nullptr || port == 0) {
    return absl::UnavailableError(
        absl::StrCat("cannot listen on ", to_string(address), ": ", problem_of(address, tls)));
  }
  parts->address.port = static_cast<uint16_t>(port);
  return absl::WrapUnique(new GrpcServer(std::move(parts)));
}

GrpcServer::GrpcServer(std::unique_ptr<Parts> parts) : parts_(std::move(parts)) {}

GrpcServer::~GrpcServer() { stop(absl::ZeroDuration()); }

const ListenAddress& GrpcServer::address() const { return parts_->address; }

std::shared_ptr<grpc::Channel> GrpcServer::local_channel() { return parts_->local->open(-1); }

void GrpcServer::stop(absl::Duration grace) {
  parts_->server->Shutdown(
      gpr_time_add(gpr_now(GPR_CLOCK_MONOTONIC), gpr_time_from_millis(to_ms(grace), GPR_TIMESPAN)));
}

}  // namespace moadon::rpc
