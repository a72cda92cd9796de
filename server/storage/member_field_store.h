// Details that the owner defines, when each detail was last said, and when it was asked for.
#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "absl/status/statusor.h"
#include "absl/strings/string_view.h"
#include "server/storage/query.h"

namespace moadon::storage {

struct CustomValueRow {
  std::string field_id;
  std::string value;
};

// By field_id.
absl::StatusOr<std::vector<CustomValueRow>> list_custom_values(Connection& connection,
                                                               int64_t member_id);
// An empty value is forgotten.
absl::Status keep_custom_value(Connection& connection, int64_t member_id,
                               const CustomValueRow& row);

struct ConfirmationRow {
  std::string field;  // as v1::FieldConfirmation
  int64_t confirm_us = 0;
  std::string actor;
};

// By field.
absl::StatusOr<std::vector<ConfirmationRow>> list_confirmations(Connection& connection,
                                                                int64_t member_id);
// The latest of each field stays.
absl::Status keep_confirmation(Connection& connection, int64_t member_id,
                               const ConfirmationRow& row);
absl::Status delete_confirmation(Connection& connection, int64_t member_id,
                                 absl::string_view field);

struct AskRow {
  std::string field;  // as v1::Ask
  int64_t ask_us = 0;
};

// By field.
absl::StatusOr<std::vector<AskRow>> list_asks(Connection& connection, int64_t member_id);
// The latest of each field stays. False: it was kept already, or a later one.
absl::StatusOr<bool> keep_ask(Connection& connection, int64_t member_id, const AskRow& row);

}  // namespace moadon::storage
