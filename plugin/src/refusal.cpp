#include "plugin/src/refusal.h"

#include <nlohmann/json.hpp>

namespace moadon::pos {
namespace {

using nlohmann::json;

std::string dump(const json& object) {
  return object.dump(-1, ' ', false, json::error_handler_t::replace);
}

bool has_string(const json& object, const char* name) {
  const auto found = object.find(name);
  return found != object.end() && found->is_string();
}

}  // namespace

std::string to_json(const Refusal& refusal) {
  json values = json::object();
  for (const auto& [name, value] : refusal.values) values[name] = value;
  return dump({{"code", refusal.reason.code},
               {"reason", refusal.reason.name},
               {"message", refusal.message},
               {"values", std::move(values)}});
}

std::string error_from_agent(int http_status, std::string_view body) {
  json object = json::parse(body.begin(), body.end(), nullptr, /*allow_exceptions=*/false);
  if (!object.is_object() || !has_string(object, "reason")) {
    const bool away = http_status == 502 || http_status == 503 || http_status == 504;
    return to_json({away ? reason::kAgentUnreachable : reason::kInternal,
                    "the agent's answer is not an error of moadon.v1",
                    {{"http_status", std::to_string(http_status)}}});
  }
  const auto values = object.find("values");
  const bool has_values = values != object.end() && values->is_object();
  if (has_string(object, "code") && has_string(object, "message") && has_values) {
    return std::string(body);
  }
  if (!has_string(object, "code")) object["code"] = "unknown";
  if (!has_string(object, "message")) object["message"] = object["reason"];
  if (!has_values) object["values"] = json::object();
  return dump(object);
}

}  // namespace moadon::pos
