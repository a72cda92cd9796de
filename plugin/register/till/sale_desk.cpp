#include "plugin/register/till/sale_desk.h"

#include <fmt/format.h>

#include <algorithm>
#include <string_view>
#include <utility>

#include "plugin/register/decimal.h"
#include "plugin/register/till/ask_answer.h"
#include "plugin/register/till/quote_view.h"
#include "plugin/register/till/receipt_number.h"
#include "plugin/register/till/refusal_text.h"

namespace moadon {
namespace {

// A key that can be kept, for one that came from a scanner or by its last digits: only the cashier
// knows what those are, but a number that starts as phones do is one.
Json key_to_keep(const Json& key) {
  const std::string scanned = text_of(key, "scanned");
  if (scanned.empty()) return key;
  const bool is_phone = (scanned.front() == '0' || scanned.front() == '+') && scanned.size() >= 9;
  return {{is_phone ? "phone" : "card", scanned}};
}

// Without the club nobody says what its cash rounding is, and still nobody can pay 17.04 shekels in
// coins: the smallest is of 10 agorot.
int64_t payable_in_coins(int64_t total_minor, const Screen& screen) {
  constexpr int64_t kSmallestCoinMinor = 10;
  if (!screen.is_in_shekels()) return total_minor;
  return (total_minor + kSmallestCoinMinor / 2) / kSmallestCoinMinor * kSmallestCoinMinor;
}

}  // namespace

void SaleDesk::scan(const ScanCommand& scan) {
  const std::optional<Article> article = article_of(scan);
  if (!article) return workplace_.screen.say(workplace_.screen.texts().no_price);
  lines_.push_back({{"line_id", std::to_string(next_line_id_)},
                    {"quantity_milli", int64_json(scan.quantity_milli)},
                    {"sku", scan.code},
                    {"description", article->description},
                    {"unit_price_minor", int64_json(article->unit_price_minor)}});
  if (!reprice("Quote")) {
    lines_.pop_back();
    reprice("Quote");
    return;
  }
  ++next_line_id_;
  articles_[scan.code] = *article;
  say_line(lines_.size() - 1);
  workplace_.screen.say(workplace_.screen.texts().running_total,
                        workplace_.screen.money(price_.total_minor));
}

// The price as typed, as remembered, or as the cashier answers; nothing when there is no answer.
std::optional<SaleDesk::Article> SaleDesk::article_of(const ScanCommand& scan) {
  const auto known = articles_.find(scan.code);
  Article article;
  if (known != articles_.end()) article = known->second;
  if (!scan.description.empty()) article.description = scan.description;
  if (scan.unit_price_minor) {
    article.unit_price_minor = *scan.unit_price_minor;
  } else if (known == articles_.end()) {
    const auto line = workplace_.screen.read(
        fmt::format(fmt::runtime(workplace_.screen.texts().price_question), scan.code));
    const auto answer = line ? parse_price_answer(*line) : std::nullopt;
    if (!answer) return std::nullopt;
    article = {answer->unit_price_minor, answer->description};
  }
  return article;
}

// Asks what the basket costs, by Quote or Hold. False when the club objects to the basket; without
// the club the till's own list prices hold.
bool SaleDesk::reprice(const char* method) {
  const bool holds = method == std::string_view("Hold");
  release_hold();
  // A hold is named anew when its basket changed.
  if (!holds) hold_request_.clear();
  if (holds) wishes_.without_rights = false;
  Json request{{"basket", basket()}, {"receipt_columns", workplace_.settings.columns}};
  if (holds) {
    if (hold_request_.empty()) hold_request_ = new_receipt_number(workplace_.now());
    request["request_id"] = hold_request_;
  }
  const Answer answer =
      workplace_.club.call(method, request, holds ? kPaidTimeoutMs : kScreenTimeoutMs);
  if (answer.ok) {
    read_price(part_of(answer.response, "quote"));
    hold_id_ = text_of(part_of(answer.response, "hold"), "hold_id");
    return true;
  }
  if (holds && answer.refused("REASON_SERVER_UNREACHABLE")) return reprice_without_hold();
  if (!is_absence(answer.refusal)) {
    hold_request_.clear();
    say_refusal(workplace_, answer.refusal);
    return false;
  }
  use_list_prices();
  return true;
}

Json SaleDesk::basket() const {
  Json basket{{"lines", lines_}};
  if (!customer_.member_id.empty()) basket["member_id"] = customer_.member_id;
  if (!wishes_.codes.empty()) basket["coupon_codes"] = wishes_.codes;
  basket["spend_points_milli"] = int64_json(wishes_.spend_points_milli);
  basket["gift_balance_minor"] = int64_json(wishes_.gift_balance_minor);
  if (wishes_.without_rights) basket["without_rights"] = true;
  return basket;
}

bool SaleDesk::reprice_without_hold() {
  workplace_.screen.say(workplace_.screen.texts().nothing_held);
  wishes_.spend_points_milli = 0;
  wishes_.without_rights = true;
  return reprice("Quote");
}

void SaleDesk::read_price(const Json& quote) {
  price_ = {};
  for (const Json& line : part_of(quote, "lines")) {
    price_.paid_net_minor.push_back(int64_of(line, "paid_net_minor"));
  }
  price_.total_minor = int64_of(quote, "total_minor");
  price_.due_minor = int64_of(quote, "due_minor");
  price_.cash_total_minor = int64_of(quote, "cash_total_minor");
  price_.gift_balance_minor = int64_of(quote, "gift_balance_minor");
  price_.quote = quote;
  const bool complete = price_.paid_net_minor.size() == lines_.size();
  if (!complete) return use_list_prices();
  told_list_prices_ = false;
}

void SaleDesk::use_list_prices() {
  price_ = {};
  for (const Json& line : lines_) {
    price_.paid_net_minor.push_back(
        line_value_minor(int64_of(line, "unit_price_minor"), int64_of(line, "quantity_milli")));
    price_.total_minor += price_.paid_net_minor.back();
  }
  price_.gift_balance_minor = std::min(wishes_.gift_balance_minor, price_.total_minor);
  price_.due_minor = price_.total_minor - price_.gift_balance_minor;
  price_.cash_total_minor = payable_in_coins(price_.due_minor, workplace_.screen);
  if (!told_list_prices_) workplace_.screen.say(workplace_.screen.texts().own_prices);
  told_list_prices_ = true;
}

void SaleDesk::release_hold() {
  totalled_ = false;
  if (hold_id_.empty()) return;
  hold_request_.clear();
  // A hold that cannot be given up now ends by itself.
  workplace_.club.call("Cancel", {{"hold_id", hold_id_}}, kScreenTimeoutMs);
  hold_id_.clear();
}

void SaleDesk::cancel_line(size_t number) {
  const Texts& texts = workplace_.screen.texts();
  if (number < 1 || number > lines_.size()) return workplace_.screen.say(texts.no_such_line);
  lines_.erase(lines_.begin() + static_cast<std::ptrdiff_t>(number - 1));
  reprice("Quote");
  workplace_.screen.say(texts.line_cancelled);
  workplace_.screen.say(texts.running_total, workplace_.screen.money(price_.total_minor));
}

void SaleDesk::cancel_basket() {
  release_hold();
  clear();
  workplace_.screen.say(workplace_.screen.texts().basket_cancelled);
}

void SaleDesk::show() const {
  const Texts& texts = workplace_.screen.texts();
  if (!customer_.key.empty()) workplace_.screen.say(texts.member_is, customer_.name);
  if (lines_.empty()) return workplace_.screen.say(texts.basket_empty);
  for (size_t i = 0; i < lines_.size(); ++i) say_line(i);
  say_quote(workplace_.screen, price_.quote);
  workplace_.screen.say(texts.running_total, workplace_.screen.money(price_.total_minor));
}

void SaleDesk::say_line(size_t index) const {
  const Json& line = lines_[index];
  const Screen& screen = workplace_.screen;
  workplace_.screen.say(fmt::format("{}. {}  {} × {} = {}", index + 1, screen.name_of(line),
                                    format_quantity(int64_of(line, "quantity_milli")),
                                    format_decimal(int64_of(line, "unit_price_minor"), 2),
                                    screen.money(price_.paid_net_minor[index])));
}

void SaleDesk::identify(const IdentifyCommand& command) {
  const Json key{{command.kind, command.value}};
  const Answer answer = workplace_.club.call("Identify", {{"key", key}}, kScreenTimeoutMs);
  const Texts& texts = workplace_.screen.texts();
  if (answer.ok) {
    customer_ = {key, {}, {}, {}, false};
    welcome(answer.response);
  } else if (is_absence(answer.refusal)) {
    customer_ = {key, {}, command.value, {}, true};
    workplace_.screen.say(texts.key_kept);
    if (answer.refused("REASON_SERVER_UNREACHABLE")) workplace_.screen.say(texts.join_offer);
  } else if (answer.refused("REASON_MEMBER_UNKNOWN")) {
    // The key stays: it goes with the sale, and joining takes it.
    customer_ = {key, {}, {}, {}, false};
    say_refusal(workplace_, answer.refusal);
    workplace_.screen.say(texts.join_offer);
  } else {
    say_refusal(workplace_, answer.refusal);
  }
}

void SaleDesk::join(const JoinCommand& command) {
  const Texts& texts = workplace_.screen.texts();
  if (customer_.key.empty()) return workplace_.screen.say(texts.nobody_to_join);
  Json member = Json::object();
  member["keys"] = Json::array({key_to_keep(customer_.key)});
  member["first_name"] = command.first_name;
  member["last_name"] = command.last_name;
  member["occurred_at"] = format_time(workplace_.now());
  const Answer answer = workplace_.club.call("Enroll", {{"member", member}}, kPaidTimeoutMs);
  if (!answer.ok) return say_refusal(workplace_, answer.refusal);
  workplace_.screen.say(texts.joined);
  welcome(part_of(answer.response, "member"));
}

// A key of the customer's that can be kept, and is theirs for certain; empty: none is known.
Json SaleDesk::certain_key() const {
  if (customer_.key.contains("last_digits")) return Json::object();
  const std::string scanned = text_of(customer_.key, "scanned");
  if (scanned.empty()) return customer_.key;
  for (const char* const kind : {"card", "wallet", "phone", "email"}) {
    Json key{{kind, scanned}};
    const Answer answer = workplace_.club.call("Identify", {{"key", key}}, kScreenTimeoutMs);
    const Json& facts = part_of(answer.response, "facts");
    if (answer.ok && text_of(facts, "member_id") == customer_.member_id) return key;
  }
  return Json::object();
}

void SaleDesk::answer(const AnswerCommand& command) {
  const Texts& texts = workplace_.screen.texts();
  if (customer_.asked_field.empty()) return workplace_.screen.say(texts.nothing_asked);
  std::optional<Json> member = member_with_answer(customer_.asked_field, command.text);
  if (!member) return workplace_.screen.say(texts.answer_unclear);
  const Json key = certain_key();
  if (key.empty()) return workplace_.screen.say(texts.nobody_to_join);
  Json keys = Json::array({key});
  for (const Json& given : part_of(*member, "keys")) keys.push_back(given);
  (*member)["keys"] = keys;
  (*member)["occurred_at"] = format_time(workplace_.now());
  const Answer answer = workplace_.club.call("Enroll", {{"member", *member}}, kPaidTimeoutMs);
  if (!answer.ok) return say_refusal(workplace_, answer.refusal);
  customer_.asked_field.clear();
  workplace_.screen.say(texts.answer_thanks);
}

// Greets the member of an IdentifyResponse, who is the customer from now on.
void SaleDesk::welcome(const Json& member) {
  const Texts& texts = workplace_.screen.texts();
  const Json& facts = part_of(member, "facts");
  customer_.member_id = text_of(facts, "member_id");
  customer_.name = text_of(member, "display_name");
  customer_.unasked = false;
  if (customer_.name.empty()) customer_.name = masked_key(customer_.key);
  workplace_.screen.say(texts.member_is, customer_.name);
  const std::string stage = stage_word(texts, text_of(facts, "stage"));
  if (!stage.empty()) workplace_.screen.say(texts.member_stage, stage);
  const bool is_of_then = member.contains("cached_as_of");
  if (is_of_then || bool_of(member, "is_provisional")) workplace_.screen.say(texts.offline);
  // A balance of then is not told: it may be spent already.
  if (facts.contains("points") && !is_of_then) {
    workplace_.screen.say(texts.member_points,
                          format_quantity(int64_of(part_of(facts, "points"), "available_milli")));
  }
  const std::string line = text_of(member, "cashier_line");
  if (!line.empty()) workplace_.screen.say(line);
  const Json& ask = part_of(member, "ask");
  customer_.asked_field = text_of(ask, "field");
  if (!customer_.asked_field.empty()) workplace_.screen.say(texts.ask, text_of(ask, "sentence"));
  if (lines_.empty()) return;
  reprice("Quote");
  workplace_.screen.say(texts.running_total, workplace_.screen.money(price_.total_minor));
}

void SaleDesk::forget_member() {
  customer_ = {};
  if (!lines_.empty()) reprice("Quote");
  workplace_.screen.say(workplace_.screen.texts().member_gone);
}

void SaleDesk::clear() {
  lines_.clear();
  next_line_id_ = 1;
  customer_ = {};
  wishes_ = {};
  price_ = {};
  told_list_prices_ = false;
  totalled_ = false;
  hold_id_.clear();
  hold_request_.clear();
}

}  // namespace moadon
