// A quote as it is printed for the customer, in the program's language. What only the register
// knows (its name, the receipt's number, tenders and change) the register prints itself. Pure
// functions, safe from any thread.
#pragma once

#include <cstdint>

#include "moadon/v1/program.pb.h"
#include "moadon/v1/quote.pb.h"
#include "moadon/v1/sale.pb.h"

namespace moadon::wording {

// Whether receipt lines are made for printers of this width: 32, 42 or 48 columns.
bool is_printer_width(int columns);

struct ReceiptForm {
  int columns = 42;  // see is_printer_width
  // In the order of printing, for printers that do not turn Hebrew round.
  bool is_visual_order = false;
  // What the member owes after returns: the points earned pay it first.
  int64_t points_owed_milli = 0;
  // False: what the member has is not known for sure, as without the server; no balance is printed.
  bool knows_balance = true;
};

// Puts receipt_lines into the quote, which `program` made of `basket`: articles with quantity,
// price and discounts, sums, points, tier, what was given, messages.
void add_receipt_lines(v1::Quote& quote, const v1::Basket& basket, const v1::Program& program,
                       const ReceiptForm& form);

}  // namespace moadon::wording
