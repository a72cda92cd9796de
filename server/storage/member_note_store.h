// What was written down about members.
#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "absl/status/statusor.h"
#include "server/storage/query.h"

namespace moadon::storage {

struct NoteRow {
  int64_t note_us = 0;
  std::string note;
  std::string actor;
};

// In the order of writing.
absl::StatusOr<std::vector<NoteRow>> list_notes(Connection& connection, int64_t member_id);
absl::Status insert_note(Connection& connection, int64_t member_id, const NoteRow& row);

}  // namespace moadon::storage
