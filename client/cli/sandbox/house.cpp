#include "client/cli/sandbox/house.h"

#include <sys/stat.h>

#include <filesystem>
#include <string_view>

#include "absl/strings/str_cat.h"
#include "client/cli/exit_codes.h"
#include "rules/refusal.h"

namespace moadon::cli {
namespace {

namespace fs = std::filesystem;

constexpr const char* kPluginFile = "libmoadon_pos.so";
constexpr std::string_view kTokenSuffix = ".local-token";

// lib/, lib64/ or the distribution's lib/<triplet>/ beside bin/.
std::string find_plugin(const fs::path& bin_dir) {
  std::error_code error;
  if (fs::exists(bin_dir / kPluginFile, error)) return bin_dir / kPluginFile;
  for (const char* name : {"lib", "lib64"}) {
    const fs::path lib = bin_dir.parent_path() / name;
    if (fs::exists(lib / kPluginFile, error)) return lib / kPluginFile;
    for (const fs::directory_entry& entry : fs::directory_iterator(lib, error)) {
      if (fs::exists(entry.path() / kPluginFile, error)) return entry.path() / kPluginFile;
    }
  }
  return "";
}

absl::Status make_private(const std::string& dir) {
  std::error_code error;
  if (fs::create_directories(dir, error); error) {
    return as_usage(refuse(v1::REASON_FIELD_INVALID,
                           absl::StrCat("cannot make ", dir, ": ", error.message()),
                           {{"field", "--dir"}, {"limit", "a directory of our own"}}));
  }
  if (chmod(dir.c_str(), S_IRWXU) == 0) return absl::OkStatus();
  return as_usage(refuse(v1::REASON_FIELD_INVALID,
                         absl::StrCat(dir, " is not ours to make private"),
                         {{"field", "--dir"}, {"limit", "a directory of our own"}}));
}

}  // namespace

absl::StatusOr<Programs> find_programs() {
  std::error_code error;
  const fs::path self = fs::read_symlink("/proc/self/exe", error);
  const fs::path bin = self.parent_path();
  Programs programs{bin, bin / "moadond", bin / "moadon-agent", bin / "moadon-register",
                    find_plugin(bin)};
  for (const std::string& program : {programs.server, programs.agent, programs.register_client}) {
    if (!fs::exists(program, error)) {
      return refuse(v1::REASON_INTERNAL, absl::StrCat(program, " is not there"));
    }
  }
  if (programs.plugin.empty()) {
    return refuse(v1::REASON_INTERNAL, absl::StrCat(kPluginFile, " is not beside ", bin.string()));
  }
  return programs;
}

std::set<std::string> House::registers() const {
  std::set<std::string> ids;
  std::error_code error;
  for (const fs::directory_entry& entry : fs::directory_iterator(local_tokens(), error)) {
    const std::string name = entry.path().filename();
    if (name.size() <= kTokenSuffix.size()) continue;
    const std::size_t length = name.size() - kTokenSuffix.size();
    if (name.compare(length, std::string::npos, kTokenSuffix) == 0) {
      ids.insert(name.substr(0, length));
    }
  }
  return ids;
}

absl::StatusOr<House> open_house(const std::string& dir) {
  std::error_code error;
  House house{fs::absolute(dir, error).lexically_normal()};
  if (house.dir.size() > 1 && house.dir.back() == '/') house.dir.pop_back();
  for (const std::string& path :
       {house.dir, house.server_dir(), house.agent_dir(), house.log_dir()}) {
    if (absl::Status made = make_private(path); !made.ok()) return made;
  }
  return house;
}

}  // namespace moadon::cli
