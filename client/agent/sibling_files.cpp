#include "client/agent/sibling_files.h"

#include <filesystem>
#include <system_error>

#include "absl/strings/match.h"
#include "absl/strings/str_cat.h"

namespace moadon::agent {

namespace fs = std::filesystem;

absl::StatusOr<std::vector<std::string>> files_starting_with(const std::string& start) {
  const fs::path path(start);
  const std::string name_start = path.filename().string();
  const fs::path folder = path.has_parent_path() ? path.parent_path() : fs::path(".");
  std::vector<std::string> paths;
  std::error_code code;
  fs::directory_iterator found(folder, code);
  for (; !code && found != fs::directory_iterator(); found.increment(code)) {
    if (absl::StartsWith(found->path().filename().string(), name_start)) {
      paths.push_back(found->path().string());
    }
  }
  if (code) {
    return absl::ErrnoToStatus(code.value(), absl::StrCat("list ", folder.string()));
  }
  return paths;
}

}  // namespace moadon::agent
