// The plugin as a vendor loads it: found at run time, its version compared, its five functions
// looked up.
#pragma once

#include <memory>
#include <string>

#include "moadon_pos.h"

namespace moadon {

// The five functions of a loaded plugin. The library stays loaded for ever: it is made to stay
// mapped, and handles may outlive this object. Immutable after load_plugin; any thread may call
// through it.
struct PluginLibrary {
  decltype(&moadon_pos_abi_version) abi_version = nullptr;
  decltype(&moadon_pos_open) open = nullptr;
  decltype(&moadon_pos_call) call = nullptr;
  decltype(&moadon_pos_release) release = nullptr;
  decltype(&moadon_pos_close) close = nullptr;
};

// What load_plugin found: a library, or the sentence that says why there is none.
struct LoadedPlugin {
  std::unique_ptr<const PluginLibrary> library;
  std::string problem;
};

// Loads the plugin at `path`. Refuses a library that lacks a function or speaks another ABI
// version.
LoadedPlugin load_plugin(const std::string& path);

}  // namespace moadon
