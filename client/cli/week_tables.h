// The owner's week on a screen and in a file.
#pragma once

#include <ostream>

#include "client/cli/session.h"
#include "moadon/v1/week_service.pb.h"

namespace moadon::cli {

// The week as tables and sentences, in the session's language.
void print_week(Session& session, const v1::GetWeekResponse& week);

// One number per line, under the heading week_start,table,name,to,count: the same whatever the
// language.
void print_week_csv(std::ostream& out, const v1::GetWeekResponse& week);

}  // namespace moadon::cli
