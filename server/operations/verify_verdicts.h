// What the rules said of sales, for verify: asked again, and compared with what is kept of it.
#pragma once

#include <cstdint>
#include <map>
#include <optional>
#include <vector>

#include "absl/status/status.h"
#include "moadon/v1/quote.pb.h"
#include "rules/pricing.h"
#include "server/operations/club_view.h"
#include "server/operations/plain_member.h"
#include "server/storage/kept_promises_store.h"

namespace moadon {

// What was kept after a return and those before it.
struct PlainAfter {
  KeptRewards kept;
  int64_t spent_milli = 0;
};

// A sale's verdict and what its returns left of it, recomputed.
struct PlainPromise {
  const PlainSale* sale = nullptr;
  v1::Quote verdict;
  KeptRewards kept;          // after all returns
  int64_t earned_milli = 0;  // by the sale
  int64_t spent_milli = 0;   // in it
  int64_t earned_kept_milli = 0;
  int64_t spent_kept_milli = 0;
  bool is_under_terms = false;    // priced without the server
  std::vector<PlainAfter> after;  // per return of the sale
};

// Not thread-safe; `view` and `found` must outlive it.
class VerdictCheck final {
 public:
  VerdictCheck(const ClubView& view, std::vector<v1::Disagreement>& found)
      : view_(view), found_(found) {}

  // Compares a sale's verdict, and the points that its returns are kept to have moved. Of a sale
  // without one the rules must have had nothing to say: then the answer is empty. `sale` must
  // outlive the answer.
  absl::StatusOr<std::optional<PlainPromise>> check(const PlainSale& sale);

 private:
  absl::StatusOr<std::optional<PlainPromise>> check_verdict(const PlainSale& sale);
  void check_silent(const PlainSale& sale);
  const Pricing& pricing_of(int64_t version);
  bool is_version_of(const storage::SaleRow& sale, int64_t version) const;
  void compare_points(PlainPromise& promise, const Pricing& pricing, const v1::MemberFacts& facts,
                      const Occasion& occasion);

  const ClubView& view_;
  std::vector<v1::Disagreement>& found_;
  std::map<int64_t, Pricing> pricings_;  // by version
};

}  // namespace moadon
