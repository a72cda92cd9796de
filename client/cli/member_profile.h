// moadon members lead | enroll | interest | update | consent
#pragma once

#include <string>
#include <vector>

#include "client/cli/session.h"
#include "moadon/v1/member_service.pb.h"

namespace moadon::cli {

// What becomes known of people. Adds its verbs to the noun `members`; must outlive the parsing. A
// parsed verb puts its work into `chosen`.
class MemberProfileCommands final {
 public:
  MemberProfileCommands(CLI::App& members, Action& chosen);
  MemberProfileCommands(const MemberProfileCommands&) = delete;
  MemberProfileCommands& operator=(const MemberProfileCommands&) = delete;

 private:
  using Verb = absl::StatusOr<int> (MemberProfileCommands::*)(Session&) const;
  // A verb, of one member or of somebody who may be new.
  CLI::App* add_verb(const char* name, const char* purpose, Verb verb);
  CLI::App* add_member_verb(const char* name, const char* purpose, Verb verb);
  void add_keys(CLI::App& verb);
  void add_source(CLI::App& verb);
  void add_details(CLI::App& verb);
  void add_given_consents(CLI::App& verb);

  absl::StatusOr<int> lead(Session& session) const;
  absl::StatusOr<int> enroll(Session& session) const;
  absl::StatusOr<int> interest(Session& session) const;
  absl::StatusOr<int> update(Session& session) const;
  absl::StatusOr<int> consent(Session& session) const;

  // What the options say. Usage refusals name the option.
  template <typename Request>
  absl::Status fill_person(Request& request) const;
  template <typename Request>
  absl::Status fill_details(Request& request) const;
  absl::Status fill_time(google::protobuf::Timestamp* time) const;
  absl::Status fill_source(v1::Source* source) const;
  template <typename Message>
  absl::Status add_signs(Message& message) const;
  bool is_given(const char* option) const { return given_->count(option) > 0; }
  absl::StatusOr<std::string> member_id(Session& session) const;

  CLI::App& members_;
  Action& chosen_;
  CLI::App* given_ = nullptr;  // the verb that was parsed

  std::string key_;
  std::string member_id_;
  std::vector<std::string> phones_;
  std::vector<std::string> emails_;
  std::vector<std::string> cards_;
  std::vector<std::string> wallets_;
  std::string at_;
  std::string source_;
  std::string source_name_;
  std::string first_name_;
  std::string last_name_;
  std::string birth_date_;
  std::string anniversary_date_;
  std::string gender_;
  std::string family_;
  std::string city_;
  std::string language_code_;
  std::string prefers_;
  std::vector<std::string> fields_;
  std::vector<std::string> consents_;
  std::string wording_;
  std::string place_;
  std::vector<std::string> signs_;
  std::string branch_id_;
  std::vector<std::string> add_tags_;
  std::vector<std::string> remove_tags_;
  std::vector<std::string> confirmed_;
  std::string actor_;
  std::string channel_;
  bool withdraws_ = false;
};

}  // namespace moadon::cli
