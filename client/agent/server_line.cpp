#include "client/agent/server_line.h"

namespace moadon::agent {

bool ServerLine::set_token(const std::string& token) {
  absl::MutexLock lock(&mutex_);
  if (token == token_) return false;
  token_ = token;
  client_.reset();
  turned_away_ = v1::REASON_UNSPECIFIED;
  return true;
}

bool ServerLine::has_token() {
  absl::MutexLock lock(&mutex_);
  return !token_.empty();
}

v1::Reason ServerLine::turned_away() {
  absl::MutexLock lock(&mutex_);
  return turned_away_;
}

void ServerLine::note_standing(const Client* asked, const absl::Status& answered) {
  const v1::Reason reason = reason_of(answered);
  const bool is_turned_away =
      reason == v1::REASON_TOKEN_REVOKED || reason == v1::REASON_TOKEN_UNKNOWN;
  if (!answered.ok() && !is_turned_away) return;
  absl::MutexLock lock(&mutex_);
  if (client_.get() == asked) turned_away_ = reason;  // else it may have had another token
}

absl::Status ServerLine::unreachable() {
  return refuse(v1::REASON_SERVER_UNREACHABLE, "the server does not answer");
}

std::shared_ptr<const Client> ServerLine::current_client() {
  ServerLink::NumberedChannel channel = link_.channel();
  absl::MutexLock lock(&mutex_);
  if (channel.channel == nullptr || token_.empty()) return nullptr;
  if (client_ == nullptr || channel_number_ != channel.number) {
    auto made = Client::make(channel.channel, token_);
    if (!made.ok()) return nullptr;
    client_ = std::make_shared<const Client>(*std::move(made));
    channel_number_ = channel.number;
  }
  return client_;
}

}  // namespace moadon::agent
