// What a return pays back, and whether so much can come back at all. Pure functions.
#pragma once

#include <cstdint>
#include <optional>
#include <vector>

#include "absl/status/statusor.h"
#include "client/agent/journal.h"
#include "moadon/v1/quote.pb.h"
#include "moadon/v1/register_service.pb.h"
#include "moadon/v1/sale.pb.h"
#include "rules/returns.h"

namespace moadon::agent {

// A sale and what came back of it so far.
struct SoldUnits {
  std::vector<SoldLine> sold;
  std::vector<std::vector<ReturnedLine>> returned;
};
// `verdict` fills in what the sale's content does not say; nothing: the content alone counts.
SoldUnits sold_units_of(const KnownSale& sale, const std::optional<v1::Quote>& verdict);
// The same from the server's answer, which says only how much of each line is kept: the refund of
// the rest depends on nothing else.
SoldUnits sold_units_of(const v1::GetReceiptResponse& receipt);

// What to pay back for `returned` (checked by check_return) after what came back before: per line
// what the register says, else what the rules pay back. Refuses with LINE_UNKNOWN (values: field)
// and RETURN_EXCEEDS_SOLD (values: sku, sold_milli, returned_milli).
absl::StatusOr<Amounts> checked_refund(const v1::Return& returned, SoldUnits units);

// Per line of the sale, what is still with the customer.
std::vector<v1::KeptLine> kept_lines_of(const SoldUnits& units);

// Sum of what was paid for the sale's lines: as its content says, else as the verdict, else as
// charged without any benefit.
int64_t total_minor_of(const v1::Sale& sale, const std::optional<v1::Quote>& verdict);

}  // namespace moadon::agent
