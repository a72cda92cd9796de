// The end of a sale: codes, points and gift balance, total, payment, receipt.
#include <fmt/format.h>

#include <utility>

#include "plugin/register/decimal.h"
#include "plugin/register/till/quote_view.h"
#include "plugin/register/till/sale_desk.h"

namespace moadon {

void SaleDesk::enter_code(const std::string& code) {
  const Texts& texts = workplace_.screen.texts();
  wishes_.codes.push_back(code);
  if (!reprice("Quote")) {
    wishes_.codes.pop_back();
    return;
  }
  const std::string refusal = refusal_of_code(price_.quote, code);
  if (!knows_code(price_.quote, code)) wishes_.codes.pop_back();
  if (refusal.empty()) return workplace_.screen.say(texts.code_taken, code);
  workplace_.screen.say(refusal);
}

void SaleDesk::spend_points(std::optional<int64_t> points_milli) {
  const Texts& texts = workplace_.screen.texts();
  wishes_.spend_points_milli =
      points_milli.value_or(int64_of(part_of(price_.quote, "points"), "spendable_milli"));
  if (!reprice("Quote")) {
    wishes_.spend_points_milli = 0;
    return;
  }
  const Json& points = part_of(price_.quote, "points");
  if (int64_of(points, "spent_milli") == 0) return workplace_.screen.say(texts.no_points_to_pay);
  workplace_.screen.say(texts.points_pay, format_quantity(int64_of(points, "spent_milli")),
                        workplace_.screen.money(int64_of(points, "spent_minor")));
}

void SaleDesk::use_gift_balance(int64_t amount_minor) {
  wishes_.gift_balance_minor = amount_minor;
  if (!reprice("Quote")) wishes_.gift_balance_minor = 0;
  workplace_.screen.say(workplace_.screen.texts().gift_balance_pays,
                        workplace_.screen.money(price_.gift_balance_minor));
}

void SaleDesk::total() {
  const Texts& texts = workplace_.screen.texts();
  if (lines_.empty()) return workplace_.screen.say(texts.basket_empty);
  if (!reprice("Hold")) return;
  totalled_ = true;
  say_quote(workplace_.screen, price_.quote);
  int64_t value_minor = 0;
  for (const Json& line : lines_) {
    value_minor +=
        line_value_minor(int64_of(line, "unit_price_minor"), int64_of(line, "quantity_milli"));
  }
  const auto say_amount = [&](const char* label, int64_t amount_minor) {
    workplace_.screen.say(fmt::format("{}: {}", label, workplace_.screen.money(amount_minor)));
  };
  if (value_minor > price_.total_minor) say_amount(texts.saved, value_minor - price_.total_minor);
  if (price_.gift_balance_minor > 0) {
    workplace_.screen.say(texts.gift_balance_pays,
                          workplace_.screen.money(price_.gift_balance_minor));
  }
  say_amount(texts.to_pay, price_.due_minor);
  if (price_.cash_total_minor != price_.due_minor) say_amount(texts.cash, price_.cash_total_minor);
}

void SaleDesk::pay(const PayCommand& payment) {
  const Texts& texts = workplace_.screen.texts();
  if (lines_.empty()) return workplace_.screen.say(texts.basket_empty);
  if (!totalled_) {
    total();
    if (!totalled_) return;
  }
  if (payment.given_minor && *payment.given_minor < price_.cash_total_minor) {
    return workplace_.screen.say(
        texts.not_enough, workplace_.screen.money(price_.cash_total_minor - *payment.given_minor));
  }
  Json request = sale_request(payment);
  const Settled settled = settle(workplace_, "Commit", request);
  if (settled.recorded) finish(payment, settled, request["sale"]);
}

// Everything but the receipt's number and time.
Json SaleDesk::sale_request(const PayCommand& payment) const {
  Json sale = Json::object();
  if (!workplace_.settings.cashier.empty()) sale["cashier"] = workplace_.settings.cashier;
  if (!customer_.key.empty()) sale["key"] = customer_.key;
  sale["lines"] = lines_;
  for (size_t i = 0; i < lines_.size(); ++i) {
    sale["lines"][i]["paid_net_minor"] = int64_json(price_.paid_net_minor[i]);
  }
  const int64_t paid_minor = payment.in_cash ? price_.cash_total_minor : price_.due_minor;
  sale["tenders"] = Json::array();
  const auto add_tender = [&](const char* kind, int64_t amount_minor) {
    sale["tenders"].push_back({{"kind", kind}, {"amount_minor", int64_json(amount_minor)}});
  };
  if (price_.gift_balance_minor > 0) {
    add_tender("TENDER_KIND_GIFT_BALANCE", price_.gift_balance_minor);
  }
  add_tender(payment.in_cash ? "TENDER_KIND_CASH" : "TENDER_KIND_CARD", paid_minor);
  sale["register_total_minor"] = int64_json(price_.total_minor);
  sale["cash_rounding_minor"] = int64_json(paid_minor - price_.due_minor);
  if (!wishes_.codes.empty()) sale["coupon_codes"] = wishes_.codes;
  // Without the club nobody took points.
  const bool is_quoted = !price_.quote.empty();
  if (is_quoted) sale["spend_points_milli"] = int64_json(wishes_.spend_points_milli);
  if (wishes_.without_rights) sale["without_rights"] = true;
  Json request = Json::object();
  request["sale"] = std::move(sale);
  if (!customer_.member_id.empty()) request["member_id"] = customer_.member_id;
  if (!hold_id_.empty()) request["hold_id"] = hold_id_;
  // The club judges the sale by what it was quoted with.
  const Json& reference = part_of(price_.quote, "reference");
  if (!reference.empty()) request["quote"] = reference;
  return request;
}

void SaleDesk::finish(const PayCommand& payment, const Settled& settled, const Json& sale) {
  PaperReceipt paper = paper_of_sale(sale);
  for (const Json& line : part_of(price_.quote, "receipt_lines")) {
    if (line.is_string()) paper.club_lines.push_back(line.get<std::string>());
  }
  paper.given_minor = payment.given_minor;
  const bool known = !customer_.member_id.empty();
  paper.member = known || customer_.unasked ? paper.member : std::string();
  if (known) paper.member = customer_.name;
  const Answer status = workplace_.club.call("Status", Json::object(), kScreenTimeoutMs);
  paper.offline = !paper.member.empty() && (!settled.confirmed || customer_.unasked || !status.ok ||
                                            !bool_of(status.response, "online"));
  print_receipt(workplace_, std::move(paper));
  clear();
}

}  // namespace moadon
