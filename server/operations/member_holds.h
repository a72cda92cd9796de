// What an open hold has set aside, and how it ends when no sale uses it.
#pragma once

#include <optional>
#include <string>
#include <vector>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "rules/points_account.h"
#include "server/operations/writer_state.h"
#include "server/storage/hold_store.h"
#include "server/storage/sale_store.h"

namespace moadon {

// Holds have ids as members do; the same text is the source of their entries in the ledger.
std::string hold_id_text(int64_t hold_id);

// The hold that a sale of the register names, if it is open and the register's own.
absl::StatusOr<std::optional<storage::HoldRow>> find_named_hold(sqlite::Connection& connection,
                                                                const std::string& register_id,
                                                                const std::string& hold_id);

struct OpenHold {
  storage::HoldRow row;
  std::vector<LotPart> points;
  std::vector<storage::HoldRightRow> rights;
};

// What became of the hold that a sale names; neither when it is not of its register and member.
struct HoldOfSale {
  std::optional<OpenHold> open;
  bool has_lapsed = false;  // the register was silent too long
};
absl::StatusOr<HoldOfSale> find_hold_of_sale(sqlite::Connection& connection,
                                             const storage::SaleRow& sale,
                                             const std::string& hold_id);

// Sets free what an open hold took of its member, and ends it. Points that came to their end
// meanwhile expire. On the writer's thread.
absl::Status end_unused_hold(sqlite::Connection& connection, WriterState& state,
                             const storage::HoldRow& hold, storage::HoldState ended);

}  // namespace moadon
