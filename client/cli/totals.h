// moadon totals
#pragma once

#include <string>

#include "client/cli/session.h"
#include "moadon/v1/report_service.pb.h"

namespace moadon::cli {

// As MembersCommands.
class TotalsCommand final {
 public:
  TotalsCommand(CLI::App& app, Action& chosen);
  TotalsCommand(const TotalsCommand&) = delete;
  TotalsCommand& operator=(const TotalsCommand&) = delete;
};

// As --json prints them: ten JSON integers, without the line break.
std::string totals_json(const v1::GetTotalsResponse& totals);

void print_totals(Session& session, const v1::GetTotalsResponse& totals);

}  // namespace moadon::cli
