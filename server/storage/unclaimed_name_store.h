// Documents of nobody that named somebody under a provisional id that was not known yet.
#pragma once

#include <cstdint>
#include <vector>

#include "server/storage/member_details_store.h"
#include "server/storage/provisional_store.h"

namespace moadon::storage {

absl::Status insert_unclaimed_name(Connection& connection, const ProvisionalName& name,
                                   const UnclaimedDocument& document);
// By id.
absl::StatusOr<std::vector<UnclaimedDocument>> list_unclaimed_under(Connection& connection,
                                                                    const ProvisionalName& name);
// Documents with such names that are not nobody's, or of which somebody is known by the name: there
// should be none.
absl::StatusOr<std::vector<int64_t>> list_wrongly_unclaimed_names(Connection& connection);
// Forgets the name of a document.
absl::Status delete_unclaimed_name(Connection& connection, int64_t document_id);

}  // namespace moadon::storage
