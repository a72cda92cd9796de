#include "plugin/register/till/workplace.h"

#include <utility>

#include "plugin/register/till/receipt_number.h"
#include "plugin/register/till/refusal_text.h"

namespace moadon {
namespace {

// Numbers drawn for one receipt before the till believes that something else is wrong.
constexpr int kNumbersMax = 3;

Json& content_of(Json& request) { return request[request.contains("sale") ? "sale" : "returned"]; }

}  // namespace

Settled settle(Workplace& workplace, const std::string& method, Json& request) {
  Answer answer;
  content_of(request)["occurred_at"] = format_time(workplace.now());
  for (int drawn = 0; drawn < kNumbersMax; ++drawn) {
    content_of(request)["receipt"] = new_receipt_number(workplace.now());
    const std::string problem = workplace.paid.keep({method, request});
    if (!problem.empty()) workplace.screen.say(workplace.screen.texts().not_kept, problem);
    answer = workplace.club.call(method, request, kPaidTimeoutMs);
    if (!answer.ok && is_absence(answer.refusal)) {
      say_refusal(workplace, answer.refusal);
      workplace.screen.say(workplace.screen.texts().sale_waits,
                           text_of(content_of(request), "receipt"));
      return {false, true, Json::object()};
    }
    workplace.paid.forget_last();
    if (answer.ok) return {true, true, std::move(answer.response)};
    if (!answer.refused("REASON_RECEIPT_REUSED")) break;
  }
  say_refusal(workplace, answer.refusal);
  return {};
}

void deliver_kept(Workplace& workplace) {
  if (workplace.paid.size() == 0) return;
  const Texts& texts = workplace.screen.texts();
  const size_t left = workplace.paid.deliver(
      workplace.club,
      [&](const PaidReceipts::Entry&, const Refusal& refusal) { say_refusal(workplace, refusal); });
  if (left == 0) {
    workplace.screen.say(texts.waiting_gone);
  } else {
    workplace.screen.say(texts.waiting_left, left);
  }
}

void print_receipt(Workplace& workplace, PaperReceipt paper) {
  paper.store = workplace.settings.store;
  if (paper.register_id.empty()) paper.register_id = workplace.settings.register_id;
  workplace.screen.print(print_paper(
      paper,
      {workplace.screen.texts(), workplace.screen.currency_sign(), workplace.settings.columns}));
}

void say_refusal(Workplace& workplace, const Refusal& refusal) {
  workplace.screen.say(refusal_text(workplace.screen.texts(), refusal));
}

}  // namespace moadon
