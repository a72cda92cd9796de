// The agent's directory: the files that it shares with the plugin and with whoever sets it up.
//
//   agent.json                       how to reach the server (settings.h)
//   lock                             held by the running agent
//   agent.port                       where it listens on 127.0.0.1; there while it is ready
//   journal.db                       the journal (journal.h)
//   journal.key                      what seals it (journal_seal.h)
//   cards.db                         what is kept of members (card_shelf.h)
//   cards.key                        the secret it is kept under; goes when nobody is let in
//   agent.log                        what happened
//   registers/<id>.local-token       what a register program shows to the agent
//   registers/<id>.server-token      what the agent shows to the server in the register's name
//
// Everything is for its owner's eyes only (directories 0700, files 0600). Files are replaced whole:
// a reader sees the old or the new one.
#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "absl/strings/string_view.h"

namespace moadon::agent {

inline constexpr size_t kMaxTokenBytes = 512;
inline constexpr int kLocalTokenRandomBytes = 24;
// More files in registers/ than this are not looked at.
inline constexpr int kMaxRegisters = 256;

// A register as its files say. Tokens that are missing or unreadable are empty.
struct RegisterFiles {
  std::string register_id;
  std::string local_token;
  std::string server_token;
};

// Names paths and reads and writes files; keeps nothing. Safe from any thread and process.
class AgentDirectory final {
 public:
  explicit AgentDirectory(std::string path) : path_(std::move(path)) {}

  // Makes the directories where they are missing.
  absl::Status create() const;

  const std::string& path() const { return path_; }
  std::string settings_path() const { return path_ + "/agent.json"; }
  std::string journal_path() const { return path_ + "/journal.db"; }
  std::string reserve_path() const { return path_ + "/journal.reserve"; }
  std::string cards_path() const { return path_ + "/cards.db"; }
  std::string cards_key_path() const { return path_ + "/cards.key"; }
  std::string log_path() const { return path_ + "/agent.log"; }

  // The key of the journal: the one in its file, else a new one, on the disk before it is returned.
  // A file that cannot be a key is kept beside it as journal.key.unusable.
  absl::StatusOr<std::string> journal_key() const;

  absl::Status write_port(std::uint16_t port) const;
  void remove_port() const;

  // All registers, by id.
  absl::StatusOr<std::vector<RegisterFiles>> registers() const;
  // Changes whenever a file in registers/ was added, replaced or removed; 0: cannot be told.
  int64_t registers_mark() const;

  // Stores the server's token and makes a local token unless there is one. Refuses a bad id or
  // token with FIELD_MISSING or FIELD_INVALID (values: field).
  absl::Status add_register(absl::string_view register_id, absl::string_view server_token) const;

  // Replaces the file at `path` by `content`, durably.
  static absl::Status write_file(const std::string& path, absl::string_view content);

 private:
  std::string registers_path() const { return path_ + "/registers"; }

  std::string path_;
};

}  // namespace moadon::agent
