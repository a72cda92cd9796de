// The options that stand before or after any command.
#pragma once

#include <string>

#include "client/cli/session.h"

namespace moadon::cli {

// Puts the options on `app` and, after parsing, gives what they say. Must outlive the parsing.
class GlobalOptionsParser final {
 public:
  explicit GlobalOptionsParser(CLI::App& app);
  GlobalOptionsParser(const GlobalOptionsParser&) = delete;
  GlobalOptionsParser& operator=(const GlobalOptionsParser&) = delete;

  GlobalOptions options() const;

 private:
  GlobalOptions options_;
  std::string language_;
};

}  // namespace moadon::cli
