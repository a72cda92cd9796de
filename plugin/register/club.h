// One register's line to the club: the plugin's handle, its calls and its answers.
#pragma once

#include <memory>
#include <string>

#include "plugin/register/json.h"
#include "plugin/register/plugin_library.h"

namespace moadon {

// Why the club said no. Programs decide by `reason` alone.
struct Refusal {
  std::string code;
  std::string reason;
  std::string message;
  Json values = Json::object();
};

// The four members that every error has, and no other.
Json refusal_json(const Refusal& refusal);

// What a call brought: a response, or a refusal. Exactly one of the two is meant, by `ok`.
struct Answer {
  bool ok = false;
  Json response = Json::object();
  Refusal refusal;

  // Whether it is a refusal for this reason, such as "REASON_MEMBER_UNKNOWN".
  bool refused(const char* reason) const { return !ok && refusal.reason == reason; }
};

// What every register of this program shares.
struct ClubSettings {
  std::string agent_dir;
  // Empty: the plugin does not start an agent.
  std::string agent_program;
};

// A place to make calls. Virtual so that the till can be tested without an agent.
class Club {
 public:
  virtual ~Club() = default;
  // Calls one method of moadon.v1.RegisterService; blocks for at most `timeout_ms`. Never throws.
  virtual Answer call(const std::string& method, const Json& request, int timeout_ms) = 0;
};

// A Club through the plugin. Any thread may call; the handle is closed with the object.
class PluginClub final : public Club {
 public:
  // What `open` made: a club, or why not.
  struct Opened {
    std::unique_ptr<PluginClub> club;
    Refusal refusal;
  };
  // Opens a handle for `register_id`. `library` must outlive it. Does not block; the first call
  // connects.
  static Opened open(const PluginLibrary& library, const ClubSettings& settings,
                     const std::string& register_id);

  ~PluginClub() override;
  PluginClub(const PluginClub&) = delete;
  PluginClub& operator=(const PluginClub&) = delete;

  Answer call(const std::string& method, const Json& request, int timeout_ms) override;

 private:
  PluginClub(const PluginLibrary& library, moadon_pos* handle);

  const PluginLibrary& library_;
  moadon_pos* const handle_;
};

}  // namespace moadon
