// What a basket costs, earns and uses, and why: design.md section 6 and rules.md, exactly. The
// agent's quote and the server's verdict are this same code on the same inputs.
//
// Where those leave room:
// - A group is reached at the first of its benefits that holds and would change something, so that
//   one that does not apply changes nothing. The basket's cap is not looked at there.
// - Worth is taken before anything is paid: how the customer pays chooses no benefit. Of the stack
//   and of an exclusive benefit it is what they save under the basket's cap. An exclusive benefit
//   worth nothing applies where no other would.
// - Bonus points, rights and gifts need an article in the basket. Units of a line that points and
//   gift balance pay whole earn no points per item; a visit does.
// - A gift line is given when article and benefit fit, up to the gift's quantity; it then carries
//   a discount part of its benefit, which no cap counts.
// - In a set the cost of units of one line is rounded as refunds are: round(left x q / Q) less
//   what was before.
// - Under `facts.offline` a multiplier is metered by what it adds before anything is paid; where
//   rounding makes it add more than the terms allow once points pay a part, it is not given.
// - One sale earns at most 10^15 thousandths of a point.
#pragma once

#include <cstdint>
#include <memory>
#include <string>
#include <vector>

#include "absl/status/statusor.h"
#include "absl/time/civil_time.h"
#include "absl/types/span.h"
#include "google/protobuf/arena.h"
#include "moadon/v1/facts.pb.h"
#include "moadon/v1/program.pb.h"
#include "moadon/v1/quote.pb.h"
#include "moadon/v1/sale.pb.h"

namespace moadon {

// Where and when, already in the branch's terms.
struct Occasion {
  std::string branch_id;
  absl::CivilDay business_day;
  int minute_of_day = 0;  // 0 .. 1439 on the branch's wall clock
};

// What is left of a sale's promises when only some units were kept.
struct KeptRewards {
  int64_t earned_milli = 0;      // never more than the sale first gave
  std::vector<int> kept_grants;  // per Quote.rights_granted of the verdict: rights still deserved
  std::vector<bool> right_use_stands;  // per Quote.rights_used: some unit that carried it is kept
  std::vector<bool> benefit_stands;    // per Quote.applied: likewise, for limits
};

// One program version made ready for pricing: filters hashed, benefits in their order. Immutable,
// safe from any thread; owns its copy of the program.
class Pricing final {
 public:
  // `program` must have passed check_program.
  explicit Pricing(v1::Program program);
  ~Pricing();
  Pricing(Pricing&&) noexcept;
  Pricing& operator=(Pricing&&) noexcept;

  const v1::Program& program() const;

  // Prices a basket. `facts` may be the default message: nobody. Facts with a member_id and
  // snapshot 0 are of a member of whom nothing else is known (a sale that was not priced for them):
  // benefits as for nobody, no points spent, but points are earned, as by a member without a tier.
  // Sets every field of the quote that rules decide: not receipt_lines, cashier_text and reference.
  // Refuses as check_basket.
  absl::StatusOr<v1::Quote> quote(const v1::Basket& basket, const v1::MemberFacts& facts,
                                  const Occasion& occasion) const;

  // The same on an arena, which owns it: less work where a quote is looked at and dropped.
  absl::StatusOr<const v1::Quote*> quote(const v1::Basket& basket, const v1::MemberFacts& facts,
                                         const Occasion& occasion,
                                         google::protobuf::Arena& arena) const;

  // What of `verdict` (this program's quote of `basket` with `facts` on `occasion`) the kept units
  // still deserve. `kept_milli` has one entry per line of the basket, 0 .. its quantity. A pure
  // function of what was kept.
  KeptRewards kept_rewards(const v1::Basket& basket, const v1::MemberFacts& facts,
                           const Occasion& occasion, const v1::Quote& verdict,
                           absl::Span<const int64_t> kept_milli) const;

 private:
  absl::Status price(const v1::Basket& basket, const v1::MemberFacts& facts,
                     const Occasion& occasion, v1::Quote& quote) const;

  struct Ready;
  std::unique_ptr<const Ready> ready_;
};

// The basket that a sale was: lines (without what was charged), codes, points, gift balance of its
// tenders.
v1::Basket basket_of(const v1::Sale& sale);

}  // namespace moadon
