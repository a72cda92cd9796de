// The members of a group as a file for other programs: mailing, calling, counting.
#pragma once

#include <string>

#include "moadon/v1/group_service.pb.h"

namespace moadon::cli {

inline constexpr const char* kGroupFileHeading =
    "member_id,first_name,last_name,phone,email,card,stage,tier,purchase_days,last_purchase_date,"
    "net_spend_minor,consents";

// One record, without the line break. Consents stand with spaces between them.
std::string group_file_record(const v1::GroupMember& member);

}  // namespace moadon::cli
