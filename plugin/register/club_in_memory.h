// A club for tests: answers as an agent would, from memory, and fails on demand.
#pragma once

#include <functional>
#include <map>
#include <string>
#include <vector>

#include "plugin/register/club.h"
#include "plugin/register/decimal.h"

namespace moadon {

// One register's view. One thread. Everybody pays list prices, and cash is rounded to 10 minor
// units.
class ClubInMemory final : public Club {
 public:
  // Asked before every call: a reason to refuse it with, or an empty text.
  std::function<std::string(const std::string& method)> refuse_with = [](const std::string&) {
    return std::string();
  };
  Json refusal_values = Json::object();
  // Whether the effect happens although the call is refused: the answer was lost.
  bool lose_answers = false;
  // What was called, in order.
  std::vector<std::string> methods;
  // Members by key text, receipts by number: {"sale": ...} or {"returned": ...}.
  std::map<std::string, std::string> members;
  std::map<std::string, Json> receipts;
  std::map<std::string, std::string> enrolled_at;

  Answer call(const std::string& method, const Json& request, int) override {
    methods.push_back(method);
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
    if (method == "Quote" || method == "Hold") return quote(request["basket"]);
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

  Answer identify(const Json& key) {
    const auto found = members.find(key.begin()->get<std::string>());
    if (found == members.end()) return refusal("REASON_MEMBER_UNKNOWN");
    return response(member_json(found->second));
  }

  Answer enroll(const Json& member) {
    const auto key = member["keys"][0].begin()->get<std::string>();
    const auto held = members.emplace(key, "member-" + key).first;
    enrolled_at.emplace(key, text_of(member, "occurred_at"));
    return response({{"member", member_json(held->second)}});
  }

  static Answer quote(const Json& basket) {
    Json lines = Json::array();
    int64_t total_minor = 0;
    for (const Json& line : part_of(basket, "lines")) {
      const int64_t value_minor =
          line_value_minor(int64_of(line, "unit_price_minor"), int64_of(line, "quantity_milli"));
      total_minor += value_minor;
      lines.push_back(
          {{"line_id", text_of(line, "line_id")}, {"paid_net_minor", int64_json(value_minor)}});
    }
    const int64_t cash_minor = (total_minor + 5) / 10 * 10;
    return response({{"quote",
                      {{"lines", lines},
                       {"total_minor", int64_json(total_minor)},
                       {"cash_total_minor", int64_json(cash_minor)}}}});
  }

  Answer record(const std::string& receipt, const Json& content) {
    const auto [known, is_new] = receipts.emplace(receipt, content);
    if (!is_new && known->second != content) return refusal("REASON_RECEIPT_REUSED");
    return response({{"sequence", "1"}, {"refund_minor", "590"}});
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
