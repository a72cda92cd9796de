#include "plugin/register/till/return_desk.h"

#include <fmt/format.h>

#include <utility>

#include "plugin/register/decimal.h"

namespace moadon {

void ReturnDesk::open(const ReceiptCommand& command) {
  const Texts& texts = workplace_.screen.texts();
  const Answer answer = look_up(command);
  if (!answer.ok) return say_refusal(workplace_, answer.refusal);
  if (!command.to_return) return print_copy(answer.response);
  if (!answer.response.contains("sale")) return workplace_.screen.say(texts.receipt_is_return);
  register_id_ = text_of(answer.response, "register_id");
  sale_ = part_of(answer.response, "sale");
  lines_.clear();
  int64_t left_milli = 0;
  const Json& kept = part_of(answer.response, "kept_lines");
  for (const Json& line : part_of(sale_, "lines")) {
    const size_t index = lines_.size();
    const int64_t kept_milli = int64_of(index < kept.size() ? kept[index] : line,
                                        index < kept.size() ? "kept_milli" : "quantity_milli");
    lines_.push_back({line, kept_milli, 0});
    left_milli += kept_milli;
  }
  open_ = left_milli > 0;
  show_lines();
  if (!open_) workplace_.screen.say(texts.nothing_left);
}

Answer ReturnDesk::look_up(const ReceiptCommand& command) {
  Json request{{"receipt", command.receipt}};
  if (!command.register_id.empty()) request["register_id"] = command.register_id;
  return workplace_.club.call("GetReceipt", request, kScreenTimeoutMs);
}

void ReturnDesk::print_copy(const Json& known) {
  PaperReceipt paper = known.contains("sale") ? paper_of_sale(part_of(known, "sale"))
                                              : paper_of_return(part_of(known, "returned"));
  paper.is_copy = true;
  paper.register_id = text_of(known, "register_id");
  print_receipt(workplace_, std::move(paper));
}

void ReturnDesk::show_lines() const {
  for (size_t i = 0; i < lines_.size(); ++i) {
    const SoldLine& sold = lines_[i];
    workplace_.screen.say(
        fmt::format("{}. {}  {} × {}  ({})", i + 1, workplace_.screen.name_of(sold.line),
                    format_quantity(int64_of(sold.line, "quantity_milli")),
                    format_decimal(int64_of(sold.line, "unit_price_minor"), 2),
                    fmt::format(fmt::runtime(workplace_.screen.texts().units_left),
                                format_quantity(sold.kept_milli - sold.chosen_milli))));
  }
}

void ReturnDesk::take(const ReturnCommand& command) {
  if (const auto* choice = std::get_if<TakeBackCommand>(&command)) return choose(*choice);
  switch (std::get<ReturnStep>(command)) {
    case ReturnStep::kNothing:
      return;
    case ReturnStep::kFinish:
      return finish();
    case ReturnStep::kCancel:
      return leave();
    case ReturnStep::kUnknown:
      return show_lines();
  }
}

void ReturnDesk::choose(const TakeBackCommand& command) {
  if (command.number > lines_.size()) {
    return workplace_.screen.say(workplace_.screen.texts().no_such_line);
  }
  if (command.number == 0) {
    for (SoldLine& sold : lines_) {
      if (sold.kept_milli > sold.chosen_milli) {
        choose_line(sold, sold.kept_milli - sold.chosen_milli);
      }
    }
    return;
  }
  SoldLine& sold = lines_[command.number - 1];
  choose_line(sold, command.quantity_milli.value_or(sold.kept_milli - sold.chosen_milli));
}

void ReturnDesk::choose_line(SoldLine& sold, int64_t quantity_milli) {
  const Texts& texts = workplace_.screen.texts();
  const int64_t left_milli = sold.kept_milli - sold.chosen_milli;
  if (quantity_milli > left_milli || left_milli == 0) {
    return workplace_.screen.say(texts.too_many, format_quantity(left_milli));
  }
  sold.chosen_milli += quantity_milli;
  workplace_.screen.say(texts.taken_back, format_quantity(quantity_milli),
                        workplace_.screen.name_of(sold.line));
}

void ReturnDesk::finish() {
  Json request = return_request();
  if (part_of(request["returned"], "lines").empty()) {
    return workplace_.screen.say(workplace_.screen.texts().nothing_taken);
  }
  const Settled settled = settle(workplace_, "Return", request);
  if (!settled.recorded) return;
  PaperReceipt paper = paper_of_return(request["returned"]);
  if (settled.confirmed) {
    paper.refund_minor = int64_of(settled.response, "refund_minor");
    paper.points_back_minor = int64_of(settled.response, "points_minor");
    paper.points_back_milli = int64_of(settled.response, "points_milli");
    paper.gift_balance_back_minor = int64_of(settled.response, "gift_balance_minor");
  }
  paper.offline = !settled.confirmed && !paper.member.empty();
  print_receipt(workplace_, std::move(paper));
  open_ = false;
}

// Everything but the number and the time. What is paid back is left to the rules, whose answer is
// printed.
Json ReturnDesk::return_request() const {
  Json returned = Json::object();
  if (!workplace_.settings.cashier.empty()) returned["cashier"] = workplace_.settings.cashier;
  if (sale_.contains("key")) returned["key"] = sale_["key"];
  returned["original"] = {{"register_id", register_id_}, {"receipt", text_of(sale_, "receipt")}};
  Json lines = Json::array();
  for (const SoldLine& sold : lines_) {
    if (sold.chosen_milli == 0) continue;
    lines.push_back({{"line_id", std::to_string(lines.size() + 1)},
                     {"quantity_milli", int64_json(sold.chosen_milli)},
                     {"sku", text_of(sold.line, "sku")},
                     {"description", text_of(sold.line, "description")},
                     {"unit_price_minor", int64_json(int64_of(sold.line, "unit_price_minor"))},
                     {"original_line_id", text_of(sold.line, "line_id")},
                     {"is_deposit", bool_of(sold.line, "is_deposit")}});
  }
  returned["lines"] = std::move(lines);
  Json request = Json::object();
  request["returned"] = std::move(returned);
  return request;
}

void ReturnDesk::leave() {
  open_ = false;
  workplace_.screen.say(workplace_.screen.texts().return_cancelled);
}

}  // namespace moadon
