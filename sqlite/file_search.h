// Looks for texts in the bytes of a file: what a database says it has forgotten may still be there.
#pragma once

#include <cstddef>
#include <string>
#include <vector>

#include "absl/status/statusor.h"
#include "absl/types/span.h"
#include "sqlite/connection.h"

namespace moadon::sqlite {

// Shorter texts are everywhere by chance.
inline constexpr size_t kMinSoughtBytes = 4;

// Of each text whether its bytes stand anywhere in the file of `connection`, the WAL aside; false
// for texts that are shorter than kMinSoughtBytes. Reads the file once, whatever the number of
// texts. Nobody should write to it meanwhile.
absl::StatusOr<std::vector<bool>> find_in_file(Connection& connection,
                                               absl::Span<const std::string> texts);

}  // namespace moadon::sqlite
