// A club for tests: answers as an agent would, from memory, and fails on demand.
#pragma once

#include <algorithm>
#include <functional>
#include <map>
#include <string>
#include <vector>

#include "plugin/register/club.h"
#include "plugin/register/decimal.h"

namespace moadon {

// One register's view. One thread. Everybody pays list prices less what points and gift balance pay
// (a point is 0.01), and cash is rounded to 10 minor units.
class ClubInMemory final : public Club {
 public:
  // Asked before every call: a reason to refuse it with, or an empty text.
  std::function<std::string(const std::string& method)> refuse_with = [](const std::string&) {
    return std::string();
  };
  Json refusal_values = Json::object();
  // Whether the effect happens although the call is refused: the answer was lost.
  bool lose_answers = false;
  // What was called, in order, and the last request of each method.
  std::vector<std::string> methods;
  std::map<std::string, Json> requests;
  // Members of Quote besides prices and points, as the club would send them.
  Json quote_extras = Json::object();
  // Members by key text, receipts by number: {"sale": ...} or {"returned": ...}.
  std::map<std::string, std::string> members;
  std::map<std::string, Json> receipts;
  std::map<std::string, std::string> enrolled_at;
  // Whether members are enrolled without the server.
  bool is_away = false;
  // The last enrolment.
  Json enrolled = Json::object();
  // What the club would like to know of every member; empty: nothing.
  std::string ask_field;
  // The time of which the agent's answers about members are; empty: of now.
  std::string cached_as_of;

  Answer call(const std::string& method, const Json& request, int) override {
    methods.push_back(method);
    requests[method] = request;
    const std::string reason = refuse_with(method);
    if (reason.empty()) return answer(method, request);
    if (lose_answers) answer(method, request);
    Answer refused = refusal(reason);
    refused.refusal.values = refusal_values;
    return refused;
  }

 private:
  static Answer refusal(const std::string& reason) {
    return {false, Json::object(), {"unavailable", reason, "on demand", Json::object()}};
  }
  static Answer response(Json json) { return {true, std::move(json), {}}; }

  Answer answer(const std::string& method, const Json& request) {
    if (method == "Identify") return identify(request["key"]);
    if (method == "Enroll") return enroll(request["member"]);
    if (method == "Quote") return quote(request["basket"]);
    if (method == "Hold") return hold(request);
    if (method == "Cancel") return response(Json::object());
    if (method == "Commit")
      return record(text_of(request["sale"], "receipt"), {{"sale", request["sale"]}});
    if (method == "Return") {
      return record(text_of(request["returned"], "receipt"), {{"returned", request["returned"]}});
    }
    if (method == "GetReceipt") return get_receipt(text_of(request, "receipt"));
    if (method == "Status") return response({{"online", true}, {"currency_code", "ILS"}});
    return refusal("REASON_METHOD_UNKNOWN");
  }

  static Json member_json(const std::string& member_id) {
    return {{"facts", {{"member_id", member_id}, {"stage", "STAGE_LOYAL"}}},
            {"display_name", "Dana L"}};
  }
  Json asking(Json member) const {
    if (!ask_field.empty()) member["ask"] = {{"field", ask_field}, {"sentence", "May I ask?"}};
    return member;
  }

  Answer identify(const Json& key) {
    const auto found = members.find(key.begin()->get<std::string>());
    if (found == members.end()) return refusal("REASON_MEMBER_UNKNOWN");
    Json member = member_json(found->second);
    if (!cached_as_of.empty()) {
      member["facts"]["points"] = {{"available_milli", "5000"}};
      member["cached_as_of"] = cached_as_of;
    }
    return response(asking(std::move(member)));
  }

  Answer enroll(const Json& member) {
    const auto key = member["keys"][0].begin()->get<std::string>();
    const auto held = members.emplace(key, "member-" + key).first;
    enrolled = member;
    enrolled_at.emplace(key, text_of(member, "occurred_at"));
    Json joined = member_json(held->second);
    joined["is_provisional"] = is_away;
    return response({{"member", std::move(joined)}});
  }

  Answer hold(const Json& request) const {
    Answer held = quote(request["basket"]);
    const bool uses_points = int64_of(request["basket"], "spend_points_milli") > 0;
    if (uses_points)
      held.response["hold"] = {{"hold_id", "hold-" + text_of(request, "request_id")}};
    return held;
  }

  Answer quote(const Json& basket) const {
    Json lines = Json::array();
    int64_t total_minor = 0;
    for (const Json& line : part_of(basket, "lines")) {
      const int64_t value_minor =
          line_value_minor(int64_of(line, "unit_price_minor"), int64_of(line, "quantity_milli"));
      total_minor += value_minor;
      lines.push_back(
          {{"line_id", text_of(line, "line_id")}, {"paid_net_minor", int64_json(value_minor)}});
    }
    const int64_t spent_milli =
        std::min(int64_of(basket, "spend_points_milli"), total_minor * 1000);
    const int64_t spent_minor = spent_milli / 1000;
    const int64_t gift_minor =
        std::min(int64_of(basket, "gift_balance_minor"), total_minor - spent_minor);
    const int64_t due_minor = total_minor - spent_minor - gift_minor;
    Json quote{{"lines", lines},
               {"total_minor", int64_json(total_minor)},
               {"due_minor", int64_json(due_minor)},
               {"gift_balance_minor", int64_json(gift_minor)},
               {"points",
                {{"spent_milli", int64_json(spent_milli)},
                 {"spent_minor", int64_json(spent_minor)},
                 {"spendable_milli", int64_json(total_minor * 1000)},
                 {"spendable_minor", int64_json(total_minor)}}},
               {"cash_total_minor", int64_json((due_minor + 5) / 10 * 10)},
               {"reference", {{"program_version", "7"}}}};
    quote.update(quote_extras);
    return response({{"quote", std::move(quote)}});
  }

  Answer record(const std::string& receipt, const Json& content) {
    const auto [known, is_new] = receipts.emplace(receipt, content);
    if (!is_new && known->second != content) return refusal("REASON_RECEIPT_REUSED");
    return response({{"sequence", "1"},
                     {"refund_minor", "590"},
                     {"points_minor", "90"},
                     {"points_milli", "90000"}});
  }

  Answer get_receipt(const std::string& receipt) {
    const auto found = receipts.find(receipt);
    if (found == receipts.end()) return refusal("REASON_RECEIPT_UNKNOWN");
    Json known = found->second;
    known["register_id"] = "R1";
    return response(std::move(known));
  }
};

}  // namespace moadon
