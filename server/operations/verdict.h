// What the rules say of a sale that has been paid.
#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "absl/status/statusor.h"
#include "moadon/v1/member_service.pb.h"
#include "moadon/v1/quote.pb.h"
#include "moadon/v1/report_service.pb.h"
#include "moadon/v1/sale.pb.h"
#include "moadon/v1/sync_service.pb.h"
#include "rules/pricing.h"
#include "server/operations/club_view.h"
#include "server/storage/sale_store.h"
#include "server/storage/verdict_store.h"

namespace moadon {

// By what a sale is judged, apart from whose it is.
struct SaleCase {
  int64_t program_version = 0;
  Occasion occasion;
  // As issued, and the terms under which an agent priced with them, trimmed; without member_id:
  // none that can be used, and the terms of an agent that named none.
  v1::MemberFacts facts;
  bool has_bad_facts = false;               // some were named that were never issued
  int64_t named_snapshot = 0;               // of the facts that the sale names
  bool is_bare = false;                     // prices are all that there is to say
  std::vector<v1::Difference> differences;  // about the version
};

// What the rules say, and what they were told.
struct Verdict {
  v1::Quote quote;  // without reasons and texts; without lines: prices are as charged_minor says
  v1::MemberFacts facts;
  Occasion occasion;
};

// The case of a sale taken at `at`; `row` has its times. A moment that the context was priced for
// counts when it is at most an hour before the sale. Terms beside facts that were never issued are
// no terms.
SaleCase case_of(const v1::Sale& sale, const v1::RecordContext& context,
                 const storage::SaleRow& row, const ClubView& view, const RegisterView& at);

// `member_id`: whose the sale is; empty: nobody's. Facts that were issued for another member are
// not used: the rules are then asked as for a member of whom nothing is known.
Verdict judge(const v1::Sale& sale, const SaleCase& by, const std::string& member_id,
              const ClubView& view);
// Whether the sale's facts cannot be used for this member.
bool lacks_facts(const SaleCase& by, const std::string& member_id);

// Whether the rules had more to say than prices.
bool has_promises(const v1::Quote& quote);
// What the rules charge for a line.
int64_t verdict_minor(const v1::Sale& sale, const Verdict& verdict, int line);

// As kept, and back; the branch is the sale's.
storage::VerdictRow row_of(const Verdict& verdict, const storage::SaleRow& sale);
absl::StatusOr<Verdict> verdict_of(const storage::VerdictRow& row, const std::string& branch_id);

}  // namespace moadon
