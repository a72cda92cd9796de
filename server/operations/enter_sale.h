// What a sale's verdict means in the ledger.
#pragma once

#include <string>
#include <vector>

#include "absl/status/status.h"
#include "moadon/v1/report_service.pb.h"
#include "server/operations/member_change.h"
#include "server/operations/verdict.h"
#include "server/operations/writer_state.h"
#include "server/storage/sale_store.h"

namespace moadon {

// As PointsEntry.source.
template <typename Row>
std::string source_of(const Row& row) {
  return row.register_id + "/" + row.receipt;
}

// What is known beside the verdict.
struct EntryContext {
  // The hold that the sale uses up; one that is not of its register and member is none, nor is one
  // that has ended, but that its register's silence ended it is remembered. Of a sale that promises
  // nothing it is left open.
  std::string hold_id;
  bool may_be_claimed = false;  // by whoever joins with its key or under its name
};

// Enters a sale that is recorded: points spent and earned, rights used and granted, benefits used,
// and the verdict itself. What was not there any more, and limits that are exceeded as the server
// counts now, are appended to `differences`; nothing is ever refused. Of a sale that was priced
// without the server, or whose hold has lapsed, they are the club's loss (sale_losses.h). `change`
// is the member's; null: the sale is nobody's.
absl::Status enter_sale(sqlite::Connection& connection, WriterState& state,
                        const storage::SaleRow& sale, const Verdict& verdict,
                        const EntryContext& context, MemberChange* change,
                        std::vector<v1::Difference>& differences);

// Enters for a member a sale that was nobody's when it was recorded: its verdict is made anew, as
// of a member of whom nothing is known. The sale and its returns must have been given already.
absl::Status enter_claimed_sale(sqlite::Connection& connection, WriterState& state,
                                const storage::SaleRow& sale, MemberChange& change);

}  // namespace moadon
