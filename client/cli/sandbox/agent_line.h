// Asks the sandbox's agent how it is, as a register would: through the plugin.
#pragma once

#include <string>

#include "absl/status/statusor.h"
#include "moadon/v1/register_service.pb.h"
#include "moadon_pos.h"

namespace moadon::cli {

// The loaded plugin. It stays mapped for good. Not thread-safe.
class AgentLine final {
 public:
  static absl::StatusOr<AgentLine> load(const std::string& plugin, const std::string& agent_dir);

  absl::StatusOr<v1::StatusResponse> status(const std::string& register_id) const;

  // The first page of what is not delivered.
  absl::StatusOr<v1::PendingResponse> pending(const std::string& register_id) const;

 private:
  AgentLine() = default;

  absl::Status call(const std::string& register_id, const char* method,
                    const google::protobuf::Message& request,
                    google::protobuf::Message& response) const;

  std::string agent_dir_;
  decltype(&moadon_pos_open) open_ = nullptr;
  decltype(&moadon_pos_call) call_ = nullptr;
  decltype(&moadon_pos_release) release_ = nullptr;
  decltype(&moadon_pos_close) close_ = nullptr;
};

}  // namespace moadon::cli
