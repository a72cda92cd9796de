// What registers keep of members, for the time when they cannot reach the server.
#pragma once

#include "absl/status/statusor.h"
#include "moadon/v1/sync_service.pb.h"
#include "server/operations/club.h"

namespace moadon {

// SyncService.FetchCards of a register, with its reasons. A page looks at page_size members at most
// and may have fewer cards, even none, while has_more says that there is more.
absl::StatusOr<v1::FetchCardsResponse> fetch_cards(Club& club, const RegisterView& at,
                                                   const v1::FetchCardsRequest& request);

}  // namespace moadon
