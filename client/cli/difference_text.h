// What the owner should see of a sale or return, in words.
#pragma once

#include <string>

#include "client/cli/session.h"
#include "moadon/v1/report_service.pb.h"

namespace moadon::cli {

std::string difference_text(Session& session, const v1::Difference& difference, const Money& money);

}  // namespace moadon::cli
