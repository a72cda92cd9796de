// What `moadon quote` prices: files and a moment.
#pragma once

#include <string>

#include "absl/status/statusor.h"
#include "moadon/v1/member_service.pb.h"
#include "moadon/v1/program.pb.h"
#include "moadon/v1/sale.pb.h"
#include "rules/pricing.h"

namespace moadon::cli {

struct QuoteFiles {
  std::string program;
  std::string basket;
  std::string facts;  // empty: nobody
};

struct QuoteInputs {
  v1::Program program;
  v1::Basket basket;
  v1::MemberFacts facts;
};

// Reads and checks them. Facts without a member_id or a snapshot get some, because a file of facts
// is about somebody. Refusals name the file; usage refusals as read_message.
absl::StatusOr<QuoteInputs> read_inputs(const QuoteFiles& files);

// The moment to price for: `at` (RFC 3339, or YYYY-MM-DDTHH:MM on the wall clock of the program's
// zone) or, when empty, the basket's own, or now.
struct QuoteMoment {
  int64_t time_us = 0;
  Occasion occasion;
};
absl::StatusOr<QuoteMoment> moment_of(const QuoteInputs& inputs, const std::string& at,
                                      const std::string& branch_id);

}  // namespace moadon::cli
