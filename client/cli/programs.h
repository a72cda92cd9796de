// moadon program show | list | publish | template
#pragma once

#include <cstdint>
#include <string>

#include "client/cli/session.h"

namespace moadon::cli {

// What a new club's program starts from.
struct ProgramBasis {
  std::string currency_code = "ILS";
  std::string time_zone = "Asia/Jerusalem";
  std::string country_code = "IL";
};

// A program ready to publish, with every number of the stage rule written out.
v1::Program program_template(const ProgramBasis& basis);

// The program in a JSON file, or on stdin for "-". Usage refusal when the file cannot be read;
// REASON_MALFORMED when it is not a program.
absl::StatusOr<v1::Program> read_program(const std::string& path);

// As MembersCommands.
class ProgramCommands final {
 public:
  ProgramCommands(CLI::App& app, Action& chosen);
  ProgramCommands(const ProgramCommands&) = delete;
  ProgramCommands& operator=(const ProgramCommands&) = delete;

 private:
  absl::StatusOr<int> show(Session& session) const;
  absl::StatusOr<int> list(Session& session) const;
  absl::StatusOr<int> publish(Session& session) const;
  absl::StatusOr<int> print_template(Session& session) const;

  std::int64_t version_ = 0;
  std::string file_;
  ProgramBasis basis_;
};

}  // namespace moadon::cli
