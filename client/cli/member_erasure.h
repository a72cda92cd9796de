// moadon members access | erase
#pragma once

#include <string>

#include "client/cli/session.h"

namespace moadon::cli {

// What a person may ask of a club about themselves. Adds its verbs to the noun `members`; must
// outlive the parsing. A parsed verb puts its work into `chosen`.
class MemberErasureCommands final {
 public:
  MemberErasureCommands(CLI::App& members, Action& chosen);
  MemberErasureCommands(const MemberErasureCommands&) = delete;
  MemberErasureCommands& operator=(const MemberErasureCommands&) = delete;

 private:
  absl::StatusOr<int> access(Session& session) const;
  absl::StatusOr<int> erase(Session& session) const;

  std::string who_;
  std::string member_id_;
  std::string out_path_;
  std::string actor_;
  bool yes_ = false;
};

}  // namespace moadon::cli
