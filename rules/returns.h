// What comes back of a sale. The end state depends only on which units were kept: for one sale,
// hand over all its returns in the order of their time (ties by register, then receipt) and take
// the numbers from here, however they arrived. Pure functions, safe from any thread.
#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "absl/types/span.h"
#include "moadon/v1/quote.pb.h"
#include "moadon/v1/sale.pb.h"

namespace moadon {

using QuotedLines = google::protobuf::RepeatedPtrField<v1::QuotedLine>;

// A line of the sale, in the receipt's order.
struct SoldLine {
  std::string line_id;
  std::string sku;
  int64_t unit_price_minor = 0;
  int64_t quantity_milli = 0;
  int64_t paid_net_minor = 0;  // by all means together
  bool is_deposit = false;

  bool is_gift_balance = false;
  int64_t points_spent_minor = 0;  // the part of paid_net_minor that points paid
  int64_t points_spent_milli = 0;  // those points
  int64_t gift_balance_minor = 0;  // the part of paid_net_minor that gift balance paid

  // Deposits and gift balance sold are neither spend nor a purchase.
  bool is_purchase() const { return !is_deposit && !is_gift_balance; }
};

// A line of a return: takes the sold line it points at, then the others of the same article and
// price.
struct ReturnedLine {
  std::string original_line_id;  // empty: none
  std::string sku;
  int64_t unit_price_minor = 0;
  int64_t quantity_milli = 0;
};

// Units of one sold line that one return line took.
struct TakenUnits {
  size_t sold_index = 0;
  size_t returned_index = 0;  // line of the return
  int64_t quantity_milli = 0;
  int64_t refund_minor = 0;  // by all means together

  int64_t points_spent_minor = 0;  // the part of it that goes back as points
  int64_t points_spent_milli = 0;  // those points
  int64_t gift_balance_minor = 0;  // the part of it that goes back as gift balance
};

// One return, resolved.
struct ResolvedReturn {
  std::vector<TakenUnits> taken;
  std::vector<int64_t>
      surplus_milli;           // per line: units beyond what was sold and kept; move nothing
  std::vector<bool> not_sold;  // per line: the sale has no such line or article at all
  int64_t refund_minor = 0;    // what the rules pay back, everything included
  int64_t spend_minor = 0;     // the part of it that lowers net spend: of purchases
  int64_t units_milli = 0;     // of purchases: units that are no longer kept

  int64_t points_spent_minor = 0;  // the part of refund_minor that goes back as points
  int64_t points_spent_milli = 0;  // those points
  int64_t gift_balance_minor = 0;  // the part of refund_minor that goes back as gift balance
};

// What is left of each sold line.
struct KeptUnits {
  int64_t quantity_milli = 0;
  int64_t refund_minor = 0;  // what returning the rest would pay back

  int64_t points_spent_minor = 0;  // the part of it that would go back as points
  int64_t points_spent_milli = 0;  // those points
  int64_t gift_balance_minor = 0;  // the part of it that would go back as gift balance
};

struct ReturnsOfSale {
  std::vector<ResolvedReturn> returns;  // as handed over
  std::vector<KeptUnits> kept;          // per sold line
};

// What is paid back for q of Q units of a line is round(part x q / Q) less what was before, of
// money, points, points' worth and gift balance each on its own; the refund is the sum of the three
// amounts.
ReturnsOfSale resolve_returns(absl::Span<const SoldLine> sold,
                              absl::Span<const std::vector<ReturnedLine>> returns);

// The pieces of messages that the above needs. With the lines of the sale's verdict (none: points
// and gift balance paid nothing) a line costs what was charged, else what the verdict says; what
// was charged bounds what points paid of it, then what gift balance did.
std::vector<SoldLine> sold_lines_of(const v1::Sale& sale);
std::vector<SoldLine> sold_lines_of(const v1::Sale& sale, const QuotedLines& verdict_lines);
std::vector<ReturnedLine> returned_lines_of(const v1::Return& returned);

// Refund of a return whose sale is not known: what the register paid back, else list price x
// quantity, per line; deposits and gift balance do not count as spend.
int64_t unlinked_refund_minor(const v1::Return& returned);
int64_t unlinked_spend_minor(const v1::Return& returned);

}  // namespace moadon
