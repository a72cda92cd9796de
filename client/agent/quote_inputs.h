// What a quote is made from besides the basket, and how it is kept with a sale. The same inputs
// give the same quote for ever.
#pragma once

#include <cstdint>
#include <optional>

#include "absl/status/statusor.h"
#include "client/agent/occasion.h"
#include "client/agent/program_shelf.h"
#include "moadon/v1/quote.pb.h"
#include "moadon/v1/sale.pb.h"
#include "moadon/v1/sync_service.pb.h"

namespace moadon::agent {

struct QuoteInputs {
  ProgramShelf::PricingPointer pricing;  // never null
  v1::MemberFacts facts;                 // the default message: nobody
  Occasion occasion;
  int64_t time_us = 0;
};

// The quote with its reference and its texts, without receipt lines. Refuses as Pricing::quote.
absl::StatusOr<v1::Quote> quote_of(const v1::Basket& basket, const QuoteInputs& inputs);

// For whom receipt lines are wanted; 0 columns: nobody.
struct PrinterForm {
  int columns = 0;
  bool is_visual_order = false;
};
// Refuses what no receipt is made for, naming "receipt_columns".
absl::Status check_receipt_columns(int columns);
void add_receipt(v1::Quote& quote, const v1::Basket& basket, const QuoteInputs& inputs,
                 const PrinterForm& form);

// Whether the quote uses what must be set aside first.
bool needs_hold(const v1::Quote& quote);

// Whether facts are worth carrying along: the server issued them, or terms are in force.
bool says_something(const v1::MemberFacts& facts);

// The inputs as they go with a sale. Facts that say nothing are not among them.
v1::RecordContext context_of(const QuoteInputs& inputs);
// The inputs that a context tells of; nothing when its program version is not here.
std::optional<QuoteInputs> inputs_of(const v1::RecordContext& context, const Occasion& occasion,
                                     const ProgramShelf& shelf);

// The version that judges a sale in the journal: the one it names, else the one in force at its own
// time. Null: it is not here.
ProgramShelf::PricingPointer pricing_of(const v1::Sale& sale, const v1::RecordContext& context,
                                        const ProgramShelf& shelf);

// What the rules say, here, of a sale in the journal, without texts. Nothing: it was not priced, or
// the version is not here.
std::optional<v1::Quote> verdict_of(const v1::Sale& sale, const v1::RecordContext& context,
                                    const std::optional<Occasion>& occasion,
                                    const ProgramShelf& shelf);

}  // namespace moadon::agent
