// What a register program waits for: calls through the plugin, beside an empty one.
#pragma once

#include <string>

namespace moadon::bench {

struct PluginPlan {
  std::string library;      // libmoadon_pos.so
  std::string agent_dir;    // of a running agent that has met its server
  std::string register_id;  // sells nothing else
  int member_count;
  int calls;  // of each kind
};

// Measures and reports "plugin_empty" (moadon_pos_abi_version), "plugin_status", "plugin_identify",
// "plugin_quote_20" and "plugin_commit_5"; returns when the server has what was sold. Throws
// std::runtime_error when a call fails.
void measure_plugin(const PluginPlan& plan);

}  // namespace moadon::bench
