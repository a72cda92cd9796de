#include "client/cli/quote.h"

#include "client/cli/exit_codes.h"
#include "client/cli/json_output.h"
#include "client/cli/quote_inputs.h"
#include "client/cli/quote_table.h"
#include "client/wording/cashier_text.h"
#include "client/wording/receipt_lines.h"
#include "rules/calendar.h"

namespace moadon::cli {
namespace {

// What the agent adds to what the rules say.
void complete(v1::Quote& quote, const QuoteInputs& inputs, const QuoteMoment& moment) {
  v1::QuoteReference& reference = *quote.mutable_reference();
  reference.set_program_version(inputs.program.version());
  reference.set_facts_snapshot(inputs.facts.snapshot());
  if (inputs.facts.has_issued_at()) {
    *reference.mutable_facts_issued_at() = inputs.facts.issued_at();
  }
  *reference.mutable_priced_at() = timestamp_of(moment.time_us);
  wording::add_texts(quote, inputs.program);
}

}  // namespace

QuoteCommand::QuoteCommand(CLI::App& app, Action& chosen) {
  CLI::App* const verb =
      app.add_subcommand("quote", "What a program makes of a basket: files only, no server");
  verb->add_option("--program", program_file_, "A program as JSON; - for stdin")->required();
  verb->add_option("--basket", basket_file_, "A Basket as JSON")->required();
  verb->add_option("--facts", facts_file_, "MemberFacts as JSON; default: nobody");
  verb->add_option(
      "--at", at_,
      "RFC 3339, or YYYY-MM-DDTHH:MM in the program's zone; default: the basket's, now");
  verb->add_option("--branch", branch_, "The branch's id; default: none");
  verb->add_option("--columns", columns_, "Print the receipt's lines as well")
      ->check(CLI::IsMember({32, 42, 48}));
  verb->add_flag("--visual", visual_, "Receipt lines for printers that do not turn Hebrew round");
  verb->callback([this, &chosen] { chosen = [this](Session& session) { return run(session); }; });
}

absl::StatusOr<int> QuoteCommand::run(Session& session) const {
  const absl::StatusOr<QuoteInputs> inputs =
      read_inputs({program_file_, basket_file_, facts_file_});
  if (!inputs.ok()) return inputs.status();
  const absl::StatusOr<QuoteMoment> moment = moment_of(*inputs, at_, branch_);
  if (!moment.ok()) return moment.status();
  const Pricing pricing(inputs->program);
  absl::StatusOr<v1::Quote> quote = pricing.quote(inputs->basket, inputs->facts, moment->occasion);
  if (!quote.ok()) return quote.status();
  complete(*quote, *inputs, *moment);
  if (columns_ != 0) {
    wording::ReceiptForm form;
    form.columns = columns_;
    form.is_visual_order = visual_;
    form.points_owed_milli = inputs->facts.points().deficit_milli();
    wording::add_receipt_lines(*quote, inputs->basket, inputs->program, form);
  }
  if (session.json()) {
    session.out() << to_json(*quote) << '\n';
  } else {
    print_quote(session, *quote, inputs->basket, Money{inputs->program.currency_code()});
  }
  return kExitDone;
}

}  // namespace moadon::cli
