// Where the sandbox finds its programs and keeps its files.
#pragma once

#include <set>
#include <string>

#include "absl/status/statusor.h"

namespace moadon::cli {

// Our programs, found beside the running one: all in one directory, or installed as bin/ and lib/.
struct Programs {
  std::string bin_dir;
  std::string server;           // moadond
  std::string agent;            // moadon-agent
  std::string register_client;  // moadon-register
  std::string plugin;           // libmoadon_pos.so
};

// Refuses, naming the file, when one is not there.
absl::StatusOr<Programs> find_programs();

// The private directory and what stands in it. Paths are absolute.
struct House {
  std::string dir;
  std::string server_dir() const { return dir + "/server"; }
  std::string agent_dir() const { return dir + "/agent"; }
  std::string log_dir() const { return dir + "/logs"; }
  std::string owner_token() const { return server_dir() + "/owner.token"; }
  std::string server_announcement() const { return server_dir() + "/moadond.json"; }
  std::string agent_announcement() const { return agent_dir() + "/agent.port"; }
  std::string local_tokens() const { return agent_dir() + "/registers"; }
  std::string local_token(const std::string& register_id) const {
    return local_tokens() + "/" + register_id + ".local-token";
  }

  // The registers that the agent holds tokens of.
  std::set<std::string> registers() const;
};

// Makes the directories that are not there yet and makes all of them private (0700). Usage refusal
// when it cannot.
absl::StatusOr<House> open_house(const std::string& dir);

}  // namespace moadon::cli
