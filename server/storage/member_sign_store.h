// Signs of interest of members, but the sign-up, which is in the member's row.
#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "absl/status/statusor.h"
#include "server/storage/member_origin_store.h"
#include "server/storage/query.h"

namespace moadon::storage {

struct SignRow {
  int64_t sign_us = 0;
  int kind = 0;  // v1::SignKind
  int64_t sign_day = 0;
  std::string branch_id;  // empty: at none
  SourceColumns source;
};

// Oldest first. The member's row counts them.
absl::StatusOr<std::vector<SignRow>> list_signs(Connection& connection, int64_t member_id);
// One of this kind and time must not be there yet.
absl::Status insert_sign(Connection& connection, int64_t member_id, const SignRow& row);

}  // namespace moadon::storage
