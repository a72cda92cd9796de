// What commits, deliveries and holds change of what is left without the server, inside their own
// transactions. Only for client/agent/journal*.cpp.
#pragma once

#include <cstdint>
#include <string>

#include "client/agent/journal_offline.h"
#include "client/agent/journal_rows.h"
#include "client/agent/journal_seal.h"
#include "moadon/v1/offline.pb.h"
#include "moadon/v1/sync_service.pb.h"
#include "rules/offline.h"
#include "sqlite/connection.h"

namespace moadon::agent {

// A row of these tables: which, and its key.
struct OfflinePlace {
  absl::string_view table;
  absl::string_view register_id;
  absl::string_view member_id;
  absl::string_view name;  // sequence, request_id, grant_id, benefit_id
};
std::string text_of(const OfflinePlace& place);

// Whether whoever made use of that was given points or benefits with limits. A use of nothing at
// all is that of a sale to which the server gave them, outside of the caps.
bool serves_member(const v1::OfflineTerms& used);
bool takes_nothing(const v1::OfflineTerms& used);

// What a use is kept as: the message with what was taken in the place of what may be.
v1::OfflineTerms message_of(const OfflineUse& use);
absl::StatusOr<std::string> sealed_use(const JournalSeal& seal, const OfflineUse& use,
                                       const OfflinePlace& place);

// The sale at `sequence` takes that.
absl::Status book_use(sqlite::Connection& connection, const JournalSeal& seal,
                      const std::string& register_id, int64_t sequence,
                      const std::string& member_id, const OfflineUse& use);
// The server has had it since `server_time_us`: caps are free again, slices smaller, leases gone.
// The member stays served until newer facts come.
absl::Status end_use(sqlite::Connection& connection, const JournalSeal& seal,
                     const EntryPlace& place, int64_t server_time_us);

// The register may use no lease and no slice any more.
absl::Status drop_all_leases(sqlite::Connection& connection, const std::string& register_id);

// The server is about to be asked for rights that the register has leased: it sets them aside.
absl::Status give_leases_up(sqlite::Connection& connection, const std::string& register_id,
                            const v1::PlaceHoldRequest& request);

absl::Status keep_latest(sqlite::Connection& connection, int64_t latest_us);

}  // namespace moadon::agent
