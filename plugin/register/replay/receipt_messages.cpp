#include "plugin/register/replay/receipt_messages.h"

#include <utility>

#include "plugin/register/times.h"

namespace moadon {
namespace {

// Lines are named 1, 2, 3 ... in the order of the file.
Json lines_json(const ScannedReceipt& receipt) {
  Json lines = Json::array();
  for (const ScannedLine& line : receipt.lines) {
    lines.push_back({{"line_id", std::to_string(lines.size() + 1)},
                     {"quantity_milli", int64_json(line.quantity_milli)},
                     {"sku", line.sku},
                     {"description", line.description},
                     {"unit_price_minor", int64_json(line.unit_price_minor)}});
  }
  return lines;
}

// What sales and returns have in common.
Json head_json(const ScannedReceipt& receipt) {
  Json head{{"receipt", receipt.receipt}, {"occurred_at", format_time(receipt.occurred_at_us)}};
  if (!receipt.card.empty()) head["key"] = card_key(receipt.card);
  return head;
}

}  // namespace

Json card_key(std::string_view card) { return {{"card", card}}; }

Json enroll_request(std::string_view card, int64_t first_seen_us) {
  Json member = Json::object();
  member["keys"] = Json::array({card_key(card)});
  member["occurred_at"] = format_time(first_seen_us);
  return {{"member", std::move(member)}};
}

Json quote_request(const ScannedReceipt& sale, const std::string& member_id) {
  Json basket{{"lines", lines_json(sale)}, {"at", format_time(sale.occurred_at_us)}};
  if (!member_id.empty()) basket["member_id"] = member_id;
  return {{"basket", std::move(basket)}};
}

Json commit_request(const ScannedReceipt& sale, const std::string& member_id, const Json& quote) {
  Json content = head_json(sale);
  content["lines"] = lines_json(sale);
  const Json& quoted = part_of(quote, "lines");
  for (size_t i = 0; i < sale.lines.size() && i < quoted.size(); ++i) {
    content["lines"][i]["paid_net_minor"] = int64_json(int64_of(quoted[i], "paid_net_minor"));
  }
  Json request{{"sale", std::move(content)}};
  if (!member_id.empty()) request["member_id"] = member_id;
  return request;
}

Json return_request(const ScannedReceipt& returned) {
  Json content = head_json(returned);
  if (!returned.original_receipt.empty()) {
    content["original"] = {{"register_id", returned.original_register_id},
                           {"receipt", returned.original_receipt}};
  }
  content["lines"] = lines_json(returned);
  return {{"returned", std::move(content)}};
}

bool same_as_scanned(const Json& known, const ScannedReceipt& receipt) {
  const Json& lines = part_of(part_of(known, receipt.is_return ? "returned" : "sale"), "lines");
  if (!lines.is_array() || lines.size() != receipt.lines.size()) return false;
  for (size_t i = 0; i < receipt.lines.size(); ++i) {
    const ScannedLine& scanned = receipt.lines[i];
    if (text_of(lines[i], "sku") != scanned.sku ||
        int64_of(lines[i], "quantity_milli") != scanned.quantity_milli ||
        int64_of(lines[i], "unit_price_minor") != scanned.unit_price_minor) {
      return false;
    }
  }
  return true;
}

}  // namespace moadon
