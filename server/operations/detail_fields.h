// The details of a person by the names that FieldConfirmation and settings give them.
#pragma once

#include <string>
#include <vector>

#include "absl/strings/string_view.h"
#include "absl/types/span.h"
#include "server/storage/member_details_store.h"

namespace moadon {

// "custom." and a field_id name a field of the owner's.
inline constexpr absl::string_view kCustomPrefix = "custom.";

// One column of DetailsRow.
struct DetailField {
  absl::string_view name;
  bool (*is_known)(const storage::DetailsRow& row);
  void (*copy)(const storage::DetailsRow& from, storage::DetailsRow& to);
};

// All, in the order of FieldConfirmation.
absl::Span<const DetailField> detail_fields();
// Null: no such detail.
const DetailField* detail_field(absl::string_view name);

// Copies what `given` knows and `row` does not, and names it.
std::vector<std::string> fill_unknown(const storage::DetailsRow& given, storage::DetailsRow& row);

}  // namespace moadon
