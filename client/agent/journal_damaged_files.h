// The names under which a damaged journal is kept and another one takes its place, so that a power
// cut at any moment leaves one of them whole. Only for client/agent/journal*.cpp.
//
//   PATH.salvaging           the new file while it is made; thrown away when that was cut short
//   PATH.damaged-TIME[-N]    the damaged file, for ever (unless all of it was in clear and is in
//                            the new one, sealed); its log beside it as ...-wal
//   PATH.salvaged            the new file once it is whole: from then on it is the journal
#pragma once

#include <string>

#include "absl/status/status.h"
#include "absl/status/statusor.h"

namespace moadon::agent {

// Of the journal at one path. Keeps nothing but the path; each step may be repeated. Nobody may
// have the files open. Errors: those of the system.
class DamagedFiles final {
 public:
  explicit DamagedFiles(std::string path) : path_(std::move(path)) {}

  const std::string& path() const { return path_; }
  std::string draft() const { return path_ + ".salvaging"; }

  // The file is there and has nothing in it.
  bool is_empty() const;

  absl::Status remove_draft() const;
  // Gives the damaged files their names to keep, beside those they have. Returns the file's.
  absl::StatusOr<std::string> keep_damaged() const;
  // Removes what was kept under the name that keep_damaged() returned.
  absl::Status remove_kept(const std::string& name) const;
  // The draft is whole, closed and on the disk: it is the journal from now on.
  absl::Status decide() const;
  // Puts what was decided in its place. Nothing was: does nothing.
  absl::Status finish() const;

 private:
  std::string decided() const { return path_ + ".salvaged"; }
  absl::Status sync_directory() const;

  const std::string path_;
};

}  // namespace moadon::agent
