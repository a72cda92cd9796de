// moadon quote: the rules on files, without a server.
#pragma once

#include <string>

#include "client/cli/session.h"

namespace moadon::cli {

// As MembersCommands.
class QuoteCommand final {
 public:
  QuoteCommand(CLI::App& app, Action& chosen);
  QuoteCommand(const QuoteCommand&) = delete;
  QuoteCommand& operator=(const QuoteCommand&) = delete;

 private:
  absl::StatusOr<int> run(Session& session) const;

  std::string program_file_;
  std::string basket_file_;
  std::string facts_file_;
  std::string at_;
  std::string branch_;
  int columns_ = 0;
  bool visual_ = false;
};

}  // namespace moadon::cli
