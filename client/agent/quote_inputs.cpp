#include "client/agent/quote_inputs.h"

#include "client/wording/cashier_text.h"
#include "client/wording/receipt_lines.h"
#include "rules/calendar.h"
#include "rules/refusal.h"

namespace moadon::agent {
namespace {

v1::QuoteReference reference_of(const QuoteInputs& inputs) {
  v1::QuoteReference reference;
  reference.set_program_version(inputs.pricing->program().version());
  reference.set_facts_snapshot(inputs.facts.snapshot());
  if (inputs.facts.has_issued_at()) {
    *reference.mutable_facts_issued_at() = inputs.facts.issued_at();
  }
  *reference.mutable_priced_at() = timestamp_of(inputs.time_us);
  if (inputs.facts.has_offline()) *reference.mutable_offline() = inputs.facts.offline();
  return reference;
}

// As the rules take them: of a member without issued facts nothing but the id is known.
v1::MemberFacts facts_of(const v1::RecordContext& context) {
  v1::MemberFacts facts = context.facts();
  facts.set_member_id(context.member_id());
  return facts;
}

// A balance of then may be spent already, here or elsewhere.
bool knows_balance(const v1::MemberFacts& facts) {
  return facts.snapshot() > 0 && !facts.has_offline();
}

}  // namespace

absl::StatusOr<v1::Quote> quote_of(const v1::Basket& basket, const QuoteInputs& inputs) {
  absl::StatusOr<v1::Quote> quote = inputs.pricing->quote(basket, inputs.facts, inputs.occasion);
  if (!quote.ok()) return quote;
  *quote->mutable_reference() = reference_of(inputs);
  wording::add_texts(*quote, inputs.pricing->program());
  return quote;
}

absl::Status check_receipt_columns(int columns) {
  if (columns == 0 || wording::is_printer_width(columns)) return absl::OkStatus();
  return refuse(v1::REASON_FIELD_INVALID, "receipts are printed in 32, 42 or 48 columns",
                {{"field", "receipt_columns"}, {"limit", "32, 42, 48"}});
}

void add_receipt(v1::Quote& quote, const v1::Basket& basket, const QuoteInputs& inputs,
                 const PrinterForm& form) {
  if (form.columns == 0) return;
  wording::add_receipt_lines(quote, basket, inputs.pricing->program(),
                             {.columns = form.columns,
                              .is_visual_order = form.is_visual_order,
                              .points_owed_milli = inputs.facts.points().deficit_milli(),
                              .knows_balance = knows_balance(inputs.facts)});
}

bool says_something(const v1::MemberFacts& facts) {
  return facts.snapshot() > 0 || facts.has_offline();
}

bool needs_hold(const v1::Quote& quote) {
  return quote.points().spent_milli() > 0 || !quote.rights_used().empty();
}

v1::RecordContext context_of(const QuoteInputs& inputs) {
  v1::RecordContext context;
  context.set_member_id(inputs.facts.member_id());
  context.set_program_version(inputs.pricing->program().version());
  if (says_something(inputs.facts)) *context.mutable_facts() = inputs.facts;
  *context.mutable_priced_at() = timestamp_of(inputs.time_us);
  return context;
}

std::optional<QuoteInputs> inputs_of(const v1::RecordContext& context, const Occasion& occasion,
                                     const ProgramShelf& shelf) {
  QuoteInputs inputs;
  inputs.time_us = time_us_of(context.priced_at(), "priced_at").value_or(0);
  inputs.pricing = shelf.version(context.program_version());
  if (inputs.pricing == nullptr) return std::nullopt;
  inputs.facts = facts_of(context);
  inputs.occasion = occasion;
  return inputs;
}

ProgramShelf::PricingPointer pricing_of(const v1::Sale& sale, const v1::RecordContext& context,
                                        const ProgramShelf& shelf) {
  if (context.program_version() != 0) return shelf.version(context.program_version());
  return shelf.in_force(time_us_of(sale.occurred_at(), "occurred_at").value_or(0));
}

std::optional<v1::Quote> verdict_of(const v1::Sale& sale, const v1::RecordContext& context,
                                    const std::optional<Occasion>& occasion,
                                    const ProgramShelf& shelf) {
  if (!occasion) return std::nullopt;
  const auto pricing = pricing_of(sale, context, shelf);
  if (pricing == nullptr) return std::nullopt;
  absl::StatusOr<v1::Quote> verdict = pricing->quote(basket_of(sale), facts_of(context), *occasion);
  if (!verdict.ok()) return std::nullopt;
  return *std::move(verdict);
}

}  // namespace moadon::agent
