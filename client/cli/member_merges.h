// moadon members merge | unmerge
#pragma once

#include <string>

#include "client/cli/session.h"

namespace moadon::cli {

// The two verbs and their options; must outlive the parsing.
class MemberMergeCommands final {
 public:
  MemberMergeCommands(CLI::App& members, Action& chosen);
  MemberMergeCommands(const MemberMergeCommands&) = delete;
  MemberMergeCommands& operator=(const MemberMergeCommands&) = delete;

 private:
  CLI::App* add_verb(const std::string& name, const std::string& purpose, Action& chosen,
                     absl::StatusOr<int> (MemberMergeCommands::*run)(Session&) const);
  absl::StatusOr<int> merge(Session& session) const;
  absl::StatusOr<int> unmerge(Session& session) const;

  CLI::App& members_;
  std::string kept_;
  std::string lost_;
  std::string note_;
  std::string actor_;
  std::string request_id_;
};

}  // namespace moadon::cli
