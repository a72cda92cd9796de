// moadon members show | list | export, and the verbs of member_decisions.h, member_erasure.h,
// member_merges.h and member_profile.h
#pragma once

#include <string>

#include "client/cli/member_decisions.h"
#include "client/cli/member_erasure.h"
#include "client/cli/member_merges.h"
#include "client/cli/member_profile.h"
#include "client/cli/session.h"

namespace moadon::cli {

// The noun's verbs and their options; must outlive the parsing. A parsed verb puts its work into
// `chosen`.
class MembersCommands final {
 public:
  MembersCommands(CLI::App& app, Action& chosen);
  MembersCommands(const MembersCommands&) = delete;
  MembersCommands& operator=(const MembersCommands&) = delete;

 private:
  absl::StatusOr<int> show(Session& session) const;
  absl::StatusOr<int> list(Session& session) const;
  absl::StatusOr<int> export_csv(Session& session) const;

  CLI::App* const noun_;  // owned by the application
  MemberDecisionCommands decisions_;
  MemberErasureCommands erasure_;
  MemberMergeCommands merges_;
  MemberProfileCommands profile_;
  std::string key_;
  std::string member_id_;
  std::string stage_;
  std::string as_of_;
};

}  // namespace moadon::cli
