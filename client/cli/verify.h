// moadon verify
#pragma once

#include <cstdint>
#include <vector>

#include "client/cli/session.h"

namespace moadon::cli {

// As MembersCommands.
class VerifyCommand final {
 public:
  VerifyCommand(CLI::App& app, Action& chosen);
  VerifyCommand(const VerifyCommand&) = delete;
  VerifyCommand& operator=(const VerifyCommand&) = delete;
};

}  // namespace moadon::cli
