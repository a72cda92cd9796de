// How moves between tiers and entries of the ledger of points are called on screens.
#pragma once

#include <string>

#include "client/cli/language.h"
#include "moadon/v1/member_service.pb.h"

namespace moadon::cli {

std::string tier_reason_label(v1::TierReason reason, Language language);
std::string points_entry_label(v1::PointsEntryKind kind, Language language);

}  // namespace moadon::cli
