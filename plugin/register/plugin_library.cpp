#include "plugin/register/plugin_library.h"

#include <dlfcn.h>
#include <fmt/format.h>

namespace moadon {
namespace {

template <typename Function>
bool look_up(void* library, const char* name, Function& function) {
  function = reinterpret_cast<Function>(dlsym(library, name));
  return function != nullptr;
}

}  // namespace

LoadedPlugin load_plugin(const std::string& path) {
  void* library = dlopen(path.c_str(), RTLD_NOW | RTLD_LOCAL);
  if (library == nullptr) return {nullptr, fmt::format("cannot load the plugin: {}", dlerror())};
  auto functions = std::make_unique<PluginLibrary>();
  if (!look_up(library, "moadon_pos_abi_version", functions->abi_version) ||
      !look_up(library, "moadon_pos_open", functions->open) ||
      !look_up(library, "moadon_pos_call", functions->call) ||
      !look_up(library, "moadon_pos_release", functions->release) ||
      !look_up(library, "moadon_pos_close", functions->close)) {
    return {nullptr, fmt::format("{} is not a Moadon plugin: {}", path, dlerror())};
  }
  if (const int version = functions->abi_version(); version != MOADON_POS_ABI_VERSION) {
    return {nullptr, fmt::format("{} speaks version {} of the plugin interface, this program {}",
                                 path, version, MOADON_POS_ABI_VERSION)};
  }
  return {std::move(functions), {}};
}

}  // namespace moadon
