// agent.json: how the agent reaches its server and whom it serves besides the plugin.
//
//   {"server": "club.example:7070",
//    "tls": {"ca_file": "...", "certificate_file": "...", "private_key_file": "...",
//            "server_name": "..."},
//    "http_port": 0,
//    "journal_limit_mib": 2048,
//    "allowed_origins": ["https://till.example"]}
//
// Every member may be missing; members not named here are refused.
#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "client/agent/journal_reserve.h"
#include "client/lib/channel.h"

namespace moadon::agent {

struct Settings {
  ChannelOptions server;        // no address: the agent keeps everything and delivers nothing
  std::uint16_t http_port = 0;  // 0: the system picks
  std::vector<std::string> allowed_origins;
  // The journal may grow so far; kMinJournalLimitMib .. kMaxJournalLimitMib.
  int64_t journal_limit_mib = kDefaultJournalLimitMib;
};

// The settings in the file at `path`; the defaults when there is none. Refuses with MALFORMED (not
// JSON, or a member of another type) or FIELD_INVALID (an unknown member or a bad value), values:
// field.
absl::StatusOr<Settings> read_settings(const std::string& path);

// Replaces the file at `path`.
absl::Status write_settings(const std::string& path, const Settings& settings);

}  // namespace moadon::agent
