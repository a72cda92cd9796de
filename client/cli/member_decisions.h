// moadon members adjust-points | grant-right | lock-tier | note | refuse | want | points
#pragma once

#include <string>

#include "client/cli/session.h"

namespace moadon::cli {

// What an owner decides about one member by hand, and the ledger that shows it. Adds its verbs to
// the noun `members`; must outlive the parsing. A parsed verb puts its work into `chosen`.
class MemberDecisionCommands final {
 public:
  MemberDecisionCommands(CLI::App& members, Action& chosen);
  MemberDecisionCommands(const MemberDecisionCommands&) = delete;
  MemberDecisionCommands& operator=(const MemberDecisionCommands&) = delete;

 private:
  using Verb = absl::StatusOr<int> (MemberDecisionCommands::*)(Session&) const;
  CLI::App* add_verb(CLI::App& members, Action& chosen, const std::string& name,
                     const std::string& purpose, Verb verb);
  void add_decision_options(CLI::App& verb);
  void add_request_options(CLI::App& verb);

  absl::StatusOr<int> adjust_points(Session& session) const;
  absl::StatusOr<int> grant_right(Session& session) const;
  absl::StatusOr<int> lock_tier(Session& session) const;
  absl::StatusOr<int> add_note(Session& session) const;
  absl::StatusOr<int> set_wish(Session& session, bool refuses) const;
  absl::StatusOr<int> refuse_services(Session& session) const;
  absl::StatusOr<int> want_services(Session& session) const;
  absl::StatusOr<int> points(Session& session) const;

  // The id given, or that of the member who holds the key given.
  absl::StatusOr<std::string> find_member_id(Session& session) const;
  // What every decision carries. Without --request-id a new id is chosen and told on stderr: with
  // it the line can be repeated without deciding twice.
  template <typename Request>
  absl::Status fill_decision(Session& session, Request& request) const;
  // The same of what needs no reason.
  template <typename Request>
  absl::Status fill_request(Session& session, Request& request) const;

  std::string key_;
  std::string member_id_;
  std::string request_id_;
  std::string note_;
  std::string actor_;
  std::string points_;
  std::string right_id_;
  std::string tier_id_;
  std::string until_date_;
  std::string text_;
};

}  // namespace moadon::cli
