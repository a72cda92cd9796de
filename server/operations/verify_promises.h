// Everything that a member was promised, for verify: tiers, verdicts, points, rights and uses.
#pragma once

#include <vector>

#include "server/operations/verify_documents.h"
#include "server/operations/verify_merges.h"
#include "server/operations/verify_tiers.h"
#include "server/operations/verify_verdicts.h"
#include "server/storage/kept_promises_store.h"

namespace moadon {

// One page of checking, on one snapshot. Not thread-safe; what it is made from must outlive it.
class PromiseCheck final {
 public:
  PromiseCheck(sqlite::Connection& connection, const ClubView& view, int64_t today,
               std::vector<v1::Disagreement>& found)
      : connection_(connection),
        view_(view),
        today_(today),
        versions_(plain_tier_versions(view)),
        verdicts_(view, found),
        found_(found) {}

  // `kept`, `documents` and `person` are the member's.
  absl::Status check_member(int64_t member_id, const storage::KeptPromises& kept,
                            const PlainDocuments& documents, const PlainPerson& person);
  // Sales of nobody.
  absl::Status check_nobody(const PlainDocuments& documents);
  // The uses of the whole club.
  absl::Status check_club();

 private:
  absl::StatusOr<std::vector<PlainPromise>> check_verdicts(const PlainDocuments& documents);

  sqlite::Connection& connection_;
  const ClubView& view_;
  const int64_t today_;
  const std::vector<PlainTierVersion> versions_;
  VerdictCheck verdicts_;
  std::vector<v1::Disagreement>& found_;
};

}  // namespace moadon
