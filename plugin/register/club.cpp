#include "plugin/register/club.h"

#include <utility>

namespace moadon {
namespace {

Refusal read_refusal(const char* text) {
  const Json error = Json::parse(text, nullptr, false);
  if (text_of(error, "reason").empty()) {
    return {"internal", "REASON_INTERNAL", "the plugin's error makes no sense", Json::object()};
  }
  Refusal refusal{text_of(error, "code"), text_of(error, "reason"), text_of(error, "message"),
                  part_of(error, "values")};
  if (!refusal.values.is_object()) refusal.values = Json::object();
  return refusal;
}

}  // namespace

Json refusal_json(const Refusal& refusal) {
  return {{"code", refusal.code},
          {"reason", refusal.reason},
          {"message", refusal.message},
          {"values", refusal.values}};
}

PluginClub::PluginClub(const PluginLibrary& library, moadon_pos* handle)
    : library_(library), handle_(handle) {}

PluginClub::~PluginClub() { library_.close(handle_); }

PluginClub::Opened PluginClub::open(const PluginLibrary& library, const ClubSettings& settings,
                                    const std::string& register_id) {
  Json config{{"agent_dir", settings.agent_dir}, {"register_id", register_id}};
  if (!settings.agent_program.empty()) {
    config["start_agent"] = true;
    config["agent_program"] = settings.agent_program;
  }
  moadon_pos* handle = nullptr;
  const char* error = nullptr;
  Opened opened;
  if (library.open(json_line(config).c_str(), &handle, &error) == MOADON_POS_OK) {
    opened.club = std::unique_ptr<PluginClub>(new PluginClub(library, handle));
  } else {
    opened.refusal = read_refusal(error);
  }
  library.release(error);
  return opened;
}

Answer PluginClub::call(const std::string& method, const Json& request, int timeout_ms) {
  const char* text = nullptr;
  const int32_t status =
      library_.call(handle_, method.c_str(), json_line(request).c_str(), timeout_ms, &text);
  Answer answer;
  if (status == MOADON_POS_OK) {
    answer.response = Json::parse(text, nullptr, false);
    answer.ok = answer.response.is_object();
    if (!answer.ok) answer.refusal = read_refusal("{}");
  } else {
    answer.refusal = read_refusal(text);
  }
  library_.release(text);
  return answer;
}

}  // namespace moadon
