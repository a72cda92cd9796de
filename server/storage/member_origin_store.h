// Where members came from: part of the club's statistics, kept when a person's details are erased.
#pragma once

#include <cstdint>
#include <optional>
#include <string>

#include "absl/status/statusor.h"
#include "server/storage/query.h"

namespace moadon::storage {

struct SourceColumns {
  int kind = 0;  // v1::SourceKind; 0: not said
  std::string name;

  auto operator<=>(const SourceColumns&) const = default;
};

struct OriginRow {
  int64_t branch_us = 0;             // of the earliest contact
  std::string branch_id;             // where that was; empty: at none
  std::optional<int64_t> source_us;  // of the earliest contact that named a source
  SourceColumns source;

  bool operator==(const OriginRow&) const = default;
};

absl::StatusOr<std::optional<OriginRow>> find_origin(Connection& connection, int64_t member_id);
absl::Status keep_origin(Connection& connection, int64_t member_id, const OriginRow& row);

}  // namespace moadon::storage
