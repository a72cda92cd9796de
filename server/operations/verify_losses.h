// The loss account, for verify: what sales lost that were priced without the server, or paid when
// their hold had lapsed, worked out again from the ledger, the rights they used, the limits that
// were found exceeded and the returns, by a path of its own, which shares no code with
// sale_losses.h.
#pragma once

#include <string>
#include <vector>

#include "absl/status/status.h"
#include "moadon/v1/report_service.pb.h"
#include "server/operations/club_view.h"
#include "server/operations/plain_member.h"
#include "server/operations/verify_verdicts.h"
#include "server/storage/kept_promises_store.h"
#include "server/storage/loss_store.h"

namespace moadon {

// One member's.
struct LossFacts {
  const std::vector<PlainPromise>& promises;
  const std::vector<storage::KeptEntry>& entries;  // of points
  const std::vector<storage::KeptRightUse>& right_uses;
  const std::vector<storage::KeptHold>& holds;
  const std::vector<storage::LossRow>& losses;  // as kept
};

// What was found when the sales were recorded says which limits were exceeded: the order in which
// the server took them is a fact that nothing else keeps. Nor is it kept which hold a sale named:
// of one that was not priced without the server a loss may stand where its register had a hold of
// the member that lapsed, and is then worked out as any other.
absl::Status compare_losses(sqlite::Connection& connection, const ClubView& view,
                            const LossFacts& facts, Comparison& compare);

// Points by which a receipt's rows of the account changed it.
int64_t lost_points_milli(const std::vector<storage::LossRow>& losses,
                          const std::string& register_id, const std::string& receipt);

}  // namespace moadon
