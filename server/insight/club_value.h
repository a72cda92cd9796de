// What the club brings and owes.
#pragma once

#include "moadon/v1/value_service.pb.h"
#include "server/operations/club.h"

namespace moadon {

// ValueService.GetValue, with its reasons. Reads all purchase days, nobody's sales and all points
// that are left; memory does not grow with the club.
absl::StatusOr<v1::GetValueResponse> get_value(Club& club, const v1::GetValueRequest& request);

}  // namespace moadon
