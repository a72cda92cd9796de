// A program as its owner reads it: what the club promises, in words.
#pragma once

#include "client/cli/session.h"
#include "moadon/v1/program.pb.h"

namespace moadon::cli {

// Prints head, benefits with conditions and limits, rights, points and tiers; what the program has
// not is left out.
void print_summary(Session& session, const v1::Program& program);

// Findings as lines: "error  benefits[2].title  is missing".
void print_findings(Session& session, std::ostream& out, const v1::CheckProgramResponse& found);

}  // namespace moadon::cli
