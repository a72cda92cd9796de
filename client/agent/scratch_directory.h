// A directory that goes with its test.
#pragma once

#include <stdlib.h>

#include <filesystem>
#include <string>

namespace moadon::agent {

// A fresh directory, removed with its content at the end.
class ScratchDirectory final {
 public:
  ScratchDirectory() {
    std::string pattern = (std::filesystem::temp_directory_path() / "moadon-agent-XXXXXX").string();
    path_ = ::mkdtemp(pattern.data());
  }
  ~ScratchDirectory() {
    std::error_code ignored;
    std::filesystem::remove_all(path_, ignored);
  }
  ScratchDirectory(const ScratchDirectory&) = delete;
  ScratchDirectory& operator=(const ScratchDirectory&) = delete;

  const std::string& path() const { return path_; }

 private:
  std::string path_;
};

}  // namespace moadon::agent
