// moadon group save | show | list | count | export | delete
#pragma once

#include <string>

#include "client/cli/session.h"
#include "moadon/v1/group_service.pb.h"

namespace moadon::cli {

// The noun's verbs and their options; must outlive the parsing. A parsed verb puts its work into
// `chosen`.
class GroupCommands final {
 public:
  GroupCommands(CLI::App& app, Action& chosen);
  GroupCommands(const GroupCommands&) = delete;
  GroupCommands& operator=(const GroupCommands&) = delete;

 private:
  // A verb that names a group, and one that may bring a question instead.
  CLI::App* add_verb(CLI::App& noun, const std::string& name, const std::string& help,
                     absl::StatusOr<int> (GroupCommands::*run)(Session&) const, Action& chosen);
  void add_question(CLI::App& verb);

  absl::StatusOr<int> save(Session& session) const;
  absl::StatusOr<int> show(Session& session) const;
  absl::StatusOr<int> list(Session& session) const;
  absl::StatusOr<int> count(Session& session) const;
  absl::StatusOr<int> export_members(Session& session) const;
  absl::StatusOr<int> remove(Session& session) const;

  bool has_question() const { return !where_.empty() || !file_.empty(); }
  // What --where or --file says; a usage refusal that points at the place.
  absl::StatusOr<v1::Question> question(Session& session) const;
  // Puts the name or the question into a request.
  template <typename Request>
  absl::Status ask(Session& session, Request& request) const;

  std::string group_id_;
  std::string title_;
  std::string where_;
  std::string file_;
  bool yes_ = false;
};

}  // namespace moadon::cli
