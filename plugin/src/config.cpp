#include "plugin/src/config.h"

#include <unistd.h>

#include <algorithm>
#include <array>
#include <climits>
#include <nlohmann/json.hpp>
#include <optional>

namespace moadon::pos {
namespace {

using nlohmann::json;

constexpr std::array kMembers = {"agent_dir",     "register_id",     "start_agent",
                                 "agent_program", "agent_arguments", "log_file"};

Refusal invalid(const char* field, const char* what) {
  return {reason::kFieldInvalid, std::string("config ") + field + " " + what, {{"field", field}}};
}

Refusal missing(const char* field) {
  return {reason::kFieldMissing, std::string("config lacks ") + field, {{"field", field}}};
}

bool is_plain(const json& text) {
  return text.is_string() && text.get_ref<const std::string&>().find('\0') == std::string::npos;
}

// Reads a text member into `out`, which keeps its value if the member is absent.
std::optional<Refusal> read_text(const json& object, const char* field, std::string& out) {
  const auto found = object.find(field);
  if (found == object.end()) return std::nullopt;
  if (!is_plain(*found) || found->get_ref<const std::string&>().empty()) {
    return invalid(field, "is not a text, is empty or holds a zero byte");
  }
  out = found->get_ref<const std::string&>();
  return std::nullopt;
}

std::optional<Refusal> read_path(const json& object, const char* field, std::string& out) {
  if (auto refusal = read_text(object, field, out)) return refusal;
  if (out.empty() || out.front() == '/') return std::nullopt;
  std::array<char, PATH_MAX> directory{};
  if (getcwd(directory.data(), directory.size()) == nullptr) {
    return invalid(field, "is relative and the working directory is unknown");
  }
  out = std::string(directory.data()) + "/" + out;
  return std::nullopt;
}

bool is_register_id(const std::string& id) {
  const auto allowed = [](char c) {
    return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') || c == '-' ||
           c == '_' || c == '.';
  };
  return !id.empty() && id.size() <= kRegisterIdMaxBytes &&
         std::all_of(id.begin(), id.end(), allowed);
}

std::optional<Refusal> read_agent_start(const json& object, Config& config) {
  if (const auto start = object.find("start_agent"); start != object.end()) {
    if (!start->is_boolean()) return invalid("start_agent", "is not true or false");
    config.start_agent = start->get<bool>();
  }
  if (auto refusal = read_path(object, "agent_program", config.agent_program)) return refusal;
  if (config.start_agent && config.agent_program.empty()) return missing("agent_program");
  const auto arguments = object.find("agent_arguments");
  if (arguments == object.end()) return std::nullopt;
  if (!arguments->is_array() || arguments->size() > kAgentArgumentsMax ||
      !std::all_of(arguments->begin(), arguments->end(), is_plain)) {
    return invalid("agent_arguments", "is not a list of up to 64 texts");
  }
  config.agent_arguments = arguments->get<std::vector<std::string>>();
  return std::nullopt;
}

std::optional<Refusal> read_members(const json& object, Config& config) {
  for (const auto& [name, value] : object.items()) {
    if (std::find(kMembers.begin(), kMembers.end(), name) == kMembers.end()) {
      return Refusal{reason::kFieldInvalid, "config has no member of this name", {{"field", name}}};
    }
  }
  if (auto refusal = read_path(object, "agent_dir", config.agent_dir)) return refusal;
  if (config.agent_dir.empty()) return missing("agent_dir");
  if (auto refusal = read_text(object, "register_id", config.register_id)) return refusal;
  if (config.register_id.empty()) return missing("register_id");
  if (!is_register_id(config.register_id)) {
    return invalid("register_id", "is not 1 to 32 letters, digits, '-', '_' and '.'");
  }
  if (auto refusal = read_agent_start(object, config)) return refusal;
  return read_path(object, "log_file", config.log_file);
}

}  // namespace

std::variant<Config, Refusal> parse_config(std::string_view config_json) {
  const json object =
      json::parse(config_json.begin(), config_json.end(), nullptr, /*allow_exceptions=*/false);
  if (!object.is_object())
    return Refusal{reason::kMalformed, "the configuration is not a JSON object", {}};
  Config config;
  if (auto refusal = read_members(object, config)) return *refusal;
  return config;
}

}  // namespace moadon::pos
