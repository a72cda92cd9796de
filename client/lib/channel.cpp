#include "client/lib/channel.h"

#include <grpcpp/create_channel.h>
#include <grpcpp/security/credentials.h>
#include <grpcpp/support/channel_arguments.h>

#include <fstream>
#include <sstream>

#include "absl/strings/str_cat.h"
#include "rules/refusal.h"

namespace moadon {
namespace {

absl::Status read_file(const std::string& path, absl::string_view field, std::string& content) {
  std::ifstream file(path, std::ios::binary);
  std::ostringstream text;
  if (file) text << file.rdbuf();
  if (!file || text.str().empty()) {
    return refuse(v1::REASON_FIELD_INVALID, absl::StrCat("cannot read ", path), {{"field", field}});
  }
  content = text.str();
  return absl::OkStatus();
}

absl::StatusOr<std::shared_ptr<grpc::ChannelCredentials>> credentials_of(
    const ClientTlsFiles& tls) {
  if (!tls.enabled()) {
    if (!tls.certificate_file.empty() || !tls.private_key_file.empty()) {
      return refuse(v1::REASON_FIELD_MISSING, "a certificate needs the CA file of the server too",
                    {{"field", "tls.ca_file"}});
    }
    return grpc::InsecureChannelCredentials();
  }
  if (tls.certificate_file.empty() != tls.private_key_file.empty()) {
    return refuse(v1::REASON_FIELD_MISSING, "a certificate and its private key go together",
                  {{"field", tls.certificate_file.empty() ? "tls.certificate_file"
                                                          : "tls.private_key_file"}});
  }
  grpc::SslCredentialsOptions ssl;
  absl::Status read = read_file(tls.ca_file, "tls.ca_file", ssl.pem_root_certs);
  if (read.ok() && !tls.certificate_file.empty()) {
    read = read_file(tls.certificate_file, "tls.certificate_file", ssl.pem_cert_chain);
    if (read.ok())
      read = read_file(tls.private_key_file, "tls.private_key_file", ssl.pem_private_key);
  }
  if (!read.ok()) return read;
  return grpc::SslCredentials(ssl);
}

int milliseconds(absl::Duration duration) {
  return static_cast<int>(absl::ToInt64Milliseconds(duration));
}

}  // namespace

absl::StatusOr<std::shared_ptr<grpc::Channel>> open_channel(const ChannelOptions& options) {
  if (options.address.empty()) {
    return refuse(v1::REASON_FIELD_MISSING, "the server's address is missing",
                  {{"field", "address"}});
  }
  auto credentials = credentials_of(options.tls);
  if (!credentials.ok()) return credentials.status();
  grpc::ChannelArguments arguments;
  arguments.SetMaxSendMessageSize(kMaxSendBytes);
  arguments.SetMaxReceiveMessageSize(kMaxReceiveBytes);
  arguments.SetInt(GRPC_ARG_INITIAL_RECONNECT_BACKOFF_MS, milliseconds(kReconnectPauseFirst));
  arguments.SetInt(GRPC_ARG_MAX_RECONNECT_BACKOFF_MS, milliseconds(kReconnectPauseLast));
  arguments.SetInt(GRPC_ARG_MIN_RECONNECT_BACKOFF_MS, milliseconds(kConnectTimeout));
  // A new channel means a new connection, so that a dead one can be left behind.
  arguments.SetInt(GRPC_ARG_USE_LOCAL_SUBCHANNEL_POOL, 1);
  // Retries are ours: they know our reasons. Proxies of the environment are not for this.
  arguments.SetInt(GRPC_ARG_ENABLE_RETRIES, 0);
  arguments.SetInt(GRPC_ARG_ENABLE_HTTP_PROXY, 0);
  if (!options.tls.server_name.empty()) {
    arguments.SetSslTargetNameOverride(options.tls.server_name);
  }
  return grpc::CreateCustomChannel(options.address, *credentials, arguments);
}

}  // namespace moadon
